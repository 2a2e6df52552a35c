"""What the conditions and steps of a rule can be chosen from, for one agent."""

from collections.abc import Callable
from functools import cached_property

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from balcao.automation.models import Macro
from balcao.automation.types import Act, Aspect
from balcao.channels.models import Channel
from balcao.kit import locales
from balcao.processes.models import Blueprint
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.shops.models import Shop
from balcao.staff.models import Agent, Department, Team
from balcao.staff.queries import colleagues
from balcao.tickets.models import Tag
from balcao.tickets.queries.topics import branches, every_topic
from balcao.tickets.rules.topics import said_in
from balcao.tickets.types import Kind, Priority, Status
from balcao.web.components.formats import language_title
from balcao.web.components.matters import kind_words
from balcao.web.console.kinds import kind_words as channel_words
from balcao.web.console.samples import sample_texts
from balcao.web.console.words import priority_words, status_words
from balcao.webhooks.queries import endpoints_for

Options = list[tuple[str, str]]
_STATUSES = (Status.NEW, Status.OPEN, Status.WAITING, Status.SOLVED, Status.CLOSED)


class Scope:
    """What one agent may choose from; each list is read once."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self.language = get_language() or "en"
        self._read: dict[Aspect | Act, Options] = {}

    @cached_property
    def shops(self) -> list[Shop]:
        """Return the agent's shops."""
        return list(Shop.objects.filter(pk__in=self.agent.shop_ids()))

    @property
    def currency(self) -> str:
        """Return in which currency values of orders are written."""
        return self.shops[0].currency if self.shops else "EUR"

    def amount_in_words(self, amount: int) -> str:
        """Return minor units as people write them."""
        return locales.money(amount, self.currency, language=self.language)

    def options(self, aspect: Aspect) -> Options:
        """Return the values that a condition can compare with."""
        return self._once(aspect, _OPTIONS.get(aspect, lambda _scope: []))

    def samples(self, macro: str) -> list[tuple[str, str]]:
        """Return how the texts of a macro read, by language."""
        return sample_texts(self._texts.get(macro, {}))

    @cached_property
    def _texts(self) -> dict[str, dict[str, str]]:
        known = [int(pk) for pk, _name in self.targets(Act.SEND)]
        return {str(row.pk): row.texts for row in Macro.objects.filter(pk__in=known)}

    def targets(self, act: Act) -> Options:
        """Return the values that a step can have."""
        return self._once(act, _TARGETS.get(act, lambda _scope: []))

    def has_targets(self, act: Act) -> bool:
        """Tell whether a step has a value to choose."""
        return act in _TARGETS

    def _once(self, what: Aspect | Act, read: Callable[["Scope"], Options]) -> Options:
        if what not in self._read:
            self._read[what] = read(self)
        return self._read[what]


def _yes_no(_scope: Scope) -> Options:
    return [("yes", _("Yes")), ("no", _("No"))]


def _kinds(_scope: Scope) -> Options:
    return [(kind.value, kind_words(kind)) for kind in Kind]


def _priorities(_scope: Scope) -> Options:
    return [(priority.value, priority_words(priority)) for priority in Priority]


def _statuses(_scope: Scope) -> Options:
    return [(status.value, status_words(status)) for status in _STATUSES]


def _topics(scope: Scope) -> Options:
    shops = {None, *(shop.pk for shop in scope.shops)}
    rows = [row for row in every_topic() if row.is_active and row.shop_id in shops]
    tree = branches(rows, language=scope.language)
    return [(str(one.topic.pk), " › ".join([*one.path, one.name])) for one in tree]


def _channels(scope: Scope) -> Options:
    kinds = Channel.objects.filter(shop__in=scope.shops).order_by().values_list("kind", flat=True).distinct()
    return sorted((kind, channel_words(kind)) for kind in kinds)


def _languages(scope: Scope) -> Options:
    codes = dict.fromkeys(code.partition("-")[0].lower() for shop in scope.shops for code in [*shop.languages, "en"])
    return [(code, language_title(code, language=scope.language)) for code in codes]


def _tags(_scope: Scope) -> Options:
    return [(str(tag.pk), tag.name) for tag in Tag.objects.all()]


def _teams(_scope: Scope) -> Options:
    return [("", _("No team")), *((str(team.pk), team.name) for team in Team.objects.filter(is_active=True))]


def _people(scope: Scope) -> Options:
    return [(str(one.pk), one.name) for one in colleagues(scope.agent).filter(is_active=True).order_by("name")]


def _owners(scope: Scope) -> Options:
    return [("", _("Nobody")), *_people(scope)]


def _departments(_scope: Scope) -> Options:
    return [(str(row.pk), row.name) for row in Department.objects.all()]


def _blueprints(scope: Scope) -> list[tuple[str, Blueprint]]:
    rows = Blueprint.objects.filter(is_active=True, current__isnull=False).select_related("current").order_by("key")
    mine = [row for row in rows if row.shop_id is None or row.shop_id in {shop.pk for shop in scope.shops}]
    return list({row.key: (row.key, row) for row in mine}.values())


def _processes(scope: Scope) -> Options:
    return [
        (key, said_in(blueprint_by_id(row.current_id or 0).names, [scope.language])) for key, row in _blueprints(scope)
    ]


def _running(scope: Scope) -> Options:
    return [("", _("No process")), *_processes(scope)]


def _stages(scope: Scope) -> Options:
    found = []
    for key, row in _blueprints(scope):
        read = blueprint_by_id(row.current_id or 0)
        name = said_in(read.names, [scope.language])
        stages = [stage for stage in read.stages if not stage.is_end]
        found += [(f"{key}:{one.key}", f"{name} › {said_in(one.names, [scope.language])}") for one in stages]
    return found


def _told(scope: Scope) -> Options:
    teams = [
        (f"team.{team.pk}", _("Team: %(name)s") % {"name": team.name}) for team in Team.objects.filter(is_active=True)
    ]
    return [("owner", _("Whoever has the ticket")), *teams, *((f"agent.{pk}", name) for pk, name in _people(scope))]


def _macros(scope: Scope) -> Options:
    rows = Macro.objects.filter(agent__isnull=True, is_active=True).exclude(texts={})
    shops = {None, *(shop.pk for shop in scope.shops)}
    return [(str(row.pk), row.name) for row in rows if row.shop_id in shops]


def _endpoints(scope: Scope) -> Options:
    return [(str(row.pk), row.name) for row in endpoints_for(scope.agent)]


_OPTIONS: dict[Aspect, Callable[[Scope], Options]] = {
    Aspect.KIND: _kinds,
    Aspect.TOPIC: _topics,
    Aspect.PRIORITY: _priorities,
    Aspect.STATUS: _statuses,
    Aspect.CHANNEL: _channels,
    Aspect.LANGUAGE: _languages,
    Aspect.TAG: _tags,
    Aspect.TEAM: _teams,
    Aspect.ASSIGNEE: _owners,
    Aspect.UNTOUCHED: _yes_no,
    Aspect.HAS_ORDER: _yes_no,
    Aspect.VERIFIED: _yes_no,
    Aspect.IN_HOURS: _yes_no,
    Aspect.BLUEPRINT: _running,
    Aspect.STAGE: _stages,
    Aspect.DEPARTMENT: _departments,
    Aspect.BREACHED: _yes_no,
    Aspect.AT_RISK: _yes_no,
}
_TARGETS: dict[Act, Callable[[Scope], Options]] = {
    Act.KIND: _kinds,
    Act.TOPIC: _topics,
    Act.PRIORITY: _priorities,
    Act.STATUS: _statuses,
    Act.ASSIGN: _owners,
    Act.TEAM: _teams,
    Act.TAG: _tags,
    Act.UNTAG: _tags,
    Act.TELL: _told,
    Act.SEND: _macros,
    Act.PROCESS: _processes,
    Act.WEBHOOK: _endpoints,
}
