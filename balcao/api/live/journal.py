"""The journal for programs: asked with an API token, answered as soon as there is something to tell."""

import json
from http import HTTPStatus

from django.utils import timezone
from starlette.requests import Request
from starlette.responses import Response

from balcao.api.live import polls, viewers
from balcao.api.live.hub import Hub
from balcao.api.live.threads import in_thread
from balcao.api.live.types import Viewer
from balcao.staff.actions import note_use
from balcao.staff.queries import acting_agent, valid_token
from balcao.staff.types import Scope


async def journal(request: Request) -> Response:
    """Answer a program with the entries after a position, as `/live/poll` answers a page."""
    hub: Hub = request.app.state.hub
    await hub.begin()
    scheme, _, secret = viewers.header(request.scope["headers"], b"authorization").partition(" ")
    found = await in_thread(_viewer_with, secret if scheme.lower() == "bearer" else "")
    if isinstance(found, HTTPStatus):
        return _problem(found, request)
    return await polls.answer(request, found, in_pages=True)


def _viewer_with(secret: str) -> Viewer | HTTPStatus:
    now = timezone.now()
    token = valid_token(secret, now=now) if secret else None
    if token is None:
        return HTTPStatus.UNAUTHORIZED
    if Scope.JOURNAL_READ not in token.scopes:
        return HTTPStatus.FORBIDDEN
    note_use(token=token, now=now)
    agent = acting_agent(token)
    return Viewer(agent=agent.pk, name=str(agent), sight=viewers.sight_of(agent))


_KINDS = {
    HTTPStatus.UNAUTHORIZED: ("not-authenticated", "A valid API token is needed."),
    HTTPStatus.FORBIDDEN: ("missing-scope", "The token does not have the scope `journal.read`."),
}


def _problem(status: HTTPStatus, request: Request) -> Response:
    kind, title = _KINDS[status]
    document = {
        "type": f"urn:balcao:problem:{kind}",
        "title": title,
        "status": status,
        "detail": title,
        "instance": request.url.path,
    }
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else None
    return Response(json.dumps(document), status_code=status, media_type="application/problem+json", headers=headers)
