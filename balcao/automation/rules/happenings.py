"""What rules listen to: entries of the journal that are about one ticket, in words for the console."""

from balcao.kit.i18n import N_

HAPPENINGS: dict[str, str] = {
    "ticket.opened": N_("A customer opens a ticket"),
    "ticket.message.received": N_("The customer writes again"),
    "ticket.started": N_("An agent opens a ticket"),
    "ticket.contact.logged": N_("A contact is written down"),
    "ticket.message.written": N_("Somebody answers"),
    "ticket.message.failed": N_("An answer cannot be sent"),
    "ticket.message.bounced": N_("An answer comes back"),
    "ticket.note.added": N_("A note is written"),
    "ticket.kind.changed": N_("The kind changes"),
    "ticket.topic.changed": N_("The topic changes"),
    "ticket.status.changed": N_("The status changes"),
    "ticket.priority.changed": N_("The priority changes"),
    "ticket.assigned": N_("The ticket is given to somebody"),
    "ticket.tags.changed": N_("The tags change"),
    "ticket.order.linked": N_("An order is linked"),
    "ticket.warned": N_("Something is wrong with a shipment"),
    "order.action.done": N_("An order action is carried out"),
    "order.action.refused": N_("An order action is refused"),
    "process.started": N_("A process begins"),
    "process.stage.entered": N_("A stage is reached"),
    "process.ended": N_("A process ends"),
    "clock.at_risk": N_("A promise is at risk"),
    "clock.breached": N_("A promise is broken"),
}
