"""The rule that a new shop begins with: what cannot wait goes up at once. It may be changed, switched off, deleted."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from balcao.automation.actions.ruling import save_rule
from balcao.automation.models import Rule
from balcao.automation.types import Act, Aspect, Condition, Group, Relation, RuleStep, Ruling
from balcao.shops.models import Shop

_ARRIVED = ("ticket.opened", "ticket.message.received")
# A regulator, a suit, the press, somebody hurt or in danger. Each phrase is looked for from the beginning of a word.
_CANNOT_WAIT = (
    *("procon", "consumidor.gov", "reclame aqui", "advogad", "processo judicial", "juizado", "vou processar"),
    *("imprensa", "jornalista", "reportagem"),
    *("pegou fogo", "incêndio", "choque elétrico", "explodiu", "me queimei", "queimadura", "ferimento", "hospital"),
    *("tüketici hakem", "tüketici mahkeme", "avukat", "dava aç", "savcılı"),
    *("basın", "gazeteci", "şikayetvar"),
    *("yangın", "alev aldı", "elektrik çarp", "patladı", "yaralan", "hastane"),
    *("lawyer", "attorney", "small claims", "sue you", "legal action", "ombudsman", "trading standards"),
    *("journalist", "reporter"),
    *("caught fire", "electric shock", "exploded", "got burned", "got burnt", "injured", "injury"),
)


def plant_rules(*, shop: Shop, now: datetime) -> Rule | None:
    """Write the rule, in the language of the shop; none where the shop has rules already."""
    if Rule.objects.filter(shop=shop).exists():
        return None
    going_on = Condition(Aspect.STATUS, Relation.IS, ("new", "open", "waiting"))
    says = Condition(Aspect.WORDS, Relation.IS, _CANNOT_WAIT)
    with override(shop.language or None):
        name, why = _("What cannot wait: danger, law, press"), _("danger, law or press")
    ruling = Ruling(_ARRIVED, where=Group(parts=(says, going_on)), steps=(RuleStep(Act.URGE, text=why),))
    return save_rule(rule=None, name=name, shop=shop, ruling=ruling, is_active=True, agent=None, now=now)
