"""The page of a shop's returns policy."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from selectolax.lexbor import LexborHTMLParser

from balcao.returns.actions.configuring import set_policy
from balcao.returns.queries.policies import policy_of
from balcao.returns.types import FreightBack, Outcome, Payer, ReasonGroup, ReturnsPolicy, SendingWay, Trait
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.testing.factories.desk import LONG_AGO

Enter = Callable[[Agent], Client]
FILLED = {
    "withdrawal_days": "30",
    "defect_days": "",
    "is_informing": "on",
    "return_cost": "customer",
    "freight_back": "all_with_all",
    "standard_freight": "18,90",
    "refund_days": "3",
    "outcomes": ["refund", "credit"],
    "bonus": "7.5",
    "ways": ["label", "own"],
    "label_days": "14",
    "prefix": "cj",
    "photos": ["transport"],
    "review_score": "60",
    "review_worth": "1.500,00",
    "mark-personalised": "GRAV, com nome, GRAV",
    "allow-personalised": "on",
    "mark-hygiene": "ESC",
    "address-line1": "Rua do Bom Jesus, 88",
    "address-city": "Recife",
    "address-name": "Casa Moringa",
}


def shown(answer: HttpResponse) -> dict[str, list[str]]:
    """Return what a browser would send of the form as it stands."""
    sent: dict[str, list[str]] = {}
    for node in LexborHTMLParser(answer.content).css("#policy [name]"):
        facts = node.attributes
        is_box = facts.get("type") in ("checkbox", "radio")
        if not is_box or "checked" in facts:
            value = node.text() if node.tag == "textarea" else facts.get("value", "on" if is_box else "")
            sent.setdefault(str(facts["name"]), []).append(value or "")
    return sent


def test_one_shop_alone_shows_its_policy(enter: Enter, helena: Agent, moringa: Shop) -> None:
    answer = enter(helena).get("/console/returns/")

    assert answer.status_code == 302
    assert answer["Location"] == f"/console/returns/{moringa.pk}/"


def test_of_several_shops_one_is_chosen(enter: Enter, helena: Agent, next_door: Shop) -> None:
    helena.shops.add(next_door)

    page = enter(helena).get("/console/returns/").content.decode()
    assert "Bergamota" in page
    assert f"/console/returns/{next_door.pk}/" in page


def test_law_and_shop_stand_side_by_side(enter: Enter, helena: Agent, moringa: Shop) -> None:
    set_policy(shop=moringa, policy=ReturnsPolicy(withdrawal_days=30), agent=helena, now=LONG_AGO)

    page = enter(helena).get(f"/console/returns/{moringa.pk}/").content.decode()
    for words in ("BR-CDC-49", "art. 49", "7 days", "30 days", "at once"):
        assert words in page, words


@pytest.mark.parametrize(
    "country, rule", [("TR", "TR-MSY-9"), ("DE", "EU-CRD-9"), ("tr", "TR-MSY-15"), ("BR", "BR-CDC-18")]
)
def test_the_law_of_another_country_is_shown(
    enter: Enter, helena: Agent, moringa: Shop, country: str, rule: str
) -> None:
    page = enter(helena).get(f"/console/returns/{moringa.pk}/", {"country": country}).content.decode()

    assert rule in page


def test_where_we_know_no_law_it_says_so(enter: Enter, helena: Agent, moringa: Shop) -> None:
    for country in ("XK", "<b>", ""):
        answer = enter(helena).get(f"/console/returns/{moringa.pk}/", {"country": country})
        assert answer.status_code == 200


def test_a_policy_is_kept(enter: Enter, helena: Agent, moringa: Shop) -> None:
    answer = enter(helena).post(f"/console/returns/{moringa.pk}/", FILLED)

    assert answer.status_code == 302
    policy = policy_of(moringa.pk)
    assert (policy.withdrawal_days, policy.defect_days, policy.refund_days, policy.label_days) == (30, None, 3, 14)
    assert (policy.return_cost, policy.freight_back) == (Payer.CUSTOMER, FreightBack.ALL_WITH_ALL)
    assert (policy.standard_freight, policy.review_worth, policy.bonus) == (1_890, 150_000, 750)
    assert policy.outcomes == {Outcome.REFUND, Outcome.CREDIT}
    assert policy.ways == (SendingWay.LABEL, SendingWay.OWN)
    assert policy.photos == {ReasonGroup.TRANSPORT}
    assert policy.allowed == {Trait.PERSONALISED}
    assert policy.marks == {Trait.PERSONALISED: ("GRAV", "com nome"), Trait.HYGIENE: ("ESC",)}
    assert (policy.prefix, policy.warehouse.city, policy.waits_for) == ("CJ", "Recife", False)


@pytest.mark.parametrize("language", ["en", "pt-br", "tr"])
def test_what_is_shown_can_be_kept_as_it_is(enter: Enter, helena: Agent, moringa: Shop, language: str) -> None:
    helena.language = language
    helena.save(update_fields=["language"])
    policy = ReturnsPolicy(standard_freight=123_456, bonus=750, review_worth=99, marks={Trait.DATED: ("TICKET",)})
    set_policy(shop=moringa, policy=policy, agent=helena, now=LONG_AGO)
    visitor = enter(helena)

    answer = visitor.post(f"/console/returns/{moringa.pk}/", shown(visitor.get(f"/console/returns/{moringa.pk}/")))
    assert answer.status_code == 302
    assert policy_of(moringa.pk) == policy


@pytest.mark.parametrize(
    "field, value", [("prefix", "1x"), ("withdrawal_days", "-1"), ("bonus", "200"), ("label_days", ""), ("ways", "x")]
)
def test_what_cannot_be_is_said_at_its_field(
    enter: Enter, helena: Agent, moringa: Shop, field: str, value: str
) -> None:
    answer = enter(helena).post(f"/console/returns/{moringa.pk}/", {**FILLED, field: value})

    assert answer.status_code == 422
    wrong = LexborHTMLParser(answer.content).css("#policy .field.invalid [name]")
    assert {node.attributes["name"] for node in wrong} == {field}
    assert policy_of(moringa.pk) == ReturnsPolicy()


def test_another_shops_policy_is_nobodys_business(enter: Enter, helena: Agent, next_door: Shop) -> None:
    assert enter(helena).get(f"/console/returns/{next_door.pk}/").status_code == 404
