"""The live server as an ASGI application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Route

from balcao.api.live import journal, pictures, polls, socket
from balcao.api.live.hub import Hub
from balcao.api.live.line import Message, Receive, Send
from balcao.kit.http import Policy
from balcao.kit.proxied import PATH


class Live:
    """Serves WebSockets itself, for each layer above an open page costs memory, and the rest through Starlette."""

    def __init__(self, *, pictures_from: Policy | None = None) -> None:
        routes = [
            Route("/live/poll", polls.poll),
            Route("/live/journal", journal.journal),
            Route(f"{PATH}{{token}}", pictures.picture),
        ]
        self._web = Starlette(routes=routes, lifespan=self._lifespan)
        self.hub = self._web.state.hub = Hub()
        self._web.state.fetching = asyncio.Semaphore(pictures.AT_ONCE)
        self._web.state.policy = pictures_from or Policy(allow_http=True, largest=pictures.LARGEST)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        yield
        await self.hub.end()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "websocket" and scope["path"] == "/live/socket":
            await socket.serve(scope, receive, send, self.hub)
        else:
            await self._web(scope, receive, send)


app = Live()
