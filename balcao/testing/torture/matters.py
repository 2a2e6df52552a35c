"""Matters in the mill: each tells its customer, pays something back through the ledger, and ends, all by itself."""

from collections import Counter
from contextlib import suppress
from typing import Any

_FIELDS = [{"key": "amount", "names": {"en": "Amount"}, "type": "money"}]
_SPEC: dict[str, Any] = {
    "key": "mill",
    "names": {"en": "Mill"},
    "kind": "other",
    "total_seconds": 36_000,
    "fields": _FIELDS,
    "stages": [
        {
            "key": "asked",
            "names": {"en": "Asked"},
            "owner": "cs",
            "limit_seconds": 600,
            "is_start": True,
            "customer_names": {"en": "Asked"},
            "customer_texts": {"en": "We look at it."},
            "effects": [{"key": "tell", "kind": "message", "arguments": {"template": "stage_news"}}],
        },
        {
            "key": "paying",
            "names": {"en": "Paying"},
            "owner": "fin",
            "limit_seconds": 600,
            "effects": [
                {"key": "refund", "kind": "order_action", "arguments": {"action": "refund", "amount": "amount"}}
            ],
        },
        {"key": "paid", "names": {"en": "Paid"}, "outcome": "done"},
        {"key": "unpaid", "names": {"en": "Unpaid"}, "outcome": "refused"},
    ],
    "transitions": [
        {
            "key": key,
            "sources": [source],
            "target": target,
            "names": {"en": key},
            "actor": "automatic",
            "guards": [{"name": guard, "arguments": {"effect": effect}}],
        }
        for key, source, target, guard, effect in (
            ("pay", "asked", "paying", "effect_done", "tell"),
            ("untold", "asked", "paying", "effect_failed", "tell"),
            ("done", "paying", "paid", "effect_done", "refund"),
            ("denied", "paying", "unpaid", "effect_failed", "refund"),
        )
    ],
}


def design(*, now: Any) -> None:
    """Publish the blueprint that matters of the mill run by."""
    from balcao.processes.actions import blueprints
    from balcao.staff.models import Agent

    agent = Agent.objects.get()
    row = blueprints.create(key="mill", shop=None, spec=_SPEC, agent=agent, now=now)
    blueprints.publish(draft=row.versions.get(), agent=agent, take_running=False, now=now)


def begin(mill: Any) -> None:
    """Start a matter on some ticket that has none, as an agent does on the desk."""
    from balcao.commerce.models import Order
    from balcao.processes.actions.moving import Mover, ProcessRefused, start
    from balcao.processes.queries.blueprints import blueprint_for
    from balcao.staff.models import Agent
    from balcao.tickets.models import Ticket

    order = Order.objects.select_related("account__backend__shop").order_by("?").first()
    ticket = Ticket.objects.select_related("shop").filter(is_held_open=False).order_by("?").first()
    blueprint = blueprint_for("mill", shop_id=ticket.shop_id) if ticket else None
    if order is None or ticket is None or blueprint is None:
        return
    with suppress(ProcessRefused):
        start(
            ticket=ticket,
            blueprint=blueprint,
            order=order,
            mover=Mover(agent=Agent.objects.get()),
            key=f"mill {mill.chance.getrandbits(48):x}",
            fields={"amount": 1 + mill.chance.randrange(40)},
            now=mill.now(),
        )


def is_something_open() -> bool:
    """Tell whether an automatic step still waits."""
    from balcao.processes.models import Effect

    return Effect.objects.filter(state__in=["due", "doing", "waiting"]).exists()


def findings() -> dict[str, Any]:
    """Return how matters ended, and what was done for each of their steps."""
    from balcao.commerce.models import LedgerEntry
    from balcao.processes.models import Effect, Process, Visit
    from balcao.processes.queries.cases import case_token
    from balcao.tickets.models import Message

    words = list(Message.objects.filter(direction="out", agent=None).values_list("text", flat=True))
    processes = list(Process.objects.select_related("shop"))
    told = {process.pk: sum(case_token(process) in text for text in words) for process in processes}
    return {
        "states": dict(Counter(process.state for process in processes)),
        "stages": dict(Counter(process.stage for process in processes)),
        "told": dict(Counter(told.values())),
        "open": list(Effect.objects.filter(state__in=["due", "doing", "waiting"]).values_list("key", flat=True)),
        "unpaid": [
            effect.key
            for effect in Effect.objects.filter(step="refund", state="done")
            if not LedgerEntry.objects.filter(key=effect.key, state="done").exists()
        ],
        "stays": list(Visit.objects.filter(left_at=None).values_list("process_id", flat=True)),
    }


def strange(found: dict[str, Any]) -> list[str]:
    """Return what is wrong with the matters of a run."""
    said = [
        (set(found["states"]) - {"ended"}, f"matters that did not end: {found['states']} {found['stages']}"),
        (set(found["told"]) - {"1"}, f"customers told of a matter other than once: {found['told']}"),
        (found["open"], f"automatic steps left open: {found['open']}"),
        (found["unpaid"], f"paid by a step, and not in the ledger: {found['unpaid']}"),
        (found["stays"], f"stays left open: {found['stays']}"),
    ]
    return [words for is_so, words in said if is_so]
