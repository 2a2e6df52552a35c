"""To whom an answer goes: the writer alone, or everybody who stood on the last letter."""

from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import getaddresses

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from balcao.channels.models import Channel
from balcao.ports.channel import IdentityKind, Party
from balcao.tickets.models import Message


@dataclass(frozen=True, slots=True)
class Recipients:
    """The two lines above a letter."""

    to: tuple[Party, ...] = ()
    cc: tuple[Party, ...] = ()


class BadAddress(ValueError):
    """Something typed as an address is none."""


def answer_to(message: Message, *, everybody: bool) -> Recipients:
    """Return where an answer to this letter goes; our own addresses are left out."""
    letter = getattr(message, "letter", None)
    addressing = letter.addressing if letter else {}
    first = _party(addressing.get("reply_to")) or _party(addressing.get("from"))
    to = (first,) if first else ()
    written_to, copied = addressing.get("to") or [], addressing.get("cc") or []
    if not everybody or (len(written_to) <= 1 and not copied):  # the only one it was written to is we
        return Recipients(to)
    ours = {address.lower() for address in Channel.objects.exclude(address="").values_list("address", flat=True)}
    known = {party.value.lower() for party in to} | ours
    return Recipients(to, tuple(_others([*written_to, *copied], known)))


def _others(plain: Iterable[list[str]], known: set[str]) -> list[Party]:
    found: list[Party] = []
    for each in plain:
        party = _party(each)
        if party and party.value.lower() not in known:
            known.add(party.value.lower())
            found.append(party)
    return found


def _party(plain: list[str] | None) -> Party | None:
    return Party(IdentityKind(plain[0]), plain[1], plain[2]) if plain and plain[1] else None


def written(parties: Iterable[Party]) -> str:
    """Return parties as people type them: `Ana <ana@loja.example>, bia@loja.example`."""
    return ", ".join(
        f"{party.name} <{party.value}>" if party.name and "," not in party.name else party.value for party in parties
    )


def typed(text: str) -> tuple[Party, ...]:
    """Read typed e-mail addresses; raise `BadAddress` with the first part that is none."""
    found = []
    for name, address in getaddresses([text.replace(";", ",")]):
        if not address:
            if name:
                raise BadAddress(name)
            continue
        try:
            validate_email(address)
        except ValidationError as error:
            raise BadAddress(address) from error
        found.append(Party(IdentityKind.EMAIL, address.lower(), name))
    if text.strip(" ,;") and not found:
        raise BadAddress(text.strip())
    return tuple(found)
