"""What the demo shop does by itself."""

from datetime import datetime

from balcao.automation.actions.ruling import save_rule
from balcao.automation.types import Act, Aspect, Condition, Group, Relation, RuleStep, Ruling
from balcao.demo.setting import Shopfront

_ARRIVED = ("ticket.opened", "ticket.message.received")
_BROKEN = (
    *("quebrado", "quebrada", "quebrou", "trincado", "trincada", "em pedaços", "avariado", "avariada", "caco"),
    *("kırık", "kırıl", "hasarlı", "çatlak"),
    *("broken", "cracked", "damaged", "shattered"),
)
_THREATS = (
    "procon",
    "reclame aqui",
    "consumidor.gov",
    "advogado",
    "tüketici hakem",
    "avukat",
    "lawyer",
    "small claims",
)


def lay_down(front: Shopfront, *, now: datetime) -> None:
    """Write the rules that look at the demo's week, too."""
    tags = {slug: str(tag.pk) for slug, tag in front.tags.items()}
    broken = (RuleStep(Act.TAG, tags["avaria"]), RuleStep(Act.PRIORITY, "high"))
    _save(front, "Chegou quebrado", Ruling(_ARRIVED, where=_says(_BROKEN), steps=broken), now)
    threatened = (
        RuleStep(Act.TAG, tags["risco-procon"]),
        RuleStep(Act.PRIORITY, "urgent"),
        RuleStep(Act.TELL, _boss(front), text="Risco de Procon: responda hoje"),
    )
    _save(front, "Fala em Procon ou advogado", Ruling(_ARRIVED, where=_says(_THREATS), steps=threatened), now)


def lay_down_for_later(front: Shopfront, *, now: datetime) -> None:
    """Write the rules that look at what happens from now on only."""
    late = (
        RuleStep(Act.TELL, "owner", text="Prazo estourado"),
        RuleStep(Act.TELL, _boss(front), text="Prazo estourado"),
    )
    _save(front, "Prazo estourado: avisar", Ruling(("clock.breached",), steps=late), now)
    silent = Group(
        parts=(
            Condition(Aspect.STATUS, Relation.IS, ("waiting",)),
            Condition(Aspect.BLUEPRINT, Relation.IS, ("",)),
        )
    )
    done = (RuleStep(Act.STATUS, "solved"),)
    ruling = Ruling(("ticket.message.written",), minutes=5 * 24 * 60, where=silent, steps=done)
    _save(front, "Cliente não respondeu em 5 dias: resolver", ruling, now)


def _says(words: tuple[str, ...]) -> Group:
    """Look at the words of tickets that are not done."""
    going_on = Condition(Aspect.STATUS, Relation.IS, ("new", "open", "waiting"))
    return Group(parts=(Condition(Aspect.WORDS, Relation.IS, words), going_on))


def _boss(front: Shopfront) -> str:
    return f"agent.{front.agents['rafael'].pk}"


def _save(front: Shopfront, name: str, ruling: Ruling, now: datetime) -> None:
    save_rule(rule=None, name=name, shop=front.shop, ruling=ruling, is_active=True, agent=None, now=now)
