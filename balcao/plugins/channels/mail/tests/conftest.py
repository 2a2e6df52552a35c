"""What the mail adapter's tests share."""

from urllib.parse import parse_qs

import httpx
import pytest


class TokenServer(httpx.BaseTransport):
    """Stands in for Google's and Microsoft's token endpoints; each token is a new one."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.urls: list[str] = []
        self.answer: httpx.Response | None = None
        self.refresh_token = ""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.urls.append(str(request.url))
        self.asked.append({name: values[0] for name, values in parse_qs(request.read().decode()).items()})
        if self.answer is not None:
            return self.answer
        given = {"access_token": f"token-{len(self.asked)}", "expires_in": 3600, "token_type": "Bearer"}
        return httpx.Response(
            200, json={**given, **({"refresh_token": self.refresh_token} if self.refresh_token else {})}
        )


@pytest.fixture
def token_server() -> TokenServer:
    return TokenServer()
