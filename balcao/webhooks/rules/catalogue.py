"""The events that leave: each with its words for the console and the facts that are promised.

A type, once told, keeps its meaning and its facts; new facts may join. Types are names of the journal.
"""

from dataclasses import dataclass

from balcao.kit.i18n import N_

PING = "webhook.ping"
ASKED = "webhook.asked"  # a rule or a process asked for it
_TICKET = ("ticket", "number")
_MESSAGE = (*_TICKET, "message")
_CHANGED = (*_TICKET, "before", "after")
_ACTION = ("entry", "kind", "order", "code", "amount", "currency")
_PROCESS = (*_TICKET, "process", "blueprint", "visit", "stage", "department")
_CLOCK = ("ticket", "clock", "kind", "department", "due_at")
_RETURN = ("return", "number")
_MERGED = ("source", "source_number", "target", "target_number")


@dataclass(frozen=True, slots=True)
class Event:
    """One type of event: what it is, for people, and which facts of its journal entry it tells."""

    title: str
    facts: tuple[str, ...]


EVENTS: dict[str, Event] = {
    "ticket.opened": Event(N_("A customer's message opened a ticket"), (*_MESSAGE, "kind")),
    "ticket.started": Event(N_("An agent opened a ticket and wrote to a customer"), (*_MESSAGE, "status")),
    "ticket.contact.logged": Event(N_("A contact outside of the channels was written down"), (*_MESSAGE, "status")),
    "ticket.warned": Event(N_("The desk found that something is wrong with an order"), (*_TICKET, "order")),
    "ticket.message.received": Event(N_("The customer wrote on a ticket"), (*_MESSAGE, "kind")),
    "ticket.message.written": Event(N_("An answer was written"), (*_MESSAGE, "status")),
    "ticket.message.recalled": Event(N_("An answer was recalled before it left"), _MESSAGE),
    "ticket.message.sent": Event(N_("An answer was sent"), _MESSAGE),
    "ticket.message.failed": Event(N_("An answer could not be sent"), _MESSAGE),
    "ticket.message.uncertain": Event(N_("It is not known whether an answer was sent"), _MESSAGE),
    "ticket.message.bounced": Event(N_("An answer came back"), _MESSAGE),
    "ticket.message.forwarded": Event(N_("A message was forwarded to somebody outside"), _MESSAGE),
    "ticket.note.added": Event(N_("An internal note was written (not its words)"), (*_TICKET, "note")),
    "ticket.assigned": Event(N_("A ticket was given to an agent or a team"), _CHANGED),
    "ticket.status.changed": Event(N_("A ticket's status changed"), (*_CHANGED, "remind_at")),
    "ticket.priority.changed": Event(N_("A ticket's priority changed"), _CHANGED),
    "ticket.kind.changed": Event(N_("A ticket's kind changed"), _CHANGED),
    "ticket.topic.changed": Event(N_("A ticket's topic changed"), _CHANGED),
    "ticket.language.changed": Event(N_("A ticket's language changed"), _CHANGED),
    "ticket.tags.changed": Event(N_("A ticket's tags changed"), (*_TICKET, "added", "removed")),
    "ticket.subject.changed": Event(N_("A ticket was renamed"), _TICKET),
    "ticket.snoozed": Event(N_("A ticket was snoozed"), (*_TICKET, "until")),
    "ticket.woken": Event(N_("A snoozed ticket came back"), _TICKET),
    "ticket.merged": Event(N_("A ticket was merged into another"), _MERGED),
    "ticket.merge.undone": Event(N_("A merge of tickets was undone"), _MERGED),
    "ticket.split": Event(N_("Messages were split off into a new ticket"), _MERGED),
    "ticket.order.linked": Event(N_("A ticket was linked with an order"), (*_TICKET, "order", "rule")),
    "ticket.order.unlinked": Event(N_("A ticket's link with an order was removed"), (*_TICKET, "order")),
    "order.action.asked": Event(N_("An order action waits for approval"), _ACTION),
    "order.action.queued": Event(N_("An order action was asked for"), _ACTION),
    "order.action.approved": Event(N_("An order action was approved"), _ACTION),
    "order.action.declined": Event(N_("An order action was declined"), _ACTION),
    "order.action.withdrawn": Event(N_("An order action was taken back"), _ACTION),
    "order.action.done": Event(N_("An order action was carried out"), _ACTION),
    "order.action.partly": Event(N_("An order action was carried out in part"), _ACTION),
    "order.action.refused": Event(N_("The shop system refused an order action"), _ACTION),
    "order.action.uncertain": Event(N_("It is not known whether an order action was carried out"), _ACTION),
    "process.started": Event(N_("A process began"), (*_TICKET, "process", "blueprint", "key")),
    "process.stage.entered": Event(N_("A matter came to a stage"), (*_PROCESS, "way")),
    "process.stage.left": Event(N_("A matter left a stage"), (*_PROCESS, "way", "is_late")),
    "process.stage.given": Event(N_("A stage was given to somebody"), (*_PROCESS, "before", "after")),
    "process.paused": Event(N_("A stage was paused"), (*_PROCESS, "pauses_total")),
    "process.resumed": Event(N_("A stage went on"), (*_PROCESS, "pauses_total")),
    "process.task.done": Event(N_("A task of a department was done"), (*_PROCESS, "task", "key")),
    "process.effect.failed": Event(N_("An automatic step failed"), (*_PROCESS, "effect")),
    "process.ended": Event(N_("A process came to its end"), (*_PROCESS, "outcome")),
    "process.reopened": Event(N_("A process was opened again"), _PROCESS),
    "clock.at_risk": Event(N_("A promise is at risk"), (*_CLOCK, "forecast_at")),
    "clock.safe": Event(N_("A promise is no longer at risk"), (*_CLOCK, "forecast_at")),
    "clock.breached": Event(N_("A promise was broken"), _CLOCK),
    "clock.breach.voided": Event(N_("A breach does not count"), _CLOCK),
    "return.granted": Event(N_("A return was granted"), _RETURN),
    "return.refused": Event(N_("A return was refused"), _RETURN),
    "return.label.issued": Event(N_("A return label was issued"), (*_RETURN, "way", "payer")),
    "return.posted": Event(N_("A return was posted"), (*_RETURN, "carrier")),
    "return.received": Event(N_("A return arrived at the warehouse"), (*_RETURN, "is_first", "grams")),
    "return.inspected": Event(N_("A return was inspected"), _RETURN),
    "return.decided": Event(N_("The outcome of a return was decided"), (*_RETURN, "outcome", "amount", "withheld")),
    "customer.edited": Event(N_("A customer's card was changed"), ("fields",)),
    "customer.identity.added": Event(N_("An address was added to a customer"), ("identity", "kind")),
    "customer.merged": Event(N_("Two customers were found to be one"), ("kept", "absorbed", "rule")),
    "customer.merge.undone": Event(N_("A merge of customers was undone"), ("customers",)),
    "channel.fetch.failed": Event(N_("A mailbox cannot be read"), ("channel", "code")),
    "channel.fetch.recovered": Event(N_("A mailbox can be read again"), ("channel", "since")),
    "backend.silent": Event(N_("A shop system does not answer"), ("backend", "code")),
    "backend.answers": Event(N_("A shop system answers again"), ("backend", "since")),
    ASKED: Event(N_("A rule or a process asked for it"), (*_TICKET, "rule", "process", "stage", "asked")),
}

FAMILIES: dict[str, str] = {
    "*": N_("Everything"),
    "ticket.*": N_("Everything about tickets"),
    "ticket.message.*": N_("All messages on tickets"),
    "order.action.*": N_("Everything done to orders"),
    "process.*": N_("Everything about processes"),
    "clock.*": N_("Everything about promises"),
    "return.*": N_("Everything about returns"),
    "customer.*": N_("Everything about customers"),
}
