"""What a real Tryton makes of what we ask of it."""

from balcao.ports.calling import Caller
from balcao.testing.servers.tryton import TrytonServer


def test_the_server_stands(tryton_server: TrytonServer) -> None:
    asked = {"id": 1, "method": "common.server.version", "params": []}
    assert Caller(tryton_server.address).call("POST", "/rpc/", json=asked).json()["result"].startswith("8.")
