"""Writing a rule as rows, trying it out, its order and its log."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from balcao.automation.actions.ruling import note_run, save_rule
from balcao.automation.models import Rule
from balcao.automation.rules.ruling import ruling_from
from balcao.automation.types import Act, Aspect, Condition, Group, Outcome, Relation, RuleStep, Ruling
from balcao.channels.models import Channel
from balcao.journal.types import SYSTEM
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.testing.factories import receive
from balcao.tickets.actions.arranging import save_tag
from balcao.tickets.models import Tag, Ticket
from balcao.webhooks.actions.endpoints import create_endpoint
from balcao.webhooks.models import Endpoint

LOOKS_AT_WORDS = {"all-0-aspect": "words", "all-0-relation": "is", "all-0-text": "quebrado, em pedaços"}


@pytest.fixture
def visitor(helena: Agent, enter: Callable[[Agent | None], Client]) -> Client:
    return enter(helena)


@pytest.fixture
def tag(db: None) -> Tag:
    return save_tag(tag=None, name="avaria", colour="", actor=SYSTEM, now=timezone.now())


@pytest.fixture
def given(moringa: Shop, next_door: Shop, tag: Tag) -> dict[str, Any]:
    told = {"name": "Theirs", "url": "https://erp.example.com/", "events": ["*"], "shop": next_door}
    create_endpoint(**told, actor=SYSTEM, now=timezone.now())
    return {
        "name": "Chegou quebrado",
        "shop": moringa.pk,
        "is_active": "on",
        "events": ["ticket.opened", "ticket.message.received"],
        **LOOKS_AT_WORDS,
        "all-1-aspect": "order_total",
        "all-1-relation": "at_least",
        "all-1-text": "150,50",
        "any-0-aspect": "priority",
        "any-0-relation": "is_not",
        "any-0-values": ["urgent", "no such"],
        "steps-0-act": "tag",
        "steps-0-value": tag.pk,
        "steps-1-act": "status",
        "steps-1-value": "waiting",
        "steps-1-days": "3",
        "steps-2-act": "note",
        "steps-2-text": "Peça uma foto",
        "stops": "on",
        "save": "1",
    }


def make_rule(name: str, shop: Shop) -> Rule:
    ruling = Ruling(("ticket.opened",), steps=(RuleStep(Act.PRIORITY, "high"),))
    return save_rule(rule=None, name=name, shop=shop, ruling=ruling, is_active=True, agent=None, now=timezone.now())


def test_rows_become_a_rule_and_a_rule_becomes_rows(visitor: Client, given: dict[str, Any], tag: Tag) -> None:
    answer = visitor.post(reverse("console:rule_new"), given)
    assert answer.headers["Location"] == reverse("console:rules")
    rule = Rule.objects.get()
    some = Group(every=False, parts=(Condition(Aspect.PRIORITY, Relation.IS_NOT, ("urgent",)),))
    assert ruling_from(rule.spec) == Ruling(
        ("ticket.opened", "ticket.message.received"),
        where=Group(
            parts=(
                Condition(Aspect.WORDS, Relation.IS, ("quebrado", "em pedaços")),
                Condition(Aspect.ORDER_TOTAL, Relation.AT_LEAST, ("15050",)),
                some,
            )
        ),
        steps=(
            RuleStep(Act.TAG, str(tag.pk)),
            RuleStep(Act.STATUS, "waiting", days=3),
            RuleStep(Act.NOTE, text="Peça uma foto"),
        ),
        stops=True,
    )
    shown = visitor.get(reverse("console:rule", args=[rule.pk])).content.decode()
    for said in ("quebrado, em pedaços", "150.50", "Peça uma foto", 'value="3"'):
        assert said in shown
    visitor.post(reverse("console:rule", args=[rule.pk]), given | {"delay": "2", "unit": "days"})
    rule.refresh_from_db()
    assert (rule.version, rule.spec["minutes"]) == (2, 2880)


@pytest.mark.parametrize(
    "change, words",
    [
        ({"name": ""}, "This field is required"),
        ({"events": []}, "Choose when it looks."),
        ({"steps-0-act": "", "steps-1-act": "", "steps-2-act": ""}, "Choose what it does."),
        ({"all-0-text": " , "}, "Say with what it is compared."),
        ({"all-1-text": "a lot"}, "Enter a number."),
        ({"any-0-values": []}, "Say with what it is compared."),
        ({"steps-0-value": ""}, "Choose one."),
        ({"steps-0-act": "webhook", "steps-0-value": "THEIRS"}, "Choose one."),  # of another shop
        ({"steps-2-text": ""}, "Write the note."),
        ({"steps-1-days": "many"}, "Enter a whole number of days"),
        ({"delay": "-3"}, "Enter a whole number; a year is the most."),
        ({"delay": "400", "unit": "days"}, "Enter a whole number; a year is the most."),
    ],
)
def test_what_is_wrong_is_said_at_its_row(
    visitor: Client, given: dict[str, Any], change: dict[str, Any], words: str
) -> None:
    change = {name: Endpoint.objects.get().pk if value == "THEIRS" else value for name, value in change.items()}
    answer = visitor.post(reverse("console:rule_new"), given | change)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "quebrado" in answer.content.decode() or "all-0-text" in change  # what was typed is still there
    assert not Rule.objects.exists()


def test_rows_come_and_go_without_anything_being_kept(visitor: Client, given: dict[str, Any]) -> None:
    address = reverse("console:rule_new")
    more = visitor.post(address, given | {"more": "all"}).content.decode()
    assert 'name="all-2-aspect"' in more
    less = visitor.post(address, given | {"drop": "all-0"}).content.decode()
    assert 'name="all-1-aspect"' not in less
    assert "em pedaços" not in less
    assert "150,50" in less
    assert not Rule.objects.exists()


def test_trying_out_shows_what_would_be_done_and_why_not(
    visitor: Client, given: dict[str, Any], letters: Channel
) -> None:
    now = timezone.now()
    receive(letters, now=now, text="Chegou quebrado!", subject="Avaria na xícara")
    receive(letters, now=now, text="Onde está?", **{"from": "bruno@example.com"})
    for row in ("all-1-aspect", "any-0-aspect"):
        given.pop(row)
    shown = visitor.post(reverse("console:rule_new"), {**given, "try": "1", "days": "1"}).content.decode()
    assert "2 tickets of the last 1 days were looked at" in shown
    assert "Avaria na xícara" in shown
    assert "not so on 1 ticket" in shown
    assert not Rule.objects.exists()
    assert not Ticket.objects.filter(tags__isnull=False).exists()


def test_rules_are_moved_switched_and_deleted(visitor: Client, moringa: Shop) -> None:
    first, second = make_rule("first", moringa), make_rule("second", moringa)
    visitor.post(reverse("console:rule_do", args=[second.pk]), {"deed": "up"})
    assert list(Rule.objects.values_list("name", flat=True)) == ["second", "first"]
    visitor.post(reverse("console:rule_do", args=[second.pk]), {"deed": "down"})
    assert list(Rule.objects.values_list("name", flat=True)) == ["first", "second"]
    visitor.post(reverse("console:rule_do", args=[first.pk]), {"deed": "off"})
    assert not Rule.objects.get(pk=first.pk).is_active
    visitor.post(reverse("console:rule_do", args=[first.pk]), {"deed": "delete"})
    assert list(Rule.objects.all()) == [second]


def test_rules_of_another_shop_keep_their_place_and_are_not_seen(
    visitor: Client, moringa: Shop, next_door: Shop
) -> None:
    for name, shop in (("mine", moringa), ("theirs", next_door), ("also mine", moringa)):
        make_rule(name, shop)
    last = Rule.objects.get(name="also mine")
    visitor.post(reverse("console:rule_do", args=[last.pk]), {"deed": "up"})
    assert list(Rule.objects.values_list("name", flat=True)) == ["also mine", "mine", "theirs"]
    assert "theirs" not in visitor.get(reverse("console:rules")).content.decode()


def test_the_log_says_what_was_done_and_why_not(visitor: Client, moringa: Shop, letters: Channel) -> None:
    now: datetime = timezone.now()
    receive(letters, now=now)
    ticket, rule = Ticket.objects.get(), make_rule("R", moringa)
    common: dict[str, Any] = {"rule": rule, "ticket": ticket, "position": 1, "event": "ticket.opened", "chain": []}
    done = [{"act": "priority", "value": "high"}, {"act": "send", "value": "1", "left_out": "sender"}]
    note_run(outcome=Outcome.DONE, done=done, now=now - timedelta(minutes=2), **common)
    note_run(outcome=Outcome.FAILED, detail="StepFailed: The tag is not there any more.", now=now, **common)
    note_run(outcome=Outcome.STOPPED, detail="deep", now=now, **common)
    shown = visitor.get(reverse("console:rule_log", args=[rule.pk])).content.decode()
    for said in ("Set the priority: High", "Left out", "The tag is not there any more", "Too many rules"):
        assert said in shown
    failed = visitor.get(reverse("console:rule_log", args=[rule.pk]), {"outcome": "failed"}).content.decode()
    assert "Set the priority" not in failed
    listed = visitor.get(reverse("console:rules")).content.decode()
    assert "1 failed" in listed
    assert "1 time in 7 days" in listed
