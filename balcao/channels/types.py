"""The words of channels."""

from enum import StrEnum


class EnvelopeState(StrEnum):
    """How far an envelope has come."""

    KEPT = "kept"  # stored, not yet understood
    DONE = "done"  # its message is stored; what follows on it reads the journal
    QUARANTINED = "quarantined"
    DISCARDED = "discarded"  # an admin decided that a quarantined one is worth nothing


class Outcome(StrEnum):
    """What taking an envelope in led to."""

    NEW = "new"
    REPLY = "reply"
    DUPLICATE = "duplicate"
    AUTO = "auto"
    BOUNCE = "bounce"
    QUARANTINED = "quarantined"
    COLLEAGUE = "colleague"  # a department's answer: it lands inside, the customer never sees it


class DispatchState(StrEnum):
    """How far a dispatch has come."""

    QUEUED = "queued"
    SENDING = "sending"  # a worker holds it; nothing has left yet: a crash here is tried again
    HANDING_OVER = "handing_over"  # it may have left: a crash here is reported as uncertain, never repeated
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    RECALLED = "recalled"


OPEN_DISPATCH = (DispatchState.QUEUED, DispatchState.SENDING, DispatchState.HANDING_OVER)
