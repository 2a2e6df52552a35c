"""What codes are called on the pages of the console."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from balcao.channels.models import Envelope
from balcao.channels.types import EnvelopeState, Outcome
from balcao.staff.types import Permission, Role, Scope
from balcao.tickets.types import Priority, Status


def outcome_words(envelope: Envelope) -> str:
    """Return what an envelope led to."""
    if envelope.state == EnvelopeState.KEPT:
        return _("Waiting to be understood")
    if envelope.state == EnvelopeState.DISCARDED:
        return _("Discarded")
    return {
        Outcome.NEW: _("New ticket"),
        Outcome.REPLY: _("Answer on a ticket"),
        Outcome.DUPLICATE: _("Known already"),
        Outcome.AUTO: _("Automatic, no contact"),
        Outcome.BOUNCE: _("Delivery report"),
        Outcome.COLLEAGUE: _("Answer of a department"),
        Outcome.QUARANTINED: _("In quarantine"),
    }.get(Outcome(envelope.outcome) if envelope.outcome else Outcome.NEW, "")


def role_words(role: str) -> str:
    """Return what a role is called."""
    return {
        Role.ADMIN: pgettext("role", "Admin"),
        Role.SUPERVISOR: pgettext("role", "Supervisor"),
        Role.AGENT: pgettext("role", "Agent"),
        Role.LIGHT: pgettext("role", "Light agent"),
    }[Role(role)]


def role_help(role: str) -> str:
    """Return in one sentence what a role is for."""
    return {
        Role.ADMIN: _("Sets everything up"),
        Role.SUPERVISOR: _("Leads the desk: texts, tags, quarantine, journal"),
        Role.AGENT: _("Answers customers"),
        Role.LIGHT: _("Reads and writes notes, never to customers"),
    }[Role(role)]


def permission_words(permission: Permission) -> str:
    """Return what a permission allows."""
    return {
        Permission.TICKET_READ: _("Read tickets"),
        Permission.TICKET_NOTE: _("Write notes"),
        Permission.TICKET_REPLY: _("Write to customers"),
        Permission.TICKET_EDIT: _("Assign, tag, close, set aside"),
        Permission.TICKET_MERGE: _("Merge and split tickets"),
        Permission.TICKET_BULK: _("Change many tickets at once"),
        Permission.STAGE_WORK: _("Do stages and tasks of their departments"),
        Permission.CUSTOMER_READ: _("See customers"),
        Permission.CUSTOMER_EDIT: _("Edit customers"),
        Permission.CUSTOMER_MERGE: _("Merge customers"),
        Permission.ORDER_READ: _("See orders"),
        Permission.ORDER_ACT: _("Act on orders, within the limit of the role"),
        Permission.ORDER_APPROVE: _("Approve order actions above a limit"),
        Permission.VIEW_SHARE: _("Save views for everybody"),
        Permission.MACRO_EDIT: _("Write shared macros"),
        Permission.RULE_EDIT: _("Write rules"),
        Permission.TAG_EDIT: _("Edit tags"),
        Permission.CHANNEL_EDIT: _("Set channels up"),
        Permission.QUARANTINE: _("See and release the quarantine"),
        Permission.STAFF_EDIT: _("Invite and change agents"),
        Permission.SHOP_EDIT: _("Change shops"),
        Permission.TOKEN_EDIT: _("Give programs access"),
        Permission.DEADLINE_EDIT: _("Set calendars and targets"),
        Permission.DEADLINE_VOID: _("Forgive a breach"),
        Permission.BOARD_READ: _("See the numbers of departments and stages"),
        Permission.PROCESS_READ: _("See how processes are designed"),
        Permission.PROCESS_EDIT: _("Design processes"),
        Permission.WEBHOOK_EDIT: _("Set webhooks up"),
        Permission.JOURNAL_READ: _("Read the journal"),
    }[permission]


def scope_words(scope: Scope) -> str:
    """Return what a scope lets a program do."""
    return {
        Scope.TICKETS_READ: _("Read tickets and messages"),
        Scope.TICKETS_WRITE: _("Write and change tickets"),
        Scope.CUSTOMERS_READ: _("See customers"),
        Scope.CUSTOMERS_WRITE: _("Edit customers"),
        Scope.ORDERS_READ: _("See orders and products"),
        Scope.ORDERS_WRITE: _("Act on orders and approve actions"),
        Scope.STAFF_READ: _("See agents and teams"),
        Scope.SHOPS_READ: _("See shops and channels"),
        Scope.FILES_READ: _("Open attachments"),
        Scope.WEBHOOKS_READ: _("See webhooks and their deliveries"),
        Scope.WEBHOOKS_WRITE: _("Send webhooks again"),
        Scope.JOURNAL_READ: _("Read the journal"),
    }[scope]


def status_words(status: Status) -> str:
    """Return what a status is called."""
    return {
        Status.NEW: pgettext("status", "New"),
        Status.OPEN: pgettext("status", "Open"),
        Status.WAITING: pgettext("status", "Waiting for the customer"),
        Status.SOLVED: pgettext("status", "Solved"),
        Status.CLOSED: pgettext("status", "Closed"),
        Status.SPAM: pgettext("status", "Spam"),
        Status.TRASH: pgettext("status", "Trash"),
    }.get(status, str(status))


def priority_words(priority: Priority) -> str:
    """Return what a priority is called."""
    return {
        Priority.LOW: pgettext("priority", "Low"),
        Priority.NORMAL: pgettext("priority", "Normal"),
        Priority.HIGH: pgettext("priority", "High"),
        Priority.URGENT: pgettext("priority", "Urgent"),
    }.get(priority, str(priority))
