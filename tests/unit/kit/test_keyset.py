"""A cursor comes back as it was given, or is refused."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.kit.keyset import BadCursor, Part, decode_cursor, encode_cursor

NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)
parts = st.lists(st.none() | st.integers() | st.text(max_size=40) | st.datetimes(timezones=st.just(UTC)), max_size=4)


@given(parts, st.text(max_size=50))
def test_a_cursor_comes_back_as_it_was_given(given_parts: list[Part], order: str) -> None:
    assert decode_cursor(encode_cursor(*given_parts, order=order), order=order) == tuple(given_parts)


def test_a_moment_keeps_its_zone_and_microseconds() -> None:
    istanbul = NOON.astimezone(timezone(timedelta(hours=3)))
    [moment, number] = decode_cursor(encode_cursor(istanbul, 7))
    assert (moment, number) == (NOON, 7)
    assert isinstance(moment, datetime)
    assert moment.utcoffset() == timedelta(hours=3)


def test_a_cursor_fits_into_an_address() -> None:
    assert encode_cursor(NOON, 7, "ğ?&=/+").replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("cursor", ["", "x", "abc", "ção", "AAAA", "a" * 5000, "W10", "[1]", "=", "a b"])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor, match="start again"):
        decode_cursor(cursor)


@given(st.text())
def test_any_text_is_a_cursor_or_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(cursor, order="tickets")


def test_a_changed_cursor_is_refused() -> None:
    cursor = encode_cursor(NOON, 7)
    with pytest.raises(BadCursor):
        decode_cursor(cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB"))


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(BadCursor, match="not valid here"):
        decode_cursor(encode_cursor(7, order="oldest first"), order="newest first")
    with pytest.raises(BadCursor, match="another list"):
        decode_cursor(encode_cursor(7), size=2)
    assert decode_cursor(encode_cursor(7), size=1) == (7,)


@pytest.mark.parametrize("part", [True, 1.5, [1], {"t": 1}, {"t": "yesterday"}, {"x": "y"}])
def test_a_well_formed_cursor_with_strange_parts_is_refused(part: object) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(encode_cursor(part))  # type: ignore[arg-type] - what an attacker would pack
