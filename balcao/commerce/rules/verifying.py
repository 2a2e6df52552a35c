"""How sure we are of the customer, from the evidence that the server itself has (the verification ladder)."""

from balcao.commerce.types import Level


def level_of(*, proof: str, is_theirs: bool) -> Level:
    """Return the level that a customer's last message gives for an order.

    `proof` is how far the channel vouches for its sender (`ports.channel.Proof`); `is_theirs` tells whether the
    sender's address is a key that the order's account had. What an agent believes lifts nobody.
    """
    if not is_theirs or proof == "failed":
        return Level.CLAIMED
    return Level.VERIFIED if proof == "proven" else Level.PLAUSIBLE
