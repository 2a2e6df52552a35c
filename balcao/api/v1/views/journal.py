"""Following what happens. This answers at once; waiting is done by the live part, which costs no page thread."""

from typing import Annotated
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from balcao.api.live import rules, viewers
from balcao.api.live.feed import read_after
from balcao.api.v1.access import Bearer, caller_of
from balcao.api.v1.schemas.journal import JournalPage
from balcao.journal.queries import head_position
from balcao.staff.types import Scope

router = Router(tags=["Journal"])

_BATCH = 500


class JournalQuery(Schema):
    """Where to go on."""

    after: Annotated[int, Field(ge=-1, le=2**63 - 1, description="The last position dealt with; -1: from now on.")] = 0
    wait: Annotated[int, Field(ge=0, le=50, description="Seconds to wait if there is nothing new.")] = 0


@router.get(
    "/journal",
    auth=Bearer(Scope.JOURNAL_READ),
    response={200: JournalPage, 307: None},
    operation_id="readJournal",
    summary="Follow the journal",
    openapi_extra={"responses": {307: {"description": "Nothing new yet: ask the address in `Location`, which waits."}}},
)
def read_journal(request: HttpRequest, query: Query[JournalQuery]) -> HttpResponse:
    """Return the entries after a position that this token may see, up to 500 looked at in one go.

    With `wait` and nothing new, 307 leads to `/live/journal`, which answers as soon as something happens; let your
    client follow redirects and keep the Authorization header (`curl -L` does).
    """
    sight = viewers.sight_of(caller_of(request).eyes)
    agent = caller_of(request).eyes.pk
    position = query.after if query.after >= 0 else head_position()
    entries = read_after(position, limit=_BATCH)
    if not entries and query.wait:
        asked = urlencode({"after": position, "wait": query.wait})
        return HttpResponse(status=307, headers={"Location": f"/live/journal?{asked}"})
    seen = [entry.text for entry in entries if rules.is_seen(entry, agent=agent, sight=sight)]
    reached = entries[-1].position if entries else position
    text = f'{{"position":{reached},"messages":[{",".join(seen)}],"refetch":false}}'
    return HttpResponse(text, content_type="application/json; charset=utf-8")
