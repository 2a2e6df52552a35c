"""The words of webhooks."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class DeliveryState(StrEnum):
    """How far one delivery has come."""

    QUEUED = "queued"  # to be sent, or to be sent again
    ARRIVED = "arrived"
    FAILED = "failed"  # given up, until somebody sends it again


class Disabled(StrEnum):
    """Why an endpoint is switched off; "" when a person paused it."""

    FAILING = "failing"  # nothing arrived for days
    GONE = "gone"  # it said so itself (410)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from one try; `status` None: nothing that is an answer, and `fault` says why."""

    status: int | None
    text: str = ""
    fault: str = ""
    took: int = 0  # milliseconds
    retry_after: float | None = None  # seconds, as the other side wishes

    @property
    def ok(self) -> bool:
        """Whether it arrived: 2xx and nothing else."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - what HTTP calls success


@dataclass(frozen=True, slots=True)
class Sealed:
    """One delivery as it goes over the wire."""

    url: str
    headers: Mapping[str, str]
    body: bytes
