"""A real Vendure with a small shop in it, in memory and anew for each run."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from balcao.testing.servers.kept import kept
from balcao.testing.servers.running import MissingServer, as_owner, free_port, open_folder, program, running

_SHOP = Path(__file__).with_name("vendure_shop")
_PLUGIN = Path(__file__).parents[2] / "plugins" / "commerce" / "vendure" / "plugin" / "balcao-plugin.js"
_FILES = (*(_SHOP / name for name in ("package.json", "package-lock.json", "server.js", "seed.js")), _PLUGIN)
_DATABASE = "shop.sqlite"
_OLDEST_NODE = 20
_START_SECONDS = 90  # four on a quiet machine


@dataclass(frozen=True)
class VendureServer:
    """Where it listens, and as whom the desk logs in: somebody with the permissions that the documentation names."""

    port: int
    login: str = "desk@example.com"
    password: str = "desk-pw"
    onlooker: str = "onlooker@example.com"  # may read orders and nothing else
    onlooker_password: str = "onlooker-pw"
    admin: str = "superadmin"
    admin_password: str = "superadmin"

    @property
    def address(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}"


def installed() -> Path:
    """Return the folder with the server's packages and a filled database; make it if there is none yet."""
    return kept("vendure", made_of=_FILES, make=_make)


@contextmanager
def vendure(*, environment: Mapping[str, str] | None = None) -> Iterator[VendureServer]:
    """Run a server on a fresh copy of the shop while the block lasts."""
    home = installed()
    with open_folder(owner=None) as folder:
        server = VendureServer(free_port())
        command = [_node(), str(home / "server.js"), "run", str(home / _DATABASE), str(server.port)]
        command = ["env", *(f"{name}={value}" for name, value in (environment or {}).items()), *command]
        log = folder / "server.log"
        owned, stop = as_owner(command, owner=None), signal.SIGTERM
        with running(owned, port=server.port, log=log, stop=stop, seconds=_START_SECONDS):
            yield server


def _make(folder: Path) -> None:
    """Install the server's packages into a folder, and fill its database."""
    for path in _FILES:
        shutil.copy(path, folder)
    npm = program("npm", package="nodejs npm")
    # Without the scripts of packages: nothing that we need is compiled.
    _run([npm, "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--loglevel=error"], folder)
    _run([_node(), str(folder / "server.js"), "seed", str(folder / _DATABASE)], folder)


def _node() -> str:
    node = program("node", package="nodejs npm")
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    if int(said.lstrip("v").partition(".")[0] or 0) < _OLDEST_NODE:
        raise MissingServer(f"Vendure needs Node.js {_OLDEST_NODE} or newer; {node} is {said}")
    return node


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, env=dict(os.environ), capture_output=True, text=True, check=False)
    if done.returncode:
        raise MissingServer(f"{' '.join(command[:3])} failed: {(done.stdout + done.stderr)[-3000:]}")
