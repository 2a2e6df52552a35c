"""What a mapping file makes of a REST shop: reading, paging, acting once, hearing, and naming what is wrong."""

import base64
import hmac
import json
from dataclasses import replace

import pytest

from balcao.plugins.commerce.rest.adapter import Rest
from balcao.plugins.commerce.rest.tests.harbour import Harbour, an_order
from balcao.ports.commerce import (
    ActionKind,
    AddNote,
    Address,
    AddTag,
    Cancel,
    ChangeAddress,
    CommerceError,
    GiveCredit,
    KeyKind,
    Link,
    Order,
    OrderStage,
    Outcome,
    Refund,
)
from balcao.ports.hooks import Forbidden, HookRequest

rest = Rest()


def order_of(link: Link, ref: str = "o1") -> Order:
    found = rest.order(ref, link)
    assert found
    return found


def with_mapping(link: Link, before: str, after: str) -> Link:
    mapping = link.config.mapping
    assert before in mapping
    return replace(link, config=replace(link.config, mapping=mapping.replace(before, after)))


def test_decimals_become_whole_cents_and_parts_add_up(link: Link) -> None:
    order = order_of(link)
    assert (order.lines[0].unit_price, order.freight, order.total, order.currency) == (9990, 1590, 21570, "BRL")
    assert (order.account.name, order.stage) == ("Ana Souza", OrderStage.PENDING)


def test_orders_are_found_also_where_the_list_gives_keys_only(link: Link) -> None:
    assert [order.ref for order in rest.find(KeyKind.EMAIL, "ANA@example.com", link)] == ["o1", "o2", "o3"]
    assert rest.find(KeyKind.TAX_ID, "11144477735", link) == []


def test_what_changed_is_read_page_by_page_and_then_only_what_is_new(harbour: Harbour, link: Link) -> None:
    harbour.products = [
        {"id": "P1", "title": "Camiseta", "variants": [{"sku": "CAM-M", "price": "99.90", "stock": 3}]},
        {"id": "P2", "title": "Boné", "variants": [{"sku": "BON", "price": "49.90", "stock": 0}]},
    ]

    first = rest.changes({}, link)
    second = rest.changes(first.cursor, link)
    third = rest.changes(second.cursor, link)

    assert [[order.ref for order in page.orders] for page in (first, second)] == [["o1", "o2"], ["o3"]]
    assert [page.more for page in (first, second)] == [True, True]
    assert [product.ref for product in (*second.products, *third.products)] == ["P1", "P2"]
    assert not third.products[0].variants[0].is_available
    json.dumps(third.cursor)

    harbour.orders["o9"] = an_order(9, changed="2999-01-01T00:00:00Z")
    again = rest.changes(third.cursor, link)
    assert [order.ref for order in again.orders] == ["o9"]


def test_a_product_is_read_by_its_key(harbour: Harbour, link: Link) -> None:
    harbour.products = [{"id": "P1", "title": "Camiseta", "variants": [{"sku": "CAM-M", "price": "99.90", "stock": 3}]}]
    product = rest.product("P1", link)
    assert product
    assert (product.variants[0].price, product.variants[0].stock) == (9990, 3)
    assert rest.product("P9", link) is None


def test_a_refund_whose_answer_was_lost_is_uncertain_then_known_and_never_paid_twice(
    harbour: Harbour, link: Link
) -> None:
    order = order_of(link)
    harbour.moods = [("write", "lost")]

    with pytest.raises(CommerceError) as raised:
        rest.perform(Refund("late", amount=100), order, link, key="k1")
    recalled = rest.recall("k1", Refund("late", amount=100), order, link)
    again = rest.perform(Refund("late", amount=100), order, link, key="k1")

    assert raised.value.uncertain
    assert recalled
    assert (recalled.outcome, again.outcome, recalled.ref) == (Outcome.DONE, Outcome.DONE, "r1")
    assert [one["amount"] for one in harbour.orders["o1"]["refunds"]] == ["1.00"]


def test_a_refund_that_failed_before_it_happened_is_not_recalled(harbour: Harbour, link: Link) -> None:
    order = order_of(link)
    harbour.moods = [("write", 503)]
    with pytest.raises(CommerceError) as raised:
        rest.perform(Refund("late", amount=100), order, link, key="k1")
    assert raised.value.uncertain
    assert rest.recall("k1", Refund("late", amount=100), order, link) is None
    assert not harbour.orders["o1"]["refunds"]


def test_pieces_are_paid_back_with_the_sum_that_was_shown(harbour: Harbour, link: Link) -> None:
    done = rest.perform(Refund("broken", pieces=(("1", 1),), freight=1590), order_of(link), link, key="k2")
    assert done.outcome == Outcome.DONE
    assert harbour.orders["o1"]["refunds"][0]["amount"] == "115.80"


def test_credit_by_a_key_that_the_system_knows_is_given_once(harbour: Harbour, link: Link) -> None:
    order = order_of(link)
    harbour.moods = [("write", "lost")]
    with pytest.raises(CommerceError):
        rest.perform(GiveCredit(500, "sorry"), order, link, key="k3")

    recalled = rest.recall("k3", GiveCredit(500, "sorry"), order, link)

    assert recalled
    assert (recalled.ref, list(harbour.credits.values())) == ("c1", [{"id": "c1", "customer": "b1", "cents": 500}])


def test_the_system_s_own_words_say_why_it_refuses(harbour: Harbour, link: Link) -> None:
    order = order_of(link)
    harbour.orders["o1"]["status"] = "sent"
    done = rest.perform(Cancel("changed mind"), order, link, key="k4")
    assert (done.outcome, done.detail, done.code) == (Outcome.REFUSED, "It has left.", "409")


def test_a_cancelled_order_and_a_changed_address_are_seen_on_the_order_itself(harbour: Harbour, link: Link) -> None:
    order = order_of(link)
    there = Address(line1="Rua B, 2", city="Curitiba", region="PR", postcode="80020310", country="BR", name="Ana")
    harbour.moods = [("write", "lost"), ("write", "lost")]
    for action, key in ((ChangeAddress(there), "k5"), (Cancel("changed mind"), "k6")):
        with pytest.raises(CommerceError):
            rest.perform(action, order, link, key=key)
        recalled = rest.recall(key, action, order, link)
        assert recalled
        assert recalled.outcome == Outcome.DONE
    assert harbour.writes == 2


def test_a_part_cannot_be_cancelled_where_the_mapping_does_not_say_how(harbour: Harbour, link: Link) -> None:
    done = rest.perform(Cancel("too many", pieces=(("1", 1),)), order_of(link), link, key="k7")
    assert (done.outcome, done.code, harbour.writes) == (Outcome.REFUSED, "pieces", 0)


def test_what_could_happen_twice_is_not_offered(harbour: Harbour, link: Link) -> None:
    assert ActionKind.ADD_TAG not in rest.abilities(link)
    assert ActionKind.REFUND in rest.abilities(link)
    assert rest.perform(AddTag("vip"), order_of(link), link, key="k8").outcome == Outcome.REFUSED
    with pytest.raises(CommerceError) as raised:
        rest.recall("k8", AddTag("vip"), order_of(link), link)
    assert raised.value.uncertain


def test_nobody_s_words_can_leave_their_place_in_a_request(harbour: Harbour, link: Link) -> None:
    rest.perform(AddNote('"}, {"x": "{secret}'), order_of(link), link, key="k9")
    assert harbour.orders["o1"]["notes"][0]["text"] == '"}, {"x": "{secret}'
    assert rest.order("../products/P1", link) is None


def test_too_many_calls_are_put_off_as_long_as_they_ask(harbour: Harbour, link: Link) -> None:
    harbour.moods = [("any", 429)]
    with pytest.raises(CommerceError) as raised:
        rest.order("o1", link)
    assert (raised.value.code, raised.value.retry_after, raised.value.permanent) == ("rate", 7, False)


def test_a_word_that_nobody_mapped_is_named(harbour: Harbour, link: Link) -> None:
    harbour.orders["o1"]["status"] = "teleported"
    with pytest.raises(CommerceError, match=r"order\.stage: teleported"):
        rest.order("o1", link)


def test_what_the_mapping_promises_and_the_answer_lacks_is_named(harbour: Harbour, link: Link) -> None:
    del harbour.orders["o1"]["number"]
    with pytest.raises(CommerceError, match=r"order\.number: number"):
        rest.order("o1", link)


# --- Calls from the shop ----------------------------------------------------------------------------------------------


def a_call(body: bytes, secret: str = "s3cret") -> HookRequest:
    sign = base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()
    return HookRequest("POST", "/hooks/k", {"x-harbour-signature": sign}, {}, body)


def test_a_signed_call_says_what_is_to_be_read_anew_twice_alike(link: Link) -> None:
    call = a_call(b'{"topic": "order.changed", "order": {"id": "o1"}}')
    assert rest.heard(call, link) == rest.heard(call, link)
    assert rest.heard(call, link).orders == ("o1",)
    assert rest.heard(a_call(b'{"topic": "product.changed", "product": {"id": 7}}'), link).products == ("7",)
    assert rest.heard(a_call(b'{"topic": "coffee"}'), link).orders == ()


@pytest.mark.parametrize("secret", ["wrong", "s3cret "])
def test_a_call_with_a_wrong_signature_is_refused(link: Link, secret: str) -> None:
    with pytest.raises(Forbidden):
        rest.heard(a_call(b'{"topic": "order.changed", "order": {"id": "o1"}}', secret), link)


def test_without_a_secret_no_call_is_taken(link: Link) -> None:
    silent = replace(link, config=replace(link.config, webhook_secret=""))
    with pytest.raises(Forbidden):
        rest.heard(a_call(b"{}", ""), silent)


def test_a_token_in_the_address_or_as_login_lets_a_call_in(link: Link) -> None:
    signature = 'signature = { header = "X-Harbour-Signature", algorithm = "sha256", encoding = "base64" }'
    body = b'{"topic": "order.changed", "order": {"id": "o1"}}'
    by_address = with_mapping(link, signature, 'token = { query = "secret" }')
    by_login = with_mapping(link, signature, "token = { basic = true }")
    sent = "Basic " + base64.b64encode(b":s3cret").decode()

    assert rest.heard(HookRequest("POST", "/", {}, {"secret": "s3cret"}, body), by_address).orders == ("o1",)
    assert rest.heard(HookRequest("POST", "/", {"authorization": sent}, {}, body), by_login).orders == ("o1",)
    for other in (by_address, by_login):
        with pytest.raises(Forbidden):
            rest.heard(HookRequest("POST", "/", {}, {"secret": "guess"}, body), other)


# --- Trying the settings out ------------------------------------------------------------------------------------------


def test_good_settings_are_told_so_save_for_the_action_that_is_left_out(link: Link) -> None:
    told = rest.check(link)
    assert [ok for what, ok, _ in told if what != "The actions can be carried out safely"] == [True] * 4
    assert "add_tag" in next(hint for _, ok, hint in told if not ok)


def test_a_wrong_key_a_wrong_place_and_a_mistake_in_the_file_are_named(link: Link) -> None:
    wrong_key = replace(link, config=replace(link.config, secret="guess"))
    nobody = replace(link, config=replace(link.config, address="http://127.0.0.1:9"))
    mistake = with_mapping(link, 'method = "PUT"', 'method = "PAT"')

    assert "refuses the login" in rest.check(wrong_key)[1][2]
    assert "does not answer" in rest.check(nobody)[1][2]
    assert rest.check(mistake)[0][1] is False
    assert "actions.change_address.method" in rest.check(mistake)[0][2]
    assert rest.abilities(mistake) == frozenset()
