"""The words of staff: roles, permissions, presence."""

from enum import StrEnum


class Role(StrEnum):
    """What an agent is here to do; the matrix in `rules` says what each may do."""

    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    AGENT = "agent"
    LIGHT = "light"


class Permission(StrEnum):
    """One thing that a role may do."""

    TICKET_READ = "ticket.read"
    TICKET_NOTE = "ticket.note"
    TICKET_REPLY = "ticket.reply"
    TICKET_EDIT = "ticket.edit"  # assign, status, tags, priority, subject, snooze, spam and trash
    TICKET_MERGE = "ticket.merge"  # merge and split, and their undo
    TICKET_BULK = "ticket.bulk"
    STAGE_WORK = "stage.work"  # do stages and tasks of processes; light agents those of their own departments
    CUSTOMER_READ = "customer.read"
    CUSTOMER_EDIT = "customer.edit"
    CUSTOMER_MERGE = "customer.merge"
    ORDER_READ = "order.read"
    ORDER_ACT = "order.act"  # ask for order actions, within the limit of the role
    ORDER_APPROVE = "order.approve"  # be the second pair of eyes
    VIEW_SHARE = "view.share"  # save a view for everybody
    MACRO_EDIT = "macro.edit"
    TAG_EDIT = "tag.edit"
    CHANNEL_EDIT = "channel.edit"
    QUARANTINE = "quarantine"
    STAFF_EDIT = "staff.edit"
    SHOP_EDIT = "shop.edit"
    DEADLINE_EDIT = "deadline.edit"  # calendars, and how long something may take
    DEADLINE_VOID = "deadline.void"  # forgive what was late
    RULE_EDIT = "rule.edit"  # what the shop does by itself
    PROCESS_READ = "process.read"  # how matters go through the departments
    PROCESS_EDIT = "process.edit"
    WEBHOOK_EDIT = "webhook.edit"
    TOKEN_EDIT = "token.edit"  # noqa: S105 - the name of a permission
    JOURNAL_READ = "journal.read"
    BOARD_READ = "board.read"  # the numbers of departments and stages


class Presence(StrEnum):
    """Whether an agent is at the counter, as chosen by the agent."""

    AVAILABLE = "available"
    BUSY = "busy"
    OFF = "off"


class Scope(StrEnum):
    """What an API token may do, within what its agent may."""

    TICKETS_READ = "tickets.read"  # tickets, conversations, messages, notes, tags, search
    TICKETS_WRITE = "tickets.write"
    CUSTOMERS_READ = "customers.read"
    CUSTOMERS_WRITE = "customers.write"
    ORDERS_READ = "orders.read"  # orders, products and what was done to orders
    ORDERS_WRITE = "orders.write"  # order actions and their approval
    STAFF_READ = "staff.read"  # agents and teams
    SHOPS_READ = "shops.read"  # shops and channels, never their secrets
    FILES_READ = "files.read"  # attachments and their contents
    WEBHOOKS_READ = "webhooks.read"
    WEBHOOKS_WRITE = "webhooks.write"  # send again what did not arrive
    JOURNAL_READ = "journal.read"
