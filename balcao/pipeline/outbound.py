"""A dispatch leaves: claimed, handed over, settled. What may have left is never sent twice."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from balcao.channels import rules
from balcao.channels.actions import sending
from balcao.channels.models import Dispatch
from balcao.channels.types import DispatchState
from balcao.kit.i18n import N_
from balcao.pipeline.poll import working_connection
from balcao.pipeline.steps import reached
from balcao.ports import registry
from balcao.ports.channel import ChannelError, File, IdentityKind, Outbound, Party, Receipt
from balcao.tickets.actions.sending import settled
from balcao.tickets.models import Message

log = logging.getLogger(__name__)

_NAMES = {
    DispatchState.SENT: "ticket.message.sent",
    DispatchState.FAILED: "ticket.message.failed",
    DispatchState.UNCERTAIN: "ticket.message.uncertain",
}
_OUR_OWN = {"before", "form_key"}  # kept beside what leaves
UNCERTAIN_REASON = N_("The line broke while the message was handed over: it may have arrived.")


def run_due(*, worker: str, now: datetime, limit: int = 10, clock: Callable[[], datetime] = timezone.now) -> int:
    """Relay dispatches that are due; return how many were tried."""
    for dispatch in sending.vanished_dispatches(now=now):
        _settle(dispatch, DispatchState.UNCERTAIN, now=now, error=UNCERTAIN_REASON, code="uncertain")
    claimed = sending.claim_dispatches(worker=worker, now=now, limit=limit)
    for dispatch in claimed:
        try:
            relay(dispatch=dispatch, clock=clock)
        except Exception:  # it could not even be written down: its lease tells what to do with it
            log.exception("Dispatch %s could not be settled", dispatch.pk)
    return len(claimed)


def relay(*, dispatch: Dispatch, clock: Callable[[], datetime]) -> None:
    """Send one claimed dispatch and write down how it ended."""
    reached("dispatch.claimed")

    def handing_over() -> None:
        sending.mark_handing_over(dispatch=dispatch, now=clock())
        reached("dispatch.handing_over")

    try:
        _send(dispatch, handing_over)
    except sending.LeaseLost:
        log.warning("Dispatch %s: its lease ran out before the hand-over; left to its new holder", dispatch.pk)
    except ChannelError as error:
        _after_error(dispatch, error, now=clock())
    except Exception as error:
        log.exception("Dispatch %s failed", dispatch.pk)
        uncertain = dispatch.state == DispatchState.HANDING_OVER
        wrapped = ChannelError(f"Sending failed ({type(error).__name__}).", permanent=False, uncertain=uncertain)
        _after_error(dispatch, wrapped, now=clock())
    else:
        reached("dispatch.handed_over")
        _settle(dispatch, DispatchState.SENT, now=clock())
        reached("dispatch.settled")


def _send(dispatch: Dispatch, handing_over: Callable[[], None]) -> Receipt:
    channel = dispatch.channel
    adapter = registry.channel(channel.kind)
    return adapter.send(_outbound(dispatch), working_connection(channel), handing_over=handing_over)


def _outbound(dispatch: Dispatch) -> Outbound:
    facts = {key: value for key, value in dispatch.outbound.items() if key not in _OUR_OWN}
    for name in ("to", "copied"):
        facts[name] = tuple(Party(IdentityKind(p["kind"]), p["value"], p["name"]) for p in facts[name])
    facts["answers"] = tuple(facts["answers"])
    return Outbound(**facts, files=tuple(_read(stored) for stored in dispatch.files))


def _read(stored: dict[str, str]) -> File:
    with default_storage.open(stored["storage"]) as content:
        return File(
            name=stored["name"],
            media_type=stored["media_type"],
            content=content.read(),
            content_id=stored.get("content_id", ""),
            inline=bool(stored.get("inline")),
        )


def _after_error(dispatch: Dispatch, error: ChannelError, *, now: datetime) -> None:
    if error.uncertain:
        _settle(dispatch, DispatchState.UNCERTAIN, now=now, error=str(error), code=error.code)
    elif error.permanent or rules.gives_up(dispatch.tries):
        _settle(dispatch, DispatchState.FAILED, now=now, error=str(error), code=error.code)
    else:
        sending.put_back(dispatch=dispatch, error=error, now=now)


@transaction.atomic
def _settle(dispatch: Dispatch, state: DispatchState, *, now: datetime, error: str = "", code: str = "") -> None:
    if not sending.settle(dispatch=dispatch, state=state, now=now, error=error, code=code):
        return
    message = Message.objects.filter(dispatch=dispatch).select_related("ticket").first()
    if message:
        settled(message=message, name=_NAMES[state], now=now)
