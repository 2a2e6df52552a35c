"""What a WooCommerce shop keeps, and what its routes do."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

Raw = dict[str, Any]

BEGIN = datetime(2026, 11, 1, 9, tzinfo=UTC)
BILLING = {
    "first_name": "Ana", "last_name": "Souza", "company": "", "address_1": "Rua Augusta, 100", "address_2": "ap 12",
    "city": "São Paulo", "state": "SP", "postcode": "01304-000", "country": "BR", "email": "ana@example.com",
    "phone": "(11) 98765-4321",
}  # fmt: skip
SHIPPING = {name: value for name, value in BILLING.items() if name not in ("email", "phone")}


@dataclass(frozen=True)
class Answer:
    """A body (None: a page of WordPress's own), its status and headers."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class State:
    """The shop's rows."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.orders: dict[int, Raw] = {}
        self.refunds: dict[int, list[Raw]] = {}
        self.notes: dict[int, list[Raw]] = {}
        self.coupons: dict[str, Raw] = {}
        self.customers = {
            7: {"id": 7, "email": "ana@example.com", "first_name": "Ana", "last_name": "Souza",
                "billing": {**BILLING}, "shipping": {**SHIPPING}},
        }  # fmt: skip
        self.products = {
            5: self._product(5, "Mug", "45.50"),
            6: {**self._product(6, "Shirt", "80.00"), "type": "variable", "variations": [61, 62]},
        }
        self.variations = {
            6: [
                {**self._product(ref, "Shirt", "80.00"), "attributes": [{"id": 1, "name": "Size", "option": size}],
                 "image": {"src": f"https://cdn.example/{size}.png"}, "manage_stock": "parent"}
                for ref, size in ((61, "S"), (62, "M"))
            ]
        }  # fmt: skip
        self.gateways = {
            "stripe": {"id": "stripe", "enabled": True, "method_supports": ["products", "refunds"]},
            "bacs": {"id": "bacs", "enabled": True, "method_supports": ["products"]},
        }
        self.gateway_refuses = ""
        self.taxes_of_elsewhere = Decimal(0)
        self.restocked: list[int] = []
        self.serial = 100
        self.now = BEGIN

    def tick(self) -> str:
        self.now += timedelta(minutes=1)
        return self.now.strftime("%Y-%m-%dT%H:%M:%S")

    def number(self) -> int:
        self.serial += 1
        return self.serial

    def _product(self, ref: int, name: str, price: str) -> Raw:
        return {
            "id": ref, "name": name, "permalink": f"https://shop.example/{ref}", "status": "publish", "type": "simple",
            "price": price, "sku": f"SKU-{ref}", "stock_status": "instock", "stock_quantity": 5, "manage_stock": True,
            "purchasable": True, "images": [{"src": f"https://cdn.example/{ref}.png"}], "attributes": [],
            "variations": [], "date_modified_gmt": "2026-10-01T09:00:00",
        }  # fmt: skip

    # --- What a test brings in --------------------------------------------------------------------------------------

    def bring(self, **other: Any) -> Raw:
        """Bring in a paid order of two mugs (45.50 less 4.55 each, of that 10 % tax within), 12.00 freight."""
        ref = self.number()
        line = {
            "id": self.number(), "name": "Mug", "parent_name": None, "product_id": 5, "variation_id": 0, "quantity": 2,
            "subtotal": "82.73", "subtotal_tax": "8.27", "total": "74.45", "total_tax": "7.45", "sku": "SKU-5",
            "taxes": [{"id": 1, "total": "7.45", "subtotal": "8.27"}], "meta_data": [], "image": {"src": ""},
        }  # fmt: skip
        freight = {
            "id": self.number(), "method_title": "PAC", "method_id": "flat_rate", "total": "10.91",
            "total_tax": "1.09", "taxes": [{"id": 1, "total": "1.09", "subtotal": ""}], "meta_data": [],
        }  # fmt: skip
        order = {
            "id": ref, "number": str(ref), "status": "processing", "currency": "BRL", "prices_include_tax": True,
            "date_created_gmt": self.tick(), "date_modified_gmt": self.tick(), "date_paid_gmt": self.tick(),
            "date_completed_gmt": None, "total": "93.90", "shipping_total": "10.91", "shipping_tax": "1.09",
            "customer_id": 7, "billing": {**BILLING}, "shipping": {**SHIPPING}, "payment_method": "stripe",
            "payment_method_title": "Cartão", "transaction_id": f"pi_{ref}", "meta_data": [], "line_items": [line],
            "fee_lines": [], "shipping_lines": [freight], "refunds": [], "payment_url": f"https://shop.example/pay/{ref}",
            **other,
        }  # fmt: skip
        order["date_modified_gmt"] = order["date_paid_gmt"] or order["date_created_gmt"]
        self.orders[ref] = order
        self.refunds[ref], self.notes[ref] = [], []
        return order

    # --- Routes -----------------------------------------------------------------------------------------------------

    def answer(self, route: str, refs: Sequence[str], query: Mapping[str, str], body: Any) -> Answer:
        """Answer a call whose arguments were looked at."""
        method, _, path = route.partition(" ")
        name = "_".join([method.lower(), *(part for part in path.strip("/").split("/") if part != "{id}")])
        if path.endswith("{id}"):
            name += "_one"
        found: Answer = getattr(self, name)(*refs, body=body, query=query)
        return found

    def get_orders(self, query: Mapping[str, str], **_: Any) -> Answer:
        rows = list(self.orders.values())
        if "customer" in query:
            rows = [row for row in rows if row["customer_id"] == int(query["customer"])]
        if "search" in query:
            rows = [row for row in rows if _mentions(row, query["search"])]
        return _listed(rows, query)

    def get_orders_one(self, ref: str, **_: Any) -> Answer:
        return Answer(self.orders[int(ref)]) if int(ref) in self.orders else _missing("shop_order")

    def get_orders_refunds(self, ref: str, query: Mapping[str, str], **_: Any) -> Answer:
        return _listed(self.refunds[int(ref)], query)

    def get_orders_notes(self, ref: str, **_: Any) -> Answer:
        return Answer(self.notes[int(ref)])

    def get_customers_one(self, ref: str, **_: Any) -> Answer:
        return Answer(self.customers[int(ref)]) if int(ref) in self.customers else _missing("user")

    def get_products(self, query: Mapping[str, str], **_: Any) -> Answer:
        return _listed(list(self.products.values()), query)

    def get_products_one(self, ref: str, **_: Any) -> Answer:
        return Answer(self.products[int(ref)]) if int(ref) in self.products else _missing("product")

    def get_products_variations(self, ref: str, query: Mapping[str, str], **_: Any) -> Answer:
        return _listed(self.variations[int(ref)], query)

    def get_coupons(self, query: Mapping[str, str], **_: Any) -> Answer:
        return Answer([row for code, row in self.coupons.items() if code == query.get("code")])

    def get_payment_gateways_one(self, ref: str, **_: Any) -> Answer:
        return Answer(self.gateways[ref]) if ref in self.gateways else _missing("payment_gateway")

    def get_data_currencies_current(self, **_: Any) -> Answer:
        return Answer({"code": "BRL", "name": "Brazilian real", "symbol": "R$"})

    def post_orders_batch(self, **_: Any) -> Answer:
        return Answer({})

    def put_orders_one(self, ref: str, body: Raw, **_: Any) -> Answer:
        order = self.orders.get(int(ref))
        if order is None:
            return _missing("shop_order")
        for part in ("shipping", "billing"):
            order[part].update(body.get(part, {}))
        if "shipping" in body:
            order["total"] = str(Decimal(order["total"]) + self.taxes_of_elsewhere)
        order["status"] = body.get("status", order["status"])
        _remember(order, body)
        order["date_modified_gmt"] = self.tick()
        return Answer(order)

    def post_orders(self, body: Raw, **_: Any) -> Answer:
        lines = []
        for wish in body["line_items"]:
            product = self.products.get(wish["product_id"])
            if product is None:
                return _wrong("invalid_product_id", "Invalid product ID.")
            total = str(Decimal(product["price"]) * wish["quantity"])
            lines.append(
                {"id": self.number(), "name": product["name"], "parent_name": None, "variation_id": 0,
                 "subtotal": total, "subtotal_tax": "0.00", "total": total, "total_tax": "0.00", "taxes": [],
                 "sku": product["sku"], "meta_data": [], "image": {"src": ""}, **wish}
            )  # fmt: skip
        freight = sum(Decimal(line["total"]) for line in body.get("shipping_lines", []))
        total = sum(Decimal(line["total"]) for line in lines) + freight
        order = self.bring(
            status=body["status"], customer_id=body["customer_id"], line_items=lines, shipping_total=str(freight),
            shipping_tax="0.00", total=str(total), date_paid_gmt=None, transaction_id="", payment_method="",
            payment_method_title="", billing={**BILLING, **body["billing"]}, shipping=body["shipping"],
        )  # fmt: skip
        _remember(order, body)
        return Answer(order, 201)

    def post_orders_notes(self, ref: str, body: Raw, **_: Any) -> Answer:
        note = {"id": self.number(), "note": body["note"], "customer_note": body["customer_note"]}
        self.notes[int(ref)].append(note)
        return Answer(note, 201)

    def post_orders_refunds(self, ref: str, body: Raw, **_: Any) -> Answer:
        order, refunds = self.orders[int(ref)], self.refunds[int(ref)]
        amount = Decimal(body["amount"])
        left = Decimal(order["total"]) - sum(Decimal(one["amount"]) for one in refunds)
        if not 0 < amount <= left:
            return _no_refund("Invalid refund amount.")
        if body["api_refund"] and "refunds" not in self.gateways[order["payment_method"]]["method_supports"]:
            return _no_refund("The payment gateway for this order does not support automatic refunds.")
        if body["api_refund"] and self.gateway_refuses:
            return _no_refund(self.gateway_refuses)
        refund = {
            "id": self.number(), "date_created_gmt": self.tick(), "amount": body["amount"], "reason": body["reason"],
            "refunded_payment": body["api_refund"], "meta_data": [],
            "line_items": [_taken(self.number(), wish) for wish in body["line_items"]],
        }  # fmt: skip
        _remember(refund, body)
        refunds.append(refund)
        order["refunds"].append({"id": refund["id"], "reason": refund["reason"], "total": f"-{body['amount']}"})
        if amount == left:
            order["status"] = "refunded"
        if body["api_restock"]:
            self.restocked += [wish["id"] for wish in body["line_items"]]
        order["date_modified_gmt"] = self.tick()
        return Answer(refund, 201)

    def put_customers_one(self, ref: str, body: Raw, **_: Any) -> Answer:
        if int(ref) not in self.customers:
            return _missing("user")
        self.customers[int(ref)]["shipping"].update(body["shipping"])
        return Answer(self.customers[int(ref)])

    def post_coupons(self, body: Raw, **_: Any) -> Answer:
        if body["code"] in self.coupons:
            return _wrong("coupon_code_already_exists", "The coupon code already exists")
        self.coupons[body["code"]] = {"id": self.number(), **body}
        return Answer(self.coupons[body["code"]], 201)


def _taken(number: int, wish: Raw) -> Raw:
    return {
        "id": number, "quantity": -wish.get("quantity", 0), "total": str(-wish["refund_total"]),
        "meta_data": [{"id": 1, "key": "_refunded_item_id", "value": str(wish["id"])}],
    }  # fmt: skip


def _remember(row: Raw, body: Raw) -> None:
    for one in body.get("meta_data", []):
        row["meta_data"] = [old for old in row["meta_data"] if old["key"] != one["key"]]
        row["meta_data"].append({"id": len(row["meta_data"]) + 1, **one})


def _mentions(row: Raw, text: str) -> bool:
    text = text.casefold()
    phone = "".join(c for c in row["billing"]["phone"] if c.isdigit())
    return text in row["number"] or text in row["billing"]["email"] or text in phone


def _listed(rows: list[Raw], query: Mapping[str, str]) -> Answer:
    by = {"modified": "date_modified_gmt", "date": "date_created_gmt"}.get(query.get("orderby", "date"), "id")
    after = query.get("modified_after", "")
    found = [row for row in rows if not after or row["date_modified_gmt"] > after]
    found.sort(key=lambda row: (row.get(by, row["id"]), row["id"]), reverse=query.get("order", "desc") == "desc")
    size, number = int(query.get("per_page", 10)), int(query.get("page", 1))
    pages = -(-len(found) // size)
    headers = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(pages)}
    return Answer(found[(number - 1) * size : number * size], headers=headers)


def _missing(kind: str) -> Answer:
    return Answer({"code": f"woocommerce_rest_{kind}_invalid_id", "message": "Invalid ID."}, 404)


def _wrong(code: str, message: str) -> Answer:
    return Answer({"code": f"woocommerce_rest_{code}", "message": message, "data": {"status": 400}}, 400)


def _no_refund(message: str) -> Answer:
    # WooCommerce says 500 to what it refuses here.
    code = "woocommerce_rest_cannot_create_order_refund"
    return Answer({"code": code, "message": message, "data": {"status": 500}}, 500)
