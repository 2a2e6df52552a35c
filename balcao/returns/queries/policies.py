"""What shops allow."""

from balcao.returns.models import Policy
from balcao.returns.rules.documents import policy_from
from balcao.returns.types import ReturnsPolicy


def policy_of(shop_id: int) -> ReturnsPolicy:
    """Return a shop's returns policy; as usual where it never said anything."""
    row = Policy.objects.filter(shop_id=shop_id).first()
    return policy_from(row.document) if row else ReturnsPolicy()
