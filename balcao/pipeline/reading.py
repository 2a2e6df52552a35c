"""Reading what a channel handed over: from raw bytes to an inbound message and its language.

Knows neither database nor Django, so that a process beside this one can do it and be up in a moment.
"""

import logging
from dataclasses import dataclass
from typing import Any

from balcao.kit import language
from balcao.ports.channel import Channel, Connection, Inbound, RawEnvelope, Unreadable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a raw envelope says, or the reason why it cannot be told."""

    inbound: Inbound | None = None
    language: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """An envelope without card numbers, and what it says."""

    clean: RawEnvelope
    reading: Reading


@dataclass(frozen=True, slots=True)
class Reader:
    """All that reading needs to know of a channel, so that another process can do it too."""

    adapter: Channel
    connection: Connection
    languages: tuple[str, ...]

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel without the adapter, which may hold open lines: the other process makes one of its own."""
        return _made_anew, (type(self.adapter), self.connection, self.languages)

    def clean_and_read(self, raw: RawEnvelope) -> Read:
        """Take card numbers out of one envelope and read it."""
        clean = self.clean(raw)
        return Read(clean, self.read(clean))

    def clean(self, raw: RawEnvelope) -> RawEnvelope:
        """Take card numbers out of one envelope, as it has to be before it is stored."""
        return self.adapter.clean(raw)

    def read(self, clean: RawEnvelope) -> Reading:
        """Read one envelope without card numbers; whatever goes wrong with it stays with it."""
        try:
            inbound = self.adapter.parse(clean, self.connection)
        except Unreadable as unreadable:
            return Reading(reason=str(unreadable))
        except Exception as error:
            log.exception("Envelope %s could not be understood", clean.external_id)
            return Reading(reason=f"Understanding it failed ({type(error).__name__}).")
        return Reading(inbound, self._language_of(inbound))

    def _language_of(self, inbound: Inbound) -> str:
        if inbound.language:
            return inbound.language
        return language.guess(
            f"{inbound.subject}\n{inbound.text}", among=self.languages, default=self.connection.language
        )


def _made_anew(kind: type[Channel], connection: Connection, languages: tuple[str, ...]) -> Reader:
    return Reader(kind(), connection, languages)
