"""Signatures as the specification has them, when things are tried again, and what is never told."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.webhooks.rules import matching, retrying, signing
from balcao.webhooks.rules.catalogue import EVENTS, FAMILIES
from balcao.webhooks.rules.payload import LARGEST, body, payload

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def test_the_signature_is_that_of_the_specifications_own_example() -> None:
    at = datetime.fromtimestamp(1614265330, tz=UTC)
    signature = signing.sign(
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", at=at, body=b'{"test": 2432232314}', secret=SECRET
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(st.binary(max_size=200), st.binary(min_size=24, max_size=64), st.binary(min_size=24, max_size=64))
def test_what_two_secrets_sign_is_genuine_to_the_holder_of_either(text: bytes, new: bytes, old: bytes) -> None:
    secrets = [signing.secret_of(new), signing.secret_of(old)]
    given_headers = signing.headers(message_id="msg_1", at=NOW, body=text, secrets=secrets)
    assert all(signing.is_genuine(given=given_headers, body=text, secret=one, now=NOW) for one in secrets)
    assert not signing.is_genuine(given=given_headers, body=text + b" ", secret=secrets[0], now=NOW)


@pytest.mark.parametrize("changed", ["webhook-id", "webhook-timestamp"])
def test_a_changed_header_is_no_longer_genuine(changed: str) -> None:
    headers = signing.headers(message_id="msg_1", at=NOW, body=b"{}", secrets=[SECRET])
    headers[changed] += "1" if changed == "webhook-id" else ""
    if changed == "webhook-timestamp":
        headers[changed] = str(int(headers[changed]) + 1)
    assert not signing.is_genuine(given=headers, body=b"{}", secret=SECRET, now=NOW)


def test_an_old_message_is_not_genuine_any_more() -> None:
    headers = signing.headers(message_id="msg_1", at=NOW, body=b"{}", secrets=[SECRET])
    assert signing.is_genuine(given=headers, body=b"{}", secret=SECRET, now=NOW + timedelta(seconds=300))
    assert not signing.is_genuine(given=headers, body=b"{}", secret=SECRET, now=NOW + timedelta(seconds=301))


@pytest.mark.parametrize("secret", ["whsec_kurz", "whsec_" + base64.b64encode(b"x" * 23).decode(), "whsec_ä"])
def test_a_secret_that_is_none_is_refused(secret: str) -> None:
    with pytest.raises((signing.BadSecret, ValueError)):
        signing.sign(message_id="msg_1", at=NOW, body=b"{}", secret=secret)


def test_ten_tries_take_seventy_five_hours_and_thirty_five_minutes() -> None:
    waits = [retrying.wait(tries, chance=0) for tries in range(1, 11)]
    assert waits[-1] is None
    assert sum((wait for wait in waits if wait), timedelta()) == timedelta(hours=75, minutes=35, seconds=5)
    assert retrying.wait(1, chance=1) == timedelta(seconds=5.5)


def test_an_endpoint_that_fails_is_probed_ever_more_rarely() -> None:
    rests = [retrying.rest(failures, status=500, retry_after=None) for failures in range(1, 30)]
    assert rests[0] == timedelta(seconds=5)
    assert rests == sorted(rests)
    assert rests[-1] == timedelta(minutes=15)
    assert retrying.room(failures=0, under_way=1) == 3
    assert retrying.room(failures=1, under_way=0) == 1
    assert retrying.room(failures=1, under_way=1) == 0


def test_a_busy_endpoint_gets_the_time_it_wishes_for_but_a_day_at_most() -> None:
    assert retrying.rest(1, status=429, retry_after=90) == timedelta(seconds=90)
    assert retrying.rest(1, status=503, retry_after=9e9) == timedelta(days=1)
    assert retrying.rest(1, status=500, retry_after=90) == timedelta(seconds=5)
    assert retrying.wished("120", now=NOW) == 120
    assert retrying.wished("Tue, 10 Mar 2026 12:01:00 GMT", now=NOW) == 60
    assert retrying.wished("soon", now=NOW) is None


def test_an_endpoint_is_given_up_after_five_days_of_failing() -> None:
    since = NOW - timedelta(days=5)
    assert retrying.is_given_up(failures=10, failing_since=since, now=NOW)
    assert not retrying.is_given_up(failures=2, failing_since=since, now=NOW)
    assert not retrying.is_given_up(failures=99, failing_since=since + timedelta(seconds=1), now=NOW)


def test_families_stand_for_what_begins_like_them() -> None:
    assert matching.wants(["ticket.*"], "ticket.message.sent")
    assert not matching.wants(["ticket.*"], "ticketing.started")
    assert matching.wants(["customer.merged", "order.action.done"], "order.action.done")
    assert not matching.wants([], "ticket.opened")
    assert matching.unknown(["*", "ticket.*", "ticket.opened"]) == []
    assert matching.unknown(["ticket.exploded", "webhook.ping", "ghost.*"]) == [
        "ticket.exploded",
        "webhook.ping",
        "ghost.*",
    ]


def test_every_family_stands_for_something() -> None:
    assert matching.unknown(FAMILIES) == []


def test_a_payload_tells_promised_facts_under_the_names_of_the_api_and_nothing_else() -> None:
    facts = {"ticket": 7, "number": 48213, "message": 9, "kind": "said", "secret_of_ana": "ana@example.com"}
    told = json.loads(
        payload("ticket.opened", at=NOW, facts=facts, about=[("ticket", 7), ("customer", 3)], shop_id=1, position=55)
    )
    assert told == {
        "type": "ticket.opened",
        "timestamp": "2026-03-10T12:00:00.000Z",
        "data": {
            "position": 55,
            "shop_id": 1,
            "ticket_id": 7,
            "customer_id": 3,
            "ticket_number": 48213,
            "message_id": 9,
            "kind": "said",
        },
    }


def test_no_event_tells_words_that_people_wrote() -> None:
    words = {"text", "subject", "name", "email", "value", "words", "reason", "to"}
    assert not {fact for event in EVENTS.values() for fact in event.facts} & words


def test_what_is_too_large_is_told_by_name_only() -> None:
    text = body("ticket.tags.changed", at=NOW, told={"added": list(range(10_000))})
    assert len(text) < LARGEST
    assert json.loads(text)["data"] == {"is_cut": True}
