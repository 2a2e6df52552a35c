"""Rules at work: once for each entry, all or nothing, in their order, later by the clock, and never in circles."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from balcao.automation.actions import save_macro
from balcao.automation.actions.ruling import move_rule, prune, save_rule, switch_rule
from balcao.automation.models import Rule, RuleRun, RuleTimer
from balcao.automation.queries.ruling import facts_of, try_out
from balcao.automation.types import Act, Aspect, Condition, Group, Outcome, Relation, RuleStep, Ruling
from balcao.channels.models import Channel, Dispatch
from balcao.journal.actions import seal
from balcao.journal.models import Entry, Reader
from balcao.journal.types import SYSTEM
from balcao.notices.models import Notice
from balcao.pipeline import ruling
from balcao.processes.actions.blueprints import bring_defaults
from balcao.processes.models import Process
from balcao.shops.models import Shop
from balcao.staff.actions import create_team
from balcao.staff.models import Agent
from balcao.staff.types import Role
from balcao.testing.factories import make_agent, make_shop, receive
from balcao.tickets.actions import changing, noting
from balcao.tickets.actions.arranging import save_tag
from balcao.tickets.models import Message, Note, Tag, Ticket
from balcao.tickets.types import Priority, Status
from balcao.webhooks.actions.endpoints import create_endpoint
from balcao.webhooks.models import Delivery

MakeRule = Callable[..., Rule]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def make_rule(shop: Shop, now: datetime) -> MakeRule:
    def make(*steps: RuleStep, on: str = "ticket.opened", where: Any = (), name: str = "Rule", **facts: Any) -> Rule:
        ruling = Ruling(
            events=(on,),
            where=Group(parts=tuple(where)),
            steps=steps,
            minutes=facts.pop("minutes", 0),
            stops=facts.pop("stops", False),
        )
        given = {"shop": None, "is_active": True, "agent": None, "now": now - MINUTE, **facts}
        return save_rule(rule=None, name=name, ruling=ruling, **given)

    return make


@pytest.fixture
def broken(now: datetime) -> Tag:
    return save_tag(tag=None, name="quebrado", colour="", actor=SYSTEM, now=now)


def follow(now: datetime) -> None:
    while seal() or ruling.run_due(now=now):
        pass


def says(*words: str) -> Condition:
    return Condition(Aspect.WORDS, Relation.IS, words)


def test_what_holds_is_done_once_and_says_which_rule_did_it(
    make_rule: MakeRule, channel: Channel, broken: Tag, now: datetime
) -> None:
    steps = [
        RuleStep(Act.TAG, str(broken.pk)),
        RuleStep(Act.PRIORITY, "high"),
        RuleStep(Act.KIND, "forwarded"),
        RuleStep(Act.NOTE, text="Peça uma foto."),
    ]
    rule = make_rule(*steps, where=[says("quebrada", "em pedaços")])
    receive(channel, now=now, text="A xícara chegou quebrada!")
    follow(now)
    Reader.objects.filter(name="rules").update(position=Reader.objects.get(name="rules").position)
    follow(now)
    ticket = Ticket.objects.get()
    assert (ticket.priority, ticket.kind, list(ticket.tags.all())) == ("high", "forwarded", [broken])
    assert [note.text for note in Note.objects.all()] == ["Peça uma foto."]
    run = RuleRun.objects.get()
    assert (run.rule, run.outcome, run.event, run.version) == (rule, Outcome.DONE, "ticket.opened", 1)
    assert [step["act"] for step in run.done] == ["tag", "priority", "kind", "note"]
    changed = Entry.objects.get(name="ticket.priority.changed")
    assert changed.facts["rules"] == [rule.pk]
    assert "rules" not in Entry.objects.get(name="ticket.opened").facts


def test_what_does_not_hold_leaves_no_trace(make_rule: MakeRule, channel: Channel, now: datetime) -> None:
    make_rule(RuleStep(Act.PRIORITY, "high"), where=[says("quebrada")])
    receive(channel, now=now, text="Onde está meu pedido?")
    follow(now)
    assert Ticket.objects.get().priority == "normal"
    assert not RuleRun.objects.exists()


def test_a_rule_that_would_change_nothing_is_not_noted(make_rule: MakeRule, channel: Channel, now: datetime) -> None:
    make_rule(RuleStep(Act.PRIORITY, "normal"))
    receive(channel, now=now)
    follow(now)
    assert not RuleRun.objects.exists()


def test_nothing_is_done_to_what_happened_before_the_rule_was_there(
    make_rule: MakeRule, channel: Channel, now: datetime
) -> None:
    receive(channel, now=now - 2 * MINUTE)
    make_rule(RuleStep(Act.PRIORITY, "high"))
    follow(now)
    assert Ticket.objects.get().priority == "normal"


def test_a_rule_of_another_shop_does_not_look(make_rule: MakeRule, channel: Channel, now: datetime) -> None:
    make_rule(RuleStep(Act.PRIORITY, "high"), shop=make_shop("bergamota"))
    receive(channel, now=now)
    follow(now)
    assert Ticket.objects.get().priority == "normal"


def test_what_is_done_and_its_position_are_one_transaction(
    make_rule: MakeRule, channel: Channel, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_rule(RuleStep(Act.NOTE, text="Veja"))
    receive(channel, now=now)
    while seal():
        pass

    def die(*_args: Any, **_facts: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as death:
        death.setattr(ruling, "advance", die)
        with pytest.raises(SystemExit), transaction.atomic():
            ruling.run_due(now=now)
    assert not Note.objects.exists()
    follow(now)
    assert Note.objects.count() == 1


def test_rules_are_asked_in_their_order_until_one_says_enough(
    make_rule: MakeRule, channel: Channel, bia: Agent, now: datetime
) -> None:
    make_rule(RuleStep(Act.PRIORITY, "high"), stops=True, name="first")
    second = make_rule(RuleStep(Act.PRIORITY, "urgent"), name="second")
    receive(channel, now=now)
    follow(now)
    assert Ticket.objects.get().priority == "high"
    move_rule(rule=second, up=True, among=list(Rule.objects.values_list("pk", flat=True)), agent=bia, now=now)
    assert [rule.name for rule in Rule.objects.all()] == ["second", "first"]


def test_a_failing_rule_does_nothing_and_stops_no_other(
    make_rule: MakeRule, channel: Channel, broken: Tag, now: datetime
) -> None:
    make_rule(RuleStep(Act.PRIORITY, "high"), RuleStep(Act.TAG, "999"), name="broken")
    make_rule(RuleStep(Act.TAG, str(broken.pk)), name="whole")
    receive(channel, now=now)
    follow(now)
    ticket = Ticket.objects.get()
    assert (ticket.priority, list(ticket.tags.all())) == ("normal", [broken])
    failed, done = RuleRun.objects.order_by("id")
    assert (failed.outcome, done.outcome) == (Outcome.FAILED, Outcome.DONE)
    assert "tag" in failed.detail
    assert not Entry.objects.filter(name="ticket.priority.changed").exists()


def test_rules_lead_to_one_another_but_never_in_circles(make_rule: MakeRule, channel: Channel, now: datetime) -> None:
    priority = "ticket.priority.changed"
    high = make_rule(RuleStep(Act.PRIORITY, "high"), name="high")
    low = make_rule(RuleStep(Act.PRIORITY, "low"), on=priority, name="low", where=[_is_priority("high")])
    up = make_rule(RuleStep(Act.PRIORITY, "high"), on=priority, name="up", where=[_is_priority("low")])
    receive(channel, now=now)
    follow(now)
    done = [(*run.chain, run.rule_id) for run in RuleRun.objects.filter(outcome="done")]
    assert done == [(high.pk,), (high.pk, low.pk), (high.pk, up.pk), (high.pk, up.pk, low.pk)]
    stopped = RuleRun.objects.filter(outcome="stopped")
    assert {run.detail for run in stopped} == {"again"}
    assert Entry.objects.filter(name="rule.stopped").count() == stopped.count() > 0


def _is_priority(word: str) -> Condition:
    return Condition(Aspect.PRIORITY, Relation.IS, (word,))


def test_a_chain_of_more_than_three_rules_is_cut(make_rule: MakeRule, channel: Channel, now: datetime) -> None:
    make_rule(RuleStep(Act.PRIORITY, "low"), name="1")
    make_rule(RuleStep(Act.STATUS, "waiting"), on="ticket.priority.changed", name="2")
    make_rule(RuleStep(Act.KIND, "quick"), on="ticket.status.changed", name="3")
    make_rule(RuleStep(Act.NOTE, text="too deep"), on="ticket.kind.changed", name="4")
    receive(channel, now=now)
    follow(now)
    assert Ticket.objects.get().kind == "quick"
    assert not Note.objects.exists()
    assert RuleRun.objects.get(outcome="stopped").detail == "deep"


def test_what_people_keep_setting_off_is_stopped_after_a_while(
    make_rule: MakeRule, channel: Channel, now: datetime
) -> None:
    make_rule(RuleStep(Act.NOTE, text="Veja"), on="ticket.priority.changed")
    receive(channel, now=now)
    ticket = Ticket.objects.get()
    for turn in range(30):
        words = (Priority.HIGH, Priority.LOW)
        changing.set_priority(ticket=ticket, priority=words[turn % 2], agent=None, now=now)
    follow(now)
    assert Note.objects.count() == 20
    assert RuleRun.objects.filter(outcome="stopped").count() == 1  # said once, not with each
    changing.set_priority(ticket=ticket, priority=Priority.URGENT, agent=None, now=now + timedelta(hours=2))
    follow(now + timedelta(hours=2))
    assert Note.objects.count() == 21


def test_later_it_looks_anew_and_once(make_rule: MakeRule, channel: Channel, bia: Agent, now: datetime) -> None:
    is_new = Condition(Aspect.STATUS, Relation.IS, ("new",))
    make_rule(RuleStep(Act.PRIORITY, "urgent"), minutes=120, where=[is_new])
    receive(channel, now=now, text="first")
    receive(channel, now=now, text="second", **{"from": "bruno@example.com"})
    follow(now)
    answered, waiting = Ticket.objects.order_by("id")
    changing.set_status(ticket=answered, status=Status.WAITING, agent=bia, now=now)
    assert ruling.fire_due(now=now + 119 * MINUTE) == 0
    assert ruling.fire_due(now=now + 120 * MINUTE) == 2
    assert ruling.fire_due(now=now + 121 * MINUTE) == 0
    waiting.refresh_from_db()
    answered.refresh_from_db()
    assert (waiting.priority, answered.priority) == ("urgent", "normal")
    assert not RuleTimer.objects.exists()


def test_later_counts_from_what_happened_last(make_rule: MakeRule, channel: Channel, now: datetime) -> None:
    make_rule(RuleStep(Act.NOTE, text="Veja"), on="ticket.message.received", minutes=60)
    receive(channel, now=now, id="one")
    for minutes in (10, 30):
        receive(channel, now=now + minutes * MINUTE, answers=["one"], text=f"more {minutes}")
    follow(now + 31 * MINUTE)
    assert ruling.fire_due(now=now + 89 * MINUTE) == 0
    assert ruling.fire_due(now=now + 90 * MINUTE) == 1


def test_what_its_owner_does_not_touch_goes_back(
    make_rule: MakeRule, channel: Channel, shop: Shop, bia: Agent, caio: Agent, now: datetime
) -> None:
    # Given a rule that takes a ticket away from whoever has left it lying for half an hour
    untouched = Condition(Aspect.UNTOUCHED, Relation.IS, ("yes",))
    make_rule(RuleStep(Act.ASSIGN, ""), on="ticket.assigned", minutes=30, where=[untouched])
    first = create_team(name="Primeira linha", members=[bia, caio], actor=SYSTEM, now=now)
    for name in ("ana", "bruno", "elif"):
        receive(channel, now=now, text="Cadê?", **{"from": f"{name}@example.com"})
    left, noted, moved = Ticket.objects.order_by("id")
    for ticket in (left, noted, moved):
        changing.assign(ticket=ticket, assignee=bia, team=first, agent=caio, now=now)

    # When Bia writes a note on one of them, and Caio does something on another
    noting.add_note(ticket=noted, text="Ligo mais tarde.", agent=bia, now=now + 10 * MINUTE)
    changing.set_priority(ticket=moved, priority=Priority.HIGH, agent=caio, now=now + 10 * MINUTE)
    follow(now + 11 * MINUTE)
    assert ruling.fire_due(now=now + 30 * MINUTE) == 3

    # Then those that she has not touched go back to the team
    owners = dict(Ticket.objects.values_list("pk", "assignee"))
    assert owners == {left.pk: None, noted.pk: bia.pk, moved.pk: None}
    assert set(Ticket.objects.values_list("team", flat=True)) == {first.pk}


def test_a_ticket_that_was_given_to_nobody_is_not_untouched(channel: Channel, now: datetime) -> None:
    receive(channel, now=now)
    ticket = Ticket.objects.get()
    assert facts_of([ticket], now=now)[ticket.pk].is_untouched is None


def test_a_rule_that_is_switched_off_forgets_what_it_wanted_later(
    make_rule: MakeRule, channel: Channel, bia: Agent, now: datetime
) -> None:
    rule = make_rule(RuleStep(Act.NOTE, text="Veja"), minutes=60)
    receive(channel, now=now)
    follow(now)
    switch_rule(rule=rule, is_active=False, agent=bia, now=now)
    assert ruling.fire_due(now=now + timedelta(days=1)) == 0


def test_what_a_timer_did_sets_no_timer_of_the_same_rule(make_rule: MakeRule, channel: Channel, now: datetime) -> None:
    make_rule(RuleStep(Act.PRIORITY, "high"), on="ticket.priority.changed", minutes=1)
    receive(channel, now=now)
    changing.set_priority(ticket=Ticket.objects.get(), priority=Priority.LOW, agent=None, now=now)
    follow(now)
    assert ruling.fire_due(now=now + MINUTE) == 1
    follow(now + MINUTE)
    assert Ticket.objects.get().priority == "high"
    assert not RuleTimer.objects.exists()


def test_agents_are_told_the_words_of_the_rule(
    make_rule: MakeRule, channel: Channel, shop: Shop, bia: Agent, caio: Agent, now: datetime
) -> None:
    team = create_team(name="Trocas", members=[bia], actor=SYSTEM, now=now)
    make_rule(RuleStep(Act.TELL, f"team.{team.pk}", text="Cliente importante"), RuleStep(Act.TELL, f"agent.{caio.pk}"))
    receive(channel, now=now)
    follow(now)
    told = {notice.agent.name: notice.facts["words"] for notice in Notice.objects.select_related("agent")}
    assert told == {"Bia": "Cliente importante", "Caio": "Rule"}


def test_a_text_is_sent_as_an_automatic_answer(make_rule: MakeRule, channel: Channel, now: datetime) -> None:
    macro = save_macro(
        macro=None,
        name="Recebido",
        texts={"pt-BR": "Olá {customer.first_name}, recebemos. Protocolo {ticket.number}."},
        steps=[],
        actor=SYSTEM,
        now=now,
    )
    make_rule(RuleStep(Act.SEND, str(macro.pk)), RuleStep(Act.PRIORITY, "high"))
    receive(channel, now=now, name="Ana Souza")
    follow(now)
    ticket = Ticket.objects.get()
    sent = Message.objects.get(direction="out")
    assert sent.text == f"Olá Ana, recebemos. Protocolo {ticket.number}."
    assert Dispatch.objects.get().outbound["automatic"]
    assert (ticket.priority, ticket.status) == ("high", "new")


def test_a_machine_gets_no_answer_but_the_rest_is_done(make_rule: MakeRule, channel: Channel, now: datetime) -> None:
    macro = save_macro(macro=None, name="Oi", texts={"pt-BR": "Olá!"}, steps=[], actor=SYSTEM, now=now)
    make_rule(RuleStep(Act.SEND, str(macro.pk)), RuleStep(Act.PRIORITY, "high"))
    receive(channel, now=now, silence="list")
    follow(now)
    assert not Dispatch.objects.exists()
    assert Ticket.objects.get().priority == "high"
    assert RuleRun.objects.get().done[0]["left_out"]


def test_a_text_that_lacks_a_value_is_not_sent(make_rule: MakeRule, channel: Channel, now: datetime) -> None:
    macro = save_macro(macro=None, name="Oi", texts={"pt-BR": "Eu, {agent.name}"}, steps=[], actor=SYSTEM, now=now)
    make_rule(RuleStep(Act.SEND, str(macro.pk)))
    receive(channel, now=now)
    follow(now)
    assert not Dispatch.objects.exists()
    assert "agent.name" in RuleRun.objects.get().detail


def test_a_process_is_started_and_a_webhook_told(make_rule: MakeRule, channel: Channel, now: datetime) -> None:
    bring_defaults(now=now)
    endpoint, _secret = create_endpoint(
        name="ERP", url="https://erp.example.com/", events=[], shop=None, actor=SYSTEM, now=now
    )
    rule = make_rule(RuleStep(Act.PROCESS, "complaint"), RuleStep(Act.WEBHOOK, str(endpoint.pk), text="open a case"))
    receive(channel, now=now)
    follow(now)
    process, delivery = Process.objects.get(), Delivery.objects.get()
    assert (process.blueprint.key, process.ticket) == ("complaint", Ticket.objects.get())
    assert delivery.name == "webhook.asked"
    assert f'"rule":{rule.pk}' in delivery.body
    started = Entry.objects.get(name="process.started")
    assert started.facts["rules"] == [rule.pk]


def test_spam_is_none_of_the_rules_business(make_rule: MakeRule, channel: Channel, bia: Agent, now: datetime) -> None:
    make_rule(RuleStep(Act.PRIORITY, "high"))
    receive(channel, now=now)
    changing.set_status(ticket=Ticket.objects.get(), status=Status.SPAM, agent=bia, now=now)
    follow(now)
    assert Ticket.objects.get().priority == "normal"


def test_trying_out_says_what_would_be_done_and_does_nothing(channel: Channel, shop: Shop, now: datetime) -> None:
    receive(channel, now=now - timedelta(days=9), text="quebrada, mas antiga", **{"from": "elif@example.com"})
    receive(channel, now=now, text="Chegou quebrada", id="one")
    receive(channel, now=now, text="e agora outra coisa", answers=["one"])
    receive(channel, now=now, text="Onde está?", **{"from": "bruno@example.com"})
    ruling = Ruling(
        ("ticket.opened",),
        where=Group(parts=(says("quebrada"),)),
        steps=(RuleStep(Act.PRIORITY, "high"), RuleStep(Act.PRIORITY, "normal")),
    )
    entries = Entry.objects.count()
    tried = try_out(ruling, shop_ids=[shop.pk], since=now - timedelta(days=7), now=now)
    assert [one.verdict.holds for one in tried] == [False, True]
    assert [one.is_needed for one in tried[1].wanted] == [True, False]
    assert Entry.objects.count() == entries


def test_facts_of_many_tickets_cost_as_many_queries_as_those_of_one(
    channel: Channel, shop: Shop, now: datetime, django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        receive(channel, now=now, text=f"carta {number}", **{"from": f"ana{number}@example.com"})
    with django_assert_max_num_queries(12):
        assert len(try_out(Ruling(("ticket.opened",)), shop_ids=[shop.pk], since=now - MINUTE, now=now)) == 8


def test_the_log_is_kept_for_a_season(make_rule: MakeRule, channel: Channel, now: datetime) -> None:
    make_rule(RuleStep(Act.PRIORITY, "high"))
    receive(channel, now=now)
    follow(now)
    assert prune(now=now + timedelta(days=90)) == 0
    assert prune(now=now + timedelta(days=91)) == 1


def test_an_agent_of_no_shop_is_not_given_a_ticket(make_rule: MakeRule, channel: Channel, now: datetime) -> None:
    stranger = make_agent("Nina", shop=make_shop("bergamota"), role=Role.AGENT)
    make_rule(RuleStep(Act.ASSIGN, str(stranger.pk)))
    receive(channel, now=now)
    follow(now)
    assert Ticket.objects.get().assignee is None
    assert RuleRun.objects.get().outcome == Outcome.FAILED
