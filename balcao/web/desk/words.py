"""What the words of the domain are called on the desk, in the active language."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from balcao.tickets.types import LinkReason, MessageKind, Priority, Refusal, Source, Status, TicketRefused
from balcao.web.components.matters import kind_words
from balcao.web.desk.orders import words as orders

_STATUSES = {
    Status.NEW: pgettext_lazy("status", "New"),
    Status.OPEN: pgettext_lazy("status", "Open"),
    Status.WAITING: pgettext_lazy("status", "Waiting for the customer"),
    Status.SOLVED: pgettext_lazy("status", "Solved"),
    Status.CLOSED: pgettext_lazy("status", "Closed"),
    Status.SPAM: pgettext_lazy("status", "Spam"),
    Status.TRASH: pgettext_lazy("status", "In the trash"),
}
_PRIORITIES = {
    Priority.LOW: pgettext_lazy("priority", "Low"),
    Priority.NORMAL: pgettext_lazy("priority", "Normal"),
    Priority.HIGH: pgettext_lazy("priority", "High"),
    Priority.URGENT: pgettext_lazy("priority", "Urgent"),
}
_CHANNELS = {
    "mail": pgettext_lazy("channel", "by e-mail"),
    "form": pgettext_lazy("channel", "by the form"),
    "portal": pgettext_lazy("channel", "on the order's page"),
    "phone": pgettext_lazy("channel", "by phone"),
    "in_person": pgettext_lazy("channel", "in person"),
    MessageKind.LOGGED.value: pgettext_lazy("channel", "by phone or in person"),
    Source.LETTER.value: pgettext_lazy("channel", "by letter"),
    Source.MARKETPLACE.value: pgettext_lazy("channel", "through a marketplace"),
    Source.CONSUMIDOR_GOV.value: pgettext_lazy("channel", "through consumidor.gov.br"),
    Source.RECLAME_AQUI.value: pgettext_lazy("channel", "through Reclame Aqui"),
    Source.PROCON.value: pgettext_lazy("channel", "through Procon"),
    Source.SIKAYETVAR.value: pgettext_lazy("channel", "through Şikayetvar"),
    Source.HAKEM_HEYETI.value: pgettext_lazy("channel", "through a consumer arbitration committee (TR)"),
    Source.AUTHORITY.value: pgettext_lazy("channel", "through an authority or regulator"),
}
_SENDING = {
    "queued": pgettext_lazy("sending", "waits"),
    "sending": pgettext_lazy("sending", "being sent"),
    "handing_over": pgettext_lazy("sending", "being sent"),
    "sent": pgettext_lazy("sending", "sent"),
    "failed": pgettext_lazy("sending", "Not sent"),
    "uncertain": pgettext_lazy("sending", "Perhaps not sent"),
    "recalled": pgettext_lazy("sending", "taken back"),
}


def status_words(status: str) -> str:
    """Return what a status is called."""
    return str(_STATUSES[Status(status)])


def priority_words(priority: str) -> str:
    """Return what a priority is called."""
    return str(_PRIORITIES[Priority(priority)])


def channel_words(kind: str) -> str:
    """Return how a message came, to stand after its writer's name."""
    return str(_CHANNELS.get(kind, kind))


def refusal_words(refused: TicketRefused) -> str:
    """Return why a deed was refused."""
    return {
        Refusal.EMPTY: _("There is nothing to keep: write something first."),
        Refusal.TOO_LONG: _("This is longer than the channel can carry."),
        Refusal.MERGED: _("This ticket was merged into another one; work on that one."),
        Refusal.HELD_OPEN: _("A process runs on this ticket: bring it to its end first."),
        Refusal.NO_RECIPIENT: _("There is nobody to send this to: add an address."),
        Refusal.NO_ANSWER_CHANNEL: _("The shop has no mailbox from which this could be answered."),
        Refusal.CANNOT_START: _("On this channel the customer has to write first."),
        Refusal.SOMETHING_NEWER: _("Something new came in while you were writing. Read it first, then send."),
        Refusal.SAME_TICKET: _("A ticket cannot be merged into itself."),
        Refusal.OTHER_SHOP: _("Tickets of different shops cannot be merged."),
        Refusal.NOTHING_LEFT: _("At least one message has to stay."),
        Refusal.ALREADY_UNDONE: _("This was undone already."),
        Refusal.MERGED_ON: _("The ticket was merged again since; undo that merge first."),
        Refusal.CHANGED_SINCE: _("The ticket has changed since, so this cannot be undone any more."),
        Refusal.NO_SUCH_AGENT: _("This agent is not active or does not work for the shop."),
        Refusal.IN_THE_PAST: _("This time is over already: choose a later one."),
        Refusal.NAME_TAKEN: _("This name is taken already."),
        Refusal.TOPIC_IN_USE: _("Tickets have this topic, or others stand below it. Retire it instead."),
        Refusal.TOPIC_INSIDE_ITSELF: _("A topic cannot stand below itself."),
        Refusal.NOT_FOR_SHOP: _("This topic is not offered in the ticket's shop."),
    }[refused.refusal]


def link_words(reason: str, number: int) -> str:
    """Return why a ticket points at an older one."""
    facts = {"number": number}
    return {
        LinkReason.POSSIBLE_REPLY: _(
            "This answers ticket %(number)s, but from an address that has no part in it. "
            "Check who writes before you tell anything."
        )
        % facts,
        LinkReason.AFTER_CLOSE: _("This answers ticket %(number)s, which was closed long ago.") % facts,
        LinkReason.SPLIT: _("This was split off from ticket %(number)s.") % facts,
    }[LinkReason(reason)]


def warning_words(code: str) -> str:
    """Return what a warning of the channel means for the reader; "" for those that need no words."""
    return {
        "several-senders": _("The mail names several senders."),
        "name-holds-address": _("The sender's name looks like another address."),
        "reply-to-differs": _("Answers go to another address than the sender's."),
        "card-redacted": _("A card number was blacked out before it was stored."),
    }.get(code, "")


def proof_words(detail: str) -> str:
    """Return the warning over a mail whose sender failed authentication."""
    return _("The sender's address failed authentication: it may be forged.") + (f" ({detail})" if detail else "")


def send_state_words(state: str) -> str:
    """Return how far a message of ours has come."""
    return str(_SENDING.get(state, state))


def failure_words(error: str) -> str:
    """Return why a message was not sent: what to do in the reader's language, then the other side's own words."""
    hint, _newline, said = error.partition("\n")
    return " ".join(part for part in (_(hint) if hint else "", said) if part)


def event_words(name: str, facts: dict[str, Any], names: "Names", *, number: int) -> str:
    """Return one event of a ticket as a sentence without its subject: "gave it to Ana"."""
    before, after = facts.get("before"), facts.get("after")
    if name == "ticket.assigned":
        return _assigned(after or {}, names)
    if name in _CHANGES:
        return _CHANGES[name](before, after, names)
    if name == "ticket.tags.changed":
        added, removed = names.tags(facts.get("added", [])), names.tags(facts.get("removed", []))
        return " · ".join(
            [
                *([_("added the tag %(tags)s") % {"tags": added}] if added else []),
                *([_("removed the tag %(tags)s") % {"tags": removed}] if removed else []),
            ]
        ) or _("changed the tags")
    if "source_number" in facts:
        return _moved(name, facts, number)
    is_of_orders = "order." in name or name.startswith("verification.")
    return orders.event_words(name, facts) if is_of_orders else _other_event(name)


def _status_changed(before: Any, after: Any, _names: "Names") -> str:
    return _("changed the status: %(before)s → %(after)s") % {
        "before": status_words(str(before)),
        "after": status_words(str(after)),
    }


def _priority_changed(before: Any, after: Any, _names: "Names") -> str:
    return _("changed the priority: %(before)s → %(after)s") % {
        "before": priority_words(str(before)),
        "after": priority_words(str(after)),
    }


def _kind_changed(_before: Any, after: Any, _names: "Names") -> str:
    said = kind_words(str(after)) if after else _("not said")
    return _("changed the kind: %(kind)s") % {"kind": said}


def _topic_changed(_before: Any, after: Any, names: "Names") -> str:
    return _("chose the topic %(topic)s") % {"topic": names.topic(after)} if after else _("took the topic away")


_CHANGES: dict[str, Callable[[Any, Any, "Names"], str]] = {
    "ticket.status.changed": _status_changed,
    "ticket.priority.changed": _priority_changed,
    "ticket.kind.changed": _kind_changed,
    "ticket.topic.changed": _topic_changed,
}


def _assigned(after: dict[str, Any], names: "Names") -> str:
    agent, team = after.get("assignee"), after.get("team")
    if agent and team:
        return _("gave it to %(agent)s, team %(team)s") % {"agent": names.agent(agent), "team": names.team(team)}
    if agent:
        return _("gave it to %(agent)s") % {"agent": names.agent(agent)}
    if team:
        return _("gave it to the team %(team)s") % {"team": names.team(team)}
    return _("put it back: nobody owns it")


def _moved(name: str, facts: dict[str, Any], number: int) -> str:
    """Return a merge or split as it reads on the ticket with this number."""
    source, target = facts.get("source_number", ""), facts.get("target_number", "")
    if number == source:
        return {
            "ticket.merged": _("merged this ticket into %(number)s"),
            "ticket.merge.undone": _("took this ticket out of %(number)s again"),
            "ticket.split": _("split off ticket %(number)s"),
            "ticket.split.undone": _("took the split of %(number)s back"),
        }[name] % {"number": target}
    return {
        "ticket.merged": _("merged ticket %(number)s into this one"),
        "ticket.merge.undone": _("took ticket %(number)s out again"),
        "ticket.split": _("split this off from ticket %(number)s"),
        "ticket.split.undone": _("put this back into ticket %(number)s"),
    }[name] % {"number": source}


def _other_event(name: str) -> str:
    return {
        "ticket.subject.changed": _("changed the subject"),
        "ticket.language.changed": _("changed the language"),
        "ticket.snoozed": _("put it out of sight for a while"),
        "ticket.woken": _("brought it back"),
        "ticket.message.recalled": _("took an answer back before it left"),
    }.get(name, name)


class Names:
    """Looks up, in one query each, what events name by id: agents, teams, tags, and why a stage was come to."""

    def __init__(
        self,
        *,
        agents: dict[int, str],
        teams: dict[int, str],
        tags: dict[int, str],
        topics: dict[int, str],
        departments: dict[int, str],
        whys: dict[int, str],
    ) -> None:
        self.agents, self._teams, self._tags, self._topics = agents, teams, tags, topics
        self.departments, self.whys = departments, whys

    def topic(self, pk: int) -> str:
        """Return a topic's name."""
        return self._topics.get(pk, "?")

    def agent(self, pk: int) -> str:
        """Return an agent's name."""
        return self.agents.get(pk, "?")

    def team(self, pk: int) -> str:
        """Return a team's name."""
        return self._teams.get(pk, "?")

    def tags(self, pks: list[int]) -> str:
        """Return the tags' names in a row."""
        return ", ".join(self._tags[pk] for pk in pks if pk in self._tags)
