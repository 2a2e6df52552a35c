"""What every channel adapter must keep to, whatever it speaks."""

import json
from dataclasses import MISSING, asdict, fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from balcao.ports.channel import (
    Channel,
    ChannelError,
    Connection,
    IdentityKind,
    Inbound,
    Limits,
    Nature,
    Outbound,
    Party,
    RawEnvelope,
    Unreadable,
)
from balcao.ports.config import described, secret_names

_CARD = "4111 1111 1111 1111"
_UNREADABLE = (b"", b"\x00\xff\xfe\x00garbage\x00" * 40)


class ChannelContract:
    """Subclass it as `class TestMyChannel(ChannelContract)` and set what is declared below.

    `fixtures` is a folder of recorded payloads; beside each stands `<name>.parsed.json` with the fields of
    `Inbound` that it must give (only those named are compared).
    """

    channel: ClassVar[type[Any]]
    connection: ClassVar[Connection]
    fixtures: ClassVar[Path]

    @pytest.fixture
    def adapter(self) -> Channel:
        """Give an adapter of the kind under test."""
        adapter: Channel = self.channel()
        return adapter

    def test_it_says_what_it_is(self, adapter: Channel) -> None:
        """A kind is a plain word, addresses have a kind, settings are a typed, described dataclass."""
        assert adapter.kind.isidentifier()
        assert adapter.kind == adapter.kind.lower()
        assert adapter.identity_kind in IdentityKind
        assert is_dataclass(adapter.Config)
        assert len(described(adapter.Config)) == len(fields(adapter.Config)), "every setting has a label"
        assert all(f.default is not MISSING for f in fields(adapter.Config)), "a config can be made empty"

    def test_secrets_are_not_shown(self, adapter: Channel) -> None:
        """The `repr` of a config, which ends up in logs, holds no secret."""
        for name in secret_names(adapter.Config):
            config = adapter.Config(**{name: "hunter2-and-more"})
            assert "hunter2" not in repr(config)
            assert "hunter2" not in repr(Connection(config))

    def recorded(self) -> list[Path]:
        """Return the recorded payloads."""
        found = sorted(
            p
            for p in self.fixtures.iterdir()
            if p.is_file() and not p.name.startswith(".") and not p.name.endswith(".parsed.json")
        )
        assert found, f"{self.fixtures} holds no recorded payload"
        return found

    def test_payloads_parse_to_the_recorded_result(self, adapter: Channel) -> None:
        """Each recorded payload gives what was recorded for it."""
        for path in self.recorded():
            expected = json.loads(path.with_name(f"{path.name}.parsed.json").read_text(encoding="utf-8"))
            got = _plain(adapter.parse(_raw(path.read_bytes()), self.connection))
            assert {name: got[name] for name in expected} == expected, path.name

    def test_the_same_payload_twice_is_the_same(self, adapter: Channel) -> None:
        """Parsing is pure: ids and fingerprints do not change between two readings."""
        for path in self.recorded():
            raw = _raw(path.read_bytes())
            assert adapter.parse(raw, self.connection) == adapter.parse(raw, self.connection)

    def test_what_it_understands_is_complete(self, adapter: Channel) -> None:
        """A message has an id, a fingerprint, a sender, and times that know their zone."""
        for path in self.recorded():
            inbound = adapter.parse(_raw(path.read_bytes()), self.connection)
            assert inbound.external_id
            assert inbound.fingerprint
            assert inbound.sender.value
            assert inbound.sent_at is None or inbound.sent_at.tzinfo is not None
            assert (inbound.report is not None) == (inbound.nature in (Nature.BOUNCE, Nature.COMPLAINT))

    @pytest.mark.parametrize("body", _UNREADABLE, ids=["nothing", "garbage"])
    def test_rubbish_is_unreadable_with_a_reason(self, adapter: Channel, body: bytes) -> None:
        """What is no payload at all raises `Unreadable` with a sentence, and nothing else."""
        with pytest.raises(Unreadable) as refused:
            adapter.parse(_raw(body), self.connection)
        assert str(refused.value).strip()

    def test_cleaning_twice_is_cleaning_once(self, adapter: Channel) -> None:
        """What may be stored stays as it is."""
        for path in self.recorded():
            once = adapter.clean(_raw(path.read_bytes()))
            assert adapter.clean(once) == once

    def test_card_numbers_are_never_stored(self, adapter: Channel) -> None:
        """A card number in the payload is in neither the stored envelope nor the understood message."""
        raw = _raw(self.with_card(_CARD))
        clean = adapter.clean(raw)
        assert _CARD.encode() not in clean.body
        understood = _plain(adapter.parse(clean, self.connection))
        assert _CARD not in json.dumps(understood, default=str)

    def with_card(self, number: str) -> bytes:
        """Return a payload in which a customer wrote this card number; every subclass says how."""
        pytest.fail(f"{type(self).__name__} must say how a card number looks in its payloads: {number}")

    def test_ids_are_new_each_time(self, adapter: Channel) -> None:
        """No two messages share an id, and nobody can guess one."""
        minted = {adapter.new_id(self.connection) for _ in range(200)}
        assert len(minted) == 200  # noqa: PLR2004 - as many as were minted
        assert min(len(one) for one in minted) >= 16  # noqa: PLR2004 - 64 bits in hexadecimal

    def test_limits_are_said(self, adapter: Channel) -> None:
        """Limits come without any remote call."""
        assert isinstance(adapter.limits(self.connection), Limits)

    def test_what_cannot_be_sent_fails_for_good_and_before_handing_over(self, adapter: Channel) -> None:
        """A channel without a way out says so at once: permanently, with nothing handed over."""
        if adapter.limits(self.connection).replies:
            pytest.skip("this channel sends; its own tests show temporary and permanent errors against a server")
        handed: list[bool] = []
        outbound = Outbound(external_id="x" * 20, to=(Party(IdentityKind.EMAIL, "ana@example.com"),), text="Oi")
        with pytest.raises(ChannelError) as refused:
            adapter.send(outbound, self.connection, handing_over=lambda: handed.append(True))
        assert refused.value.permanent
        assert not handed


def _raw(body: bytes) -> RawEnvelope:
    return RawEnvelope(external_id="recorded", body=body, source="fixture")


def _plain(inbound: Inbound) -> dict[str, Any]:
    """Return a message as JSON would hold it; file contents as their size."""
    facts = asdict(inbound)
    facts["files"] = [{**file, "content": len(file["content"])} for file in facts["files"]]
    facts["sent_at"] = inbound.sent_at.isoformat() if isinstance(inbound.sent_at, datetime) else None
    plain: dict[str, Any] = json.loads(json.dumps(facts, default=str))
    return plain
