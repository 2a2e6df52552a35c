"""Every way of every default process is walked to an end, on the order book, for a customer known by mail only."""

import json
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from balcao.commerce.actions import verifying
from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.copying import keep_order, keep_product, write_order
from balcao.commerce.actions.verifying import Place
from balcao.commerce.models import LedgerEntry, Order
from balcao.commerce.queries import account_value, order_value
from balcao.commerce.rules import documents
from balcao.commerce.types import LedgerState, Level
from balcao.journal.actions import seal
from balcao.journal.types import SYSTEM
from balcao.pipeline import followers, orders
from balcao.pipeline.returning import Wish, open_for
from balcao.pipeline.stages import doing
from balcao.ports import money, registry
from balcao.ports.commerce import ActionKind, GiveCredit, OrderStage, PaymentState, Shipment, ShipmentState
from balcao.processes.actions import blueprints
from balcao.processes.actions.moving import Mover, approve, fill, forward, look, note_facts, start
from balcao.processes.actions.working import do_task
from balcao.processes.models import Process
from balcao.processes.queries.blueprints import blueprint_for
from balcao.processes.queries.courses import facts_of, last_visit, level_of
from balcao.processes.rules.customers import needs_code
from balcao.processes.rules.guards import is_filled
from balcao.processes.rules.moving import missing_fields
from balcao.processes.rules.reading import parse_blueprint
from balcao.processes.types import Actor, Blueprint, BlueprintKind, FieldType, ForwardState, ProcessState, Transition
from balcao.returns.actions.choosing import choose_outcome
from balcao.returns.actions.configuring import set_policy
from balcao.returns.models import Return
from balcao.returns.queries.cases import Wanted, notice_of
from balcao.returns.queries.outcomes import settled_amounts, worth_of
from balcao.returns.types import Outcome, Reason, ReturnsPolicy
from balcao.staff.models import Department
from balcao.staff.types import Role
from balcao.testing.channels import PaperChannel
from balcao.testing.factories import make_agent, make_channel, make_shop, receive
from balcao.testing.orders import HOME, VISA, a_product, an_order
from balcao.tickets.models import Ticket
from tests.unit.processes.walking import PLAIN

pytestmark = pytest.mark.django_db

SPECS = {
    spec.key: spec
    for spec in (parse_blueprint(json.loads(path.read_text())) for path in sorted(blueprints.DEFAULTS.glob("*.json")))
}
BONUS = 1_000  # basis points
NEW_HOME = {"line1": "Rua da Aurora, 12", "city": "Recife", "region": "PE", "postcode": "50050-000"}
_OUTCOMES = {"exchanging": Outcome.EXCHANGE, "crediting": Outcome.CREDIT, "repairing": Outcome.REPAIR}
_MILD = ("grant",)  # ways that are only open where the reason is a mere regret
_BY_HAND = {"label_by_hand", "credit_by_hand", "changed_by_hand", "pay_manual", "give_up"}  # instead of what failed


# --- Which walks there are --------------------------------------------------------------------------------------------


def walks(spec: Blueprint) -> Iterator[tuple[str, list[Transition]]]:
    """Give walks from the start to an end that take every way, each named by the first way that only it takes."""
    left = list(spec.transitions)
    while left:
        wanted = left[0]
        walk = [*_shortest(spec, spec.start.key, wanted.sources), wanted]
        walk += _onward(spec, walk, left)
        yield wanted.key, walk
        left = [way for way in left if way not in walk]


def _onward(spec: Blueprint, before: Sequence[Transition], left: Sequence[Transition]) -> list[Transition]:
    """Return how a walk goes on to an end: by ways that were not taken yet, as long as they go forward."""
    walk, stage = list(before), before[-1].target
    while not spec.stage(stage).is_end:
        fresh = [way for way in spec.ways_from(stage) if way in left and way not in walk and not way.is_rework]
        fresh = [way for way in fresh if _fits(spec, walk, way)]
        walk += fresh[:1] or _shortest(spec, stage, [one.key for one in spec.stages if one.is_end])
        stage = walk[-1].target
    return walk[len(before) :]


def _fits(spec: Blueprint, walk: Sequence[Transition], way: Transition) -> bool:
    """Tell whether a way can still be wanted after a walk: what was done by itself is not done again."""
    done = {effect.key for one in walk for effect in spec.stage(one.target).effects}
    again = {effect.key for effect in spec.stage(way.target).effects if effect.kind == "order_action"}
    return not (done & again)


def _shortest(spec: Blueprint, start: str, wanted: Collection[str]) -> list[Transition]:
    seen, queue = {start}, deque([(start, list[Transition]())])
    while queue:
        stage, walk = queue.popleft()
        if stage in wanted:
            return walk
        for way in spec.ways_from(stage):
            if way.target not in seen and way.key not in _MILD:
                seen.add(way.target)
                queue.append((way.target, [*walk, way]))
    raise AssertionError(f"{spec.key}: nothing leads there from {start}")


CASES = [
    pytest.param(spec, walk, id=f"{spec.key}-{name}-{walk[-1].target}")
    for spec in SPECS.values()
    for name, walk in walks(spec)
]


# --- A shop in which they are walked ----------------------------------------------------------------------------------


class Walker:
    """Ana wrote a mail; Bia forwards, Caio is the second pair of eyes, and the world is as each way wants it."""

    def __init__(self, spec: Blueprint, walk: Sequence[Transition]) -> None:
        registry.register_channel(PaperChannel())
        self.spec, self.walk = spec, walk
        self.shop = make_shop(time_zone="America/Sao_Paulo")
        for key in ("cs", "cs_lead", "log", "wh", "qc", "fin", "frd", "cat", "leg", "mgr"):
            Department.objects.create(name=key, key=key)
        self.bia, self.caio = (make_agent(name, shop=self.shop, role=Role.SUPERVISOR) for name in ("Bia", "Caio"))
        self.now = datetime.fromisoformat("2026-11-12T12:00:00+00:00")
        blueprints.bring_defaults(now=self.now)
        policy = ReturnsPolicy(warehouse=HOME, bonus=BONUS, outcomes=frozenset(Outcome))
        set_policy(shop=self.shop, policy=policy, agent=self.bia, now=self.now)
        book = create_backend(
            shop=self.shop, kind="book", name="Book", config=Book.Config(), actor=SYSTEM, now=self.now
        )
        keep_product(backend=book, product=a_product(), now=self.now)
        keep_order(backend=book, order=an_order(freight=1_500), now=self.now)
        receive(make_channel(self.shop), now=self.now, subject="Pedido 1001", **{"from": "ana@example.com"})
        self.ticket = Ticket.objects.get()
        self.process = Process()
        self.failing: set[str] = set()

    @property
    def order(self) -> Order:
        return Order.objects.select_related("account__backend__shop", "backend__shop").get()

    # --- The world ----------------------------------------------------------------------------------------------------

    def world(self, stage: OrderStage, parcel: ShipmentState | None = None, **facts: Any) -> None:
        """Let the order stand as the shop would have it by now."""
        order = order_value(self.order)
        came_at = self.now - timedelta(days=2) if parcel == ShipmentState.DELIVERED else None
        sent_at = self.now - timedelta(days=4)
        parcels = (Shipment("s1", parcel, "Correios", shipped_at=sent_at, delivered_at=came_at),) if parcel else ()
        after = replace(order, stage=stage, shipments=parcels, **facts)
        write_order(backend=self.order.backend, order=after, now=self.now)

    def paid(self, state: PaymentState) -> dict[str, Any]:
        payments = order_value(self.order).payments
        return {"payments": tuple(one if one.is_refund else replace(one, state=state) for one in payments)}

    def fulfilment(self, wanted: str) -> None:
        state = PaymentState.PENDING if wanted == "unpaid" else PaymentState.CAPTURED
        stages: dict[str, tuple[OrderStage, ShipmentState | None]] = {
            "unpaid": (OrderStage.PENDING, None),
            "paid": (OrderStage.PENDING, None),
            "picking": (OrderStage.PREPARING, None),
            "packed": (OrderStage.PREPARING, ShipmentState.LABELLED),
            "shipped": (OrderStage.SHIPPED, ShipmentState.IN_TRANSIT),
            "delivered": (OrderStage.DELIVERED, ShipmentState.DELIVERED),
        }
        self.world(*stages[wanted], **self.paid(state))

    def begin_world(self) -> None:
        """Let the order stand as it does where such a matter begins."""
        asked = [guard for way in self.walk for guard in way.guards if guard.name == "fulfilment_in"]
        if self.spec.kind is BlueprintKind.CANCEL:
            first = next((guard for guard in self.walk[0].guards if guard.name == "fulfilment_in"), None)
            self.fulfilment(first.arguments["values"][-1] if first else "picking")  # type: ignore[index] # a list of words
        elif self.spec.kind is BlueprintKind.CHANGE:
            is_gone = any(guard.name == "after_cut_off" for way in self.walk for guard in way.guards)
            is_unpaid = any("unpaid" in guard.arguments["values"] for guard in asked)  # type: ignore[operator] # a list
            self.fulfilment("shipped" if is_gone else "unpaid" if is_unpaid else "paid")
        elif self.spec.kind is BlueprintKind.PARCEL:
            self.fulfilment("shipped")
        else:
            self.fulfilment("delivered")

    def verify(self) -> None:
        """Let Ana open the one-time link that goes to her order's address."""
        talk, account = self.ticket.conversations.get(), self.order.account
        place = Place(talk.created_at, conversation=talk.pk, ticket=self.ticket.pk)
        asked = verifying.challenge(
            account=account, order=self.order, place=place, language="pt-br", agent=self.bia, now=self.now
        )
        _code, token = verifying.arm(challenge=asked)
        assert verifying.confirm_link(token=token, now=self.now)

    def work(self, *, is_slow: bool = False) -> None:
        """Let everything happen that happens by itself; a slow shop system does nothing yet."""
        for _ in range(8):
            seal()
            done = followers.run_due(now=self.now)
            done += doing.run_due(worker="w", now=self.now, clock=lambda: self.now)
            done += 0 if is_slow else orders.run_due(worker="w", now=self.now, clock=lambda: self.now)
            if not done:
                break
        self.process.refresh_from_db()

    # --- The walk -----------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        self.begin_world()
        kind, fields = self.spec.kind, self._start_fields()
        if kind in (BlueprintKind.RETURN, BlueprintKind.EXCHANGE):
            is_mild = self.walk[0].key in _MILD
            self.process = self._open(kind, Reason.CHANGED_MIND if is_mild else Reason.FLAW).process
            return
        blueprint = blueprint_for(self.spec.key, shop_id=self.shop.pk)
        assert blueprint
        self.process = start(
            ticket=self.ticket,
            blueprint=blueprint,
            order=self.order,
            mover=Mover(agent=self.bia),
            key="walk",
            now=self.now,
            fields=fields,
        )

    def _start_fields(self) -> dict[str, Any]:
        """Return what the matter is about, where ways ask for it from the start on."""
        return {"reason": "mind"} if self.spec.kind is BlueprintKind.CANCEL and self.walk[0].key == "cancel_now" else {}

    def _open(self, kind: BlueprintKind, reason: Reason) -> Return:
        """Say in the wizard what comes back."""
        outcome = next((_OUTCOMES[way.target] for way in self.walk if way.target in _OUTCOMES), Outcome.REFUND)
        outcome = Outcome.EXCHANGE if kind is BlueprintKind.EXCHANGE else outcome
        variant = "mug-red" if outcome is Outcome.EXCHANGE else ""
        return open_for(
            ticket=self.ticket,
            wish=Wish(self.order, [Wanted("1", 1, reason, outcome, variant=variant)]),
            notice=notice_of(self.ticket),
            agent=self.bia,
            language="pt-br",
            key="wizard",
            now=self.now,
            kind=kind,
        )

    def let_work_before(self, way: Transition) -> None:
        """Let workers do what the stage brings, unless that would lead elsewhere than the walk."""
        self.process.refresh_from_db()
        if self.process.stage not in way.sources:
            return
        steps = ("effect_done", "effect_failed")
        led = [one for one in self.spec.ways_from(self.process.stage) if any(g.name in steps for g in one.guards)]
        if way.key == "settle" or not led:
            self.work()
        elif way not in led and not way.key.endswith("_by_hand"):
            self.work(is_slow=True)

    def take(self, way: Transition) -> None:
        """Take a way as whoever takes it does."""
        self.process.refresh_from_db()
        if last_visit(self.process).entered_by == way.key and last_visit(self.process).stage == way.target:
            return  # it went by itself
        assert self.process.stage in way.sources, f"{way.key} from {self.process.stage}"
        self._make_true(way)
        if way.actor is Actor.AUTOMATIC:
            self._by_itself(way)
        else:
            self._forward(way)
        self.process.refresh_from_db()
        assert self.process.visits.filter(entered_by=way.key).exists(), f"{way.key}: stands at {self.process.stage}"

    def _make_true(self, way: Transition) -> None:
        for guard in way.guards:
            words: dict[str, Any] = dict(guard.arguments)
            if guard.name == "level_at_least" and level_of(self.process, now=self.now) < words["level"]:
                self.verify()
            elif guard.name == "return_known" and not self.process.facts.get("return_known"):
                self._open(BlueprintKind.RETURN, Reason.CONTENT_DAMAGED)
            elif guard.name == "fulfilment_in" and way.actor is Actor.AUTOMATIC:
                self.fulfilment(words["values"][0])
            elif guard.name == "parcel_in":
                self.world(OrderStage.DELIVERED, ShipmentState.DELIVERED)
            elif guard.name == "return_parcel_in":
                note_facts(process=self.process, facts={"return_parcel": words["values"][0]}, now=self.now)
        self._fill_guards(way)

    def _fill_guards(self, way: Transition) -> None:
        """Let the facts be such as the way wants them, and the return with them."""
        values = self._wanted_values(way)
        row = Return.objects.filter(process=self.process, decided_at=None).first()
        remedy = values.get("remedy")
        if row and remedy in set(Outcome) and row.lines.exclude(outcome=remedy).exists():
            choose_outcome(row=row, outcome=Outcome(remedy), agent=self.bia, identity=None, now=self.now)
        if values:
            fill(process=self.process, fields=values, mover=Mover(agent=self.bia), now=self.now)
        self.process.refresh_from_db()

    def _wanted_values(self, way: Transition) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for guard in way.guards:
            words: dict[str, Any] = dict(guard.arguments)
            if guard.name == "field_in" and self.process.fields.get(words["field"]) not in words["values"]:
                values[words["field"]] = words["values"][0]
            elif guard.name == "field_is_yes":
                values[words["field"]] = True
        return values

    def _by_itself(self, way: Transition) -> None:
        """Let happen what opens an automatic way: time, an automatic step, or just that somebody looks."""
        names = {guard.name: guard for guard in way.guards}
        if "limit_passed" in names:
            due_at = last_visit(self.process).due_at
            assert due_at
            self.now = due_at + timedelta(seconds=1)
        if "effect_failed" in names:
            self._spoil(str(names["effect_failed"].arguments["effect"]))
        elif "effect_done" in names:
            self.work()
        look(process=self.process, now=self.now)

    def _spoil(self, step: str) -> None:
        """Let an automatic step fail: the order is such that the ledger refuses it. Then all is as it was."""
        before = order_value(self.order)
        self.failing.add(step)
        failed = {"payments": tuple(replace(one, state=PaymentState.FAILED) for one in before.payments)}
        self.world(OrderStage.CANCELLED, None, **failed)
        self.work()
        write_order(backend=self.order.backend, order=before, now=self.now)

    def _forward(self, way: Transition) -> None:
        visit = last_visit(self.process)
        for task in self.process.tasks.filter(done_at=None, dropped_at=None):
            do_task(task=task, result="done", agent=self.bia, now=self.now)
        is_theirs, facts = way.actor is Actor.CUSTOMER, dict[str, int]()
        if is_theirs and needs_code(self.spec, way):  # as their page asks for
            if level_of(self.process, now=self.now) < Level.VERIFIED:
                self.verify()
            facts = {"level": level_of(self.process, now=self.now)}
        gone = forward(
            visit=visit,
            transition=way.key,
            mover=Mover(customer=self.ticket.identity) if is_theirs else Mover(agent=self.bia),
            key=f"{visit.pk}:{way.key}",
            now=self.now,
            fields=self._fields(way),
            reason=way.reasons[0].key if way.reasons else "because" if way.needs_reason else "",
            facts=facts,
        )
        if gone.state == ForwardState.ASKED:
            approve(asked=gone, agent=self.caio, now=self.now)

    def _fields(self, way: Transition) -> dict[str, Any]:
        """Return what is still missing for a way, as it is filled in; sums are those of the return."""
        self.process.refresh_from_db()
        facts = facts_of(self.process, last_visit(self.process), now=self.now)
        settled: dict[str, Any] = dict(settled_amounts(self.process, way, self.spec))
        keys = [*missing_fields(self.spec, self.process.stage, way, facts), *self._read_sums(way)]
        for key in keys:
            if key not in settled and not is_filled(self.process.fields.get(key)):
                settled[key] = self._value(key)
        return settled

    def _read_sums(self, way: Transition) -> list[str]:
        return [str(guard.arguments["field"]) for guard in way.guards if guard.name == "amount_within_balance"]

    def _value(self, key: str) -> Any:
        field = self.spec.field(key)
        if field.type is FieldType.CHOICE:
            known = {"what": "address", "remedy": self._remedy(), "parcel_state": "on_way", "severity": "low"}
            named = known.get(key, field.choices[0].key)
            return named if named in {one.key for one in field.choices} else field.choices[0].key
        if field.type is FieldType.ADDRESS:
            return NEW_HOME
        return 1_000 if field.type is FieldType.MONEY else PLAIN[field.type]

    def _remedy(self) -> str:
        """Return what the customer chooses: what the ways behind ask for."""
        asked = [guard for way in self.walk for guard in way.guards if guard.name == "field_in"]
        found = [guard.arguments["values"] for guard in asked if guard.arguments["field"] == "remedy"]
        return str(found[-1][0]) if found else "refund"  # type: ignore[index] # a list of words


# --- What holds at the end --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec, walk", CASES)
def test_a_default_is_walked_to_its_end(spec: Blueprint, walk: list[Transition]) -> None:
    walker = Walker(spec, walk)
    walker.begin()
    for way in walk:
        walker.let_work_before(way)
        walker.take(way)
    walker.work()
    walker.now += timedelta(minutes=1)
    walker.work()

    process = walker.process
    assert (process.state, process.stage) == (ProcessState.ENDED, walk[-1].target)
    assert_nothing_is_left(walker)
    assert_money_holds(walker)


def assert_nothing_is_left(walker: Walker) -> None:
    """No automatic step is left failed, but those that failed on purpose and were followed by a way of their own."""
    for process in Process.objects.filter(ticket=walker.ticket):
        rows = process.effects.exclude(state="done")
        left = [(row.step, row.state, row.code) for row in rows if row.kind != "reminder"]
        is_by_hand = bool(_BY_HAND & {way.key for way in walker.walk})
        assert [one for one in left if one[0] not in walker.failing and not is_by_hand] == []


def assert_money_holds(walker: Walker) -> None:
    """No more went back than came, per order and per line; what the ledger did is what the order says."""
    order = order_value(walker.order)
    captured = sum(one.amount for one in order.payments if not one.is_refund and one.state == PaymentState.CAPTURED)
    back = sum(one.amount for one in order.payments if one.is_refund)
    assert back <= captured
    assert all(money.settled(order)[line.ref] <= line.quantity for line in order.lines)
    done = LedgerEntry.objects.filter(state=LedgerState.DONE)
    given = {entry.kind: documents.effect_from(entry.effect).given for entry in done}
    given_up = [documents.action_from(one.kind, one.action) for one in done.filter(kind=ActionKind.GIVE_CREDIT)]
    settled = sum(one.settles for one in given_up if isinstance(one, GiveCredit))
    assert back == given.get(ActionKind.REFUND, 0) + given.get(ActionKind.CANCEL, 0) + settled
    if given_up:
        worth = worth_of(Return.objects.get(process=walker.process))
        cards = [one for one in account_value(walker.order.account).instruments if one.ref not in (VISA.ref, "gift")]
        assert [card.balance for card in cards] == [worth.credit]
        assert worth.credit == settled + worth.bonus > settled == worth.refund
