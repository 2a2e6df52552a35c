"""The fall-back for networks that cut WebSockets: ask, and wait for the answer."""

import math
import time

from starlette.requests import Request
from starlette.responses import Response

from balcao.api.live import rules, viewers
from balcao.api.live.feed import read_after
from balcao.api.live.hub import Hub
from balcao.api.live.threads import in_thread
from balcao.api.live.types import Sealed, Viewer

LONGEST_WAIT = 50.0  # seconds: proxies give up after a minute


async def poll(request: Request) -> Response:
    """Answer with the entries after a position, as soon as there are any or the time is over."""
    hub: Hub = request.app.state.hub
    await hub.begin()
    viewer = await in_thread(viewers.viewer_of, viewers.session_key(request.scope["headers"]))
    if viewer is None:
        return Response(status_code=401)
    return await answer(request, viewer)


async def answer(request: Request, viewer: Viewer, *, in_pages: bool = False) -> Response:
    """Answer with what this viewer may see after the position asked for; `in_pages`: however much that is."""
    hub: Hub = request.app.state.hub
    after, wait = _number(request, "after"), _number(request, "wait")
    position, seen = await news(hub, viewer, after=after, wait=wait, in_pages=in_pages)
    if seen is None:
        return _json(f'{{"position":{position},"messages":[],"refetch":true}}')
    return _json(f'{{"position":{position},"messages":[{",".join(e.text for e in seen)}],"refetch":false}}')


async def news(
    hub: Hub, viewer: Viewer, *, after: float, wait: float, in_pages: bool = False
) -> tuple[int, list[Sealed] | None]:
    """Return the position reached and what came after a position; None in its place if it is too much."""
    feed, until = hub.feed, time.monotonic() + min(max(wait, 0), LONGEST_WAIT)
    position = int(after) if 0 <= after <= feed.position else feed.position
    while True:
        reached = feed.position
        missed = await feed.since(position)
        if missed is None and in_pages:
            missed = await in_thread(read_after, position)
        if missed is None:
            return reached, None
        seen = [e for e in missed if rules.is_seen(e, agent=viewer.agent, sight=viewer.sight)]
        position = missed[-1].position if missed else position
        if seen or time.monotonic() >= until:
            return position, seen
        if position >= feed.position:
            await feed.wait(until - time.monotonic())


def _number(request: Request, name: str) -> float:
    try:
        number = float(request.query_params.get(name, ""))
    except ValueError:
        return -1.0
    return number if math.isfinite(number) else -1.0


def _json(text: str) -> Response:
    return Response(text, media_type="application/json", headers={"Cache-Control": "no-store"})
