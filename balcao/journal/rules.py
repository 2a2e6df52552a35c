"""The journal's arithmetic: digests and the hash chain."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from balcao.journal.types import Said

GENESIS = "0" * 64


def canonical(facts: Mapping[str, Any]) -> bytes:
    """Return the one JSON text of these facts that digests are computed over."""
    return json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str).encode()


def personal_digest(values: Mapping[str, Any], *, salt: str) -> str:
    """Return the salted digest that stands in the chain for values that may be erased later."""
    return hashlib.sha256(salt.encode() + b"\0" + canonical(values)).hexdigest()


def link(previous: str, said: Said) -> str:
    """Return the chain value of an entry: SHA-256 over the one before it and all that the entry says."""
    return hashlib.sha256(previous.encode() + b"\0" + canonical(asdict(said))).hexdigest()
