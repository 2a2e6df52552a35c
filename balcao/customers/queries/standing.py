"""What is known of addresses that one is about to write to."""

from collections.abc import Collection

from balcao.customers.models import Identity
from balcao.kit.prepared import Prepared
from balcao.ports.channel import IdentityKind

_MOST = 50

_DEAD = Prepared(
    lambda addresses: Identity.objects.filter(
        kind=IdentityKind.EMAIL.value, value__in=addresses, undeliverable_at__isnull=False
    ).values_list("value", flat=True)
)


def undeliverable(addresses: Collection[str]) -> list[str]:
    """Return those mail addresses whose mails came back for good, as they were given."""
    asked = {address.lower(): address for address in list(addresses)[:_MOST]}
    return [asked[value] for value in sorted(_DEAD(sorted(asked)))] if asked else []
