"""What the page of a matter takes: words, files and decisions, each once."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from balcao.kit.counting import count, name_of
from balcao.kit.files import Verdict
from balcao.kit.numbers import number_in
from balcao.ports.channel import File
from balcao.processes.types import FieldType
from balcao.shops.models import Shop
from balcao.tickets.queries.files import content_of
from balcao.web.portal.orders.matters import fields, talk
from balcao.web.portal.orders.matters.caller import Caller
from balcao.web.portal.orders.matters.carrying_out import NotDone, Wanted, carry_out, say, was_done
from balcao.web.portal.orders.matters.deeds import Deed, Deeds
from balcao.web.portal.orders.matters.drawing import address_of, called, drawn, form_of, to
from balcao.web.portal.orders.matters.story import Matter
from balcao.web.portal.orders.pages import HOUR

_MOST_SENT = 20  # an hour, of one matter at one level
_LONGEST = 20_000


@require_safe
@called
def case(request: HttpRequest, shop: Shop, caller: Caller) -> HttpResponse:
    """Show a matter by the link that stands in every letter about it."""
    return drawn(request, shop, caller)


# --- Saying -----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@called
def answer(request: HttpRequest, shop: Shop, caller: Caller) -> HttpResponse:
    """Take what a customer says, with files; it goes onto the same ticket."""
    if request.method != "POST" or not caller.can_write:
        return to(address_of("case", caller))
    text = request.POST.get("message", "").replace("\0", "").strip()[:_LONGEST]
    files = _files(request, "files")
    if fault := _fault(text, files):
        return drawn(request, shop, caller, status=422, typed=text, say_error=fault)
    if _is_flooded(caller):
        return drawn(request, shop, caller, status=429, typed=text, say_error=_too_many())
    try:
        say(caller, text or _("Files"), tuple(files), _key(request, caller, "say"))
    except NotDone as refused:
        return drawn(request, shop, caller, status=409, typed=text, say_error=str(refused))
    return to(address_of("case", caller, done="said") + "#talk")


def _fault(text: str, files: Sequence[File]) -> str:
    if not text and not files:
        return _("Please write something or add a file.")
    return fields.files_fault(files)


def _files(request: HttpRequest, name: str) -> list[File]:
    return [
        File(name=given.name or "", media_type=given.content_type or "", content=given.read())
        for given in request.FILES.getlist(name)
    ]


def _key(request: HttpRequest, caller: Caller, what: str) -> str:
    """Return by what the same form that is sent again is known; several forms of a page have one key."""
    digest = sha256(f"{what} {request.POST.get('key', '')}".encode()).hexdigest()[:32]
    return f"page:{caller.process.pk}:{digest}"


def _is_flooded(caller: Caller) -> bool:
    # Counted apart: whoever was only forwarded the link must not use up what the customer may send.
    return count(name_of("matter-sent", caller.process.pk, caller.is_verified), seconds=HOUR) > _MOST_SENT


def _too_many() -> str:
    return _("So many requests came that we take no more for now. Please try again in an hour.")


@require_safe
@called
def file(_request: HttpRequest, _shop: Shop, caller: Caller, pk: int) -> HttpResponseBase:
    """Hand out a file of the conversation to whom may read that."""
    row = talk.file_of(caller.process, pk) if caller.may_read else None
    stored = content_of(row) if row and row.verdict == Verdict.SAFE else None
    if row is None or stored is None:
        raise Http404
    answer = FileResponse(stored, as_attachment=True, filename=row.name, content_type=row.media_type)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


# --- Doing ------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@called
def do(request: HttpRequest, shop: Shop, caller: Caller, key: str) -> HttpResponse:
    """Take a form of something that the customer can do, once; what decides needs a code before."""
    if request.method == "POST" and was_done(_key(request, caller, key)):
        return to(address_of("case", caller, done="way"))
    matter = Matter(caller.process, now=caller.now)
    deed = Deeds(matter).get(key)
    if deed is None or deed.refused:
        sorry = (
            deed.refused if deed else _("This has changed since you opened the page. Please look at it as it is now.")
        )
        return drawn(request, shop, caller, status=409, sorry=sorry)
    if request.method != "POST" or (deed.needs_code and not caller.is_verified):
        return form_of(request, shop, caller, matter, deed, status=200 if request.method != "POST" else 403)
    return _taken(request, shop, caller, matter, deed)


def _taken(request: HttpRequest, shop: Shop, caller: Caller, matter: Matter, deed: Deed) -> HttpResponse:
    photo = next((one for one in deed.fields if one.type is FieldType.PHOTO), None)
    pictures = _files(request, fields.PREFIX + photo.key) if photo else []
    filled = fields.read(deed.fields, request.POST, pictures, offered=deed.offered)
    reason = request.POST.get("reason", "").strip()[:60]
    wrong = {**filled.wrong, **_reason_fault(deed, reason)}
    if wrong:
        return form_of(request, shop, caller, matter, deed, status=422, wrong=wrong)
    if deed.is_confirmed_apart and not request.POST.get("sure"):
        return form_of(request, shop, caller, matter, deed, is_asking=True)
    if _is_flooded(caller):
        return form_of(request, shop, caller, matter, deed, status=429, sorry=_too_many())
    visit = number_in(request.POST.get("visit", "")) or 0
    wanted = Wanted(deed, visit, _key(request, caller, deed.key), filled.values, filled.pictures, reason)
    try:
        carry_out(caller, wanted)
    except NotDone as refused:
        if refused.wrong:
            return form_of(request, shop, caller, matter, deed, status=422, wrong=refused.wrong)
        return drawn(request, shop, caller, status=409, sorry=str(refused))
    return to(address_of("case", caller, done=deed.key if deed.way is None else "way"))


def _reason_fault(deed: Deed, reason: str) -> Mapping[str, str]:
    is_listed = reason in {one.key for one in deed.reasons}
    if (deed.reasons and not is_listed) or (deed.asks_why and not reason):
        return {"reason": _("Please say why.")}
    return {}
