"""Calls from outside, as plug-ins see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HookRequest:
    """An inbound webhook, frozen: inside, an adapter may build whatever its library wants."""

    method: str
    path: str
    headers: Mapping[str, str]  # names in lower case
    query: Mapping[str, str]
    body: bytes = field(repr=False)
    remote_address: str = ""


class Forbidden(Exception):
    """A hook's signature or token is missing or wrong; nothing is stored, the caller gets 403."""
