"""What a Shopify shop keeps, and what its mutations do: one method for each field of query and mutation."""

import re
import threading
from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

Raw = dict[str, Any]

BEGIN = datetime(2026, 11, 1, 9, tzinfo=UTC)
PLACE = {
    "address1": "Rua Augusta, 100", "address2": "ap 12", "city": "São Paulo", "province": "São Paulo",
    "provinceCode": "SP", "zip": "01304-000", "country": "Brazil", "countryCodeV2": "BR", "name": "Ana Souza",
    "phone": "+5511987654321",
}  # fmt: skip
SCOPES = (
    "write_orders", "write_order_edits", "write_customers", "read_products", "read_fulfillments", "write_returns",
    "write_draft_orders", "read_all_orders",
)  # fmt: skip


def gid(kind: str, number: object) -> str:
    """Return a key as Shopify writes it."""
    return f"gid://shopify/{kind}/{number}"


class State:
    """The shop's rows."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.rows: dict[str, Raw] = {}
        self.cards: dict[str, Raw] = {}
        self.refunded: dict[str, Raw] = {}  # by idempotency key
        self.edits: dict[str, Raw] = {}
        self.scopes = list(SCOPES)
        self.sent: list[str] = []  # mails to customers
        self.looks_until_cancelled = 1
        self.refund_status = "SUCCESS"
        self.serial = 1000
        self.now = BEGIN
        self.rows[gid("Customer", 7)] = {
            "id": gid("Customer", 7), "displayName": "Ana Souza", "defaultAddress": {**PLACE},
            "defaultEmailAddress": {"emailAddress": "ana@example.com"},
            "defaultPhoneNumber": {"phoneNumber": "+5511987654321"},
        }  # fmt: skip
        for number, (price, name) in enumerate((("45.50", "Blue"), ("50.00", "Red"), ("40.00", "Grey")), start=1):
            self.rows[gid("ProductVariant", number)] = {
                "id": gid("ProductVariant", number), "sku": f"MUG-{name}", "price": price, "availableForSale": True,
                "inventoryQuantity": 5, "inventoryItem": {"tracked": True},
                "selectedOptions": [{"name": "Colour", "value": name}],
            }  # fmt: skip
        self.rows[gid("Product", 1)] = {
            "id": gid("Product", 1), "title": "Mug", "status": "ACTIVE", "onlineStoreUrl": "https://shop.example/mug",
            "featuredMedia": {"__typename": "MediaImage", "preview": {"image": {"url": "https://cdn.example/mug.png"}}},
            "updatedAt": self.tick(), "variants": self._all("ProductVariant"),
        }  # fmt: skip

    def tick(self) -> str:
        self.now += timedelta(minutes=1)
        return self.now.isoformat().replace("+00:00", "Z")

    def number(self) -> int:
        self.serial += 1
        return self.serial

    def _all(self, kind: str) -> list[Raw]:
        return [row for ref, row in self.rows.items() if ref.startswith(gid(kind, ""))]

    # --- What a test brings in --------------------------------------------------------------------------------------

    def bring(self, *, quantity: int = 2, sent: bool = False, lines: int = 1) -> Raw:
        """Bring in a paid order of mugs, 45.50 each less 10 %, 12.00 freight; sent: arrived."""
        number = self.number()
        rows = [self._line(gid("ProductVariant", 1), quantity) for _ in range(lines)]
        for row in rows:
            row["discountAllocations"] = [{"allocatedAmountSet": str(Decimal("4.55") * quantity)}]
        total = str(sum(Decimal("40.95") * row["quantity"] for row in rows) + 12)
        ref = gid("Order", number)
        order = {
            "id": ref, "name": f"#{number}", "email": "ana@example.com", "phone": None, "note": None, "tags": [],
            "edited": False, "taxesIncluded": True, "presentmentCurrencyCode": "BRL", "cancelReason": None,
            "statusPageUrl": f"https://shop.example/orders/{number}", "processedAt": self.tick(),
            "updatedAt": self.tick(), "cancelledAt": None, "displayFulfillmentStatus": "UNFULFILLED",
            "cancellation": None, "customer": self.rows[gid("Customer", 7)], "shippingAddress": {**PLACE},
            "billingAddress": {**PLACE}, "totalPriceSet": total, "totalOutstandingSet": "0.00",
            "shippingLines": [{"discountedPriceSet": "12.00", "taxLines": []}], "lineItems": rows,
            "transactions": [self._move("SALE", total, "shopify_payments")], "refunds": [], "returns": [],
            "fulfillments": [], "metafields": {}, "job": None,
        }  # fmt: skip
        order["metafield"] = lambda namespace, key: order["metafields"].get((namespace, key))
        self.rows[ref] = order
        if sent:
            self._deliver(order)
        return order

    def _line(self, variant: str, quantity: int) -> Raw:
        row = self.rows[variant]
        return {
            "id": gid("LineItem", self.number()), "title": "Mug", "variantTitle": "Blue", "quantity": quantity,
            "currentQuantity": quantity, "sku": row["sku"], "originalUnitPriceSet": row["price"],
            "discountAllocations": [], "taxLines": [{"priceSet": "1.00"}], "product": {"id": gid("Product", 1)},
            "variant": row, "image": {"url": "https://cdn.example/mug.png"},
        }  # fmt: skip

    def _move(self, kind: str, amount: str, gateway: str, parent: str = "") -> Raw:
        return {
            "id": gid("OrderTransaction", self.number()), "kind": kind, "status": "SUCCESS", "gateway": gateway,
            "formattedGateway": "Shopify Payments", "processedAt": self.tick(), "amountSet": amount,
            "parentTransaction": {"id": parent} if parent else None,
            "paymentDetails": {
                "__typename": "CardPaymentDetails", "company": "Visa", "number": "•••• •••• •••• 4242",
            },
        }  # fmt: skip

    def _deliver(self, order: Raw) -> None:
        sent = [
            {"id": gid("FulfillmentLineItem", self.number()), "quantity": line["quantity"], "lineItem": line}
            for line in order["lineItems"]
        ]
        order["displayFulfillmentStatus"] = "FULFILLED"
        order["fulfillments"] = [
            {
                "id": gid("Fulfillment", self.number()), "status": "SUCCESS", "displayStatus": "DELIVERED",
                "createdAt": self.tick(), "deliveredAt": self.tick(), "estimatedDeliveryAt": None,
                "trackingInfo": [{"company": "Correios", "number": "BR123", "url": "https://track.example/BR123"}],
                "fulfillmentLineItems": sent,
                "events": [{"happenedAt": self.tick(), "status": "DELIVERED", "message": None, "city": "São Paulo"}],
            }
        ]  # fmt: skip

    # --- Questions --------------------------------------------------------------------------------------------------

    def shop(self) -> Raw:
        return {"name": "Ana's", "currencyCode": "BRL", "myshopifyDomain": "ana.myshopify.com"}

    def currentAppInstallation(self) -> Raw:
        return {"accessScopes": [{"handle": handle} for handle in self.scopes]}

    def order(self, id: str) -> Raw | None:
        return self.rows.get(id)

    draftOrder = customer = product = order

    def job(self, id: str) -> Raw | None:
        order = next(row for row in self._all("Order") if row["job"] and row["job"]["id"] == id)
        order["job"]["looks"] -= 1
        if order["job"]["looks"] <= 0 and not order["job"]["done"]:
            self._cancel(order)
        return order["job"]

    def orders(self, query: str | None, sortKey: str, reverse: bool, **paging: Any) -> Raw:
        rows = [row for row in self._all("Order") if _matches(row, query or "")]
        rows.sort(key=lambda row: row["updatedAt" if sortKey == "UPDATED_AT" else "processedAt"], reverse=reverse)
        return _page(rows, paging)

    def products(self, query: str | None, **paging: Any) -> Raw:
        return _page([row for row in self._all("Product") if _matches(row, query or "")], paging)

    def customers(self, query: str, **paging: Any) -> Raw:
        wanted = query.partition(":")[2].strip('"')
        rows = [row for row in self._all("Customer") if row["defaultPhoneNumber"]["phoneNumber"] == wanted]
        return _page(rows, paging)

    def draftOrders(self, sortKey: str, reverse: bool, **paging: Any) -> Raw:
        return _page(list(reversed(self._all("DraftOrder"))), paging)

    def giftCards(self, sortKey: str, reverse: bool, **paging: Any) -> Raw:
        return _page(list(reversed(self.cards.values())), paging)

    def draftOrderAvailableDeliveryOptions(self, input: Raw) -> Raw:
        rates = [("Sedex", "31.90"), ("PAC", "18.40")]
        return {
            "availableShippingRates": [
                {"title": title, "price": {"amount": price, "currencyCode": "BRL"}} for title, price in rates
            ]
        }

    def returnableFulfillments(self, orderId: str, **paging: Any) -> Raw:
        order = self.rows[orderId]
        parcels = [
            {
                "returnableFulfillmentLineItems": [
                    {"quantity": sent["quantity"], "fulfillmentLineItem": sent}
                    for sent in parcel["fulfillmentLineItems"]
                ]
            }
            for parcel in order["fulfillments"]
        ]
        return _page(parcels, paging)

    # --- Changes ----------------------------------------------------------------------------------------------------

    def orderUpdate(self, input: Raw) -> Raw:
        order = self.rows.get(input["id"])
        if order is None:
            return {"order": None, "userErrors": [_wrong("Order does not exist")]}
        if "shippingAddress" in input:
            order["shippingAddress"] = _written(input["shippingAddress"])
        order["note"] = input.get("note", order["note"])
        for field in input.get("metafields", []):
            order["metafields"][field["namespace"], field["key"]] = {"value": field["value"]}
        order["updatedAt"] = self.tick()
        return {"order": order, "userErrors": []}

    def metafieldsSet(self, metafields: list[Raw]) -> Raw:
        for field in metafields:
            self.rows[field["ownerId"]]["metafields"][field["namespace"], field["key"]] = {"value": field["value"]}
        return {"userErrors": []}

    def tagsAdd(self, id: str, tags: list[str]) -> Raw:
        self.rows[id]["tags"] += [tag for tag in tags if tag not in self.rows[id]["tags"]]
        self.rows[id]["updatedAt"] = self.tick()
        return {"userErrors": []}

    def refundCreate(self, input: Raw, idempotency_key: str) -> Raw:
        if idempotency_key in self.refunded:
            return {"refund": self.refunded[idempotency_key], "userErrors": []}
        order = self.rows[input["orderId"]]
        wanted = sum(Decimal(move["amount"]) for move in input["transactions"])
        if wanted > self._held(order):
            return {"refund": None, "userErrors": [_wrong("Refund amount is above the amount that can be refunded")]}
        if input["currency"] != order["presentmentCurrencyCode"]:
            return {"refund": None, "userErrors": [_wrong("Currency must be the presentment currency")]}
        parents = {one["id"]: one for one in order["transactions"]}
        for move in input["transactions"]:
            if parents[move["parentId"]]["gateway"] != move["gateway"]:
                return {"refund": None, "userErrors": [_wrong("Gateway does not match the parent transaction")]}
        moves = [(move["amount"], move["gateway"], move["parentId"]) for move in input["transactions"]]
        refund = self._refund(order, moves, input["note"], input["refundLineItems"])
        self.refunded[idempotency_key] = refund
        return {"refund": refund, "userErrors": []}

    def _held(self, order: Raw) -> Decimal:
        return sum(
            (Decimal(one["amountSet"]) * (-1 if one["kind"] == "REFUND" else 1) for one in order["transactions"]),
            Decimal(0),
        )

    def _refund(self, order: Raw, moves: list[Any], note: str | None, lines: list[Raw]) -> Raw:
        made = [self._move("REFUND", amount, gateway, parent) for amount, gateway, parent in moves]
        for one in made:
            one["status"] = self.refund_status
        known = {line["id"]: line for line in order["lineItems"]}
        taken = []
        for wish in lines:
            line = known[wish["lineItemId"]]
            line["currentQuantity"] -= wish["quantity"]
            taken.append({"quantity": wish["quantity"], "restockType": wish["restockType"], "lineItem": line})
        refund = {
            "id": gid("Refund", self.number()), "note": note, "refundLineItems": taken, "transactions": made,
        }  # fmt: skip
        order["transactions"] += made
        order["refunds"].append(refund)
        order["totalOutstandingSet"] = "0.00"
        order["updatedAt"] = self.tick()
        return refund

    def orderCancel(self, orderId: str, reason: str, staffNote: str, **wish: Any) -> Raw:
        order = self.rows[orderId]
        if order["cancelledAt"] or order["job"] or order["fulfillments"]:
            wrong = {**_wrong("Cannot cancel this order"), "code": "INVALID"}
            return {"job": None, "orderCancelUserErrors": [wrong]}
        order["job"] = {
            "id": gid("Job", self.number()), "done": False, "looks": self.looks_until_cancelled,
            "reason": reason, "note": staffNote,
        }  # fmt: skip
        return {"job": order["job"], "orderCancelUserErrors": []}

    def _cancel(self, order: Raw) -> None:
        job = order["job"]
        lines = [
            {"lineItemId": line["id"], "quantity": line["currentQuantity"], "restockType": "CANCEL"}
            for line in order["lineItems"]
        ]
        paid = order["transactions"][0]
        moves = [(str(self._held(order)), paid["gateway"], paid["id"])]
        self._refund(order, moves, None, [line for line in lines if line["quantity"]])
        order["cancelledAt"] = self.tick()
        order["cancelReason"], order["cancellation"] = job["reason"], {"staffNote": job["note"]}
        job["done"] = True

    def returnCreate(self, returnInput: Raw) -> Raw:
        order = self.rows[returnInput["orderId"]]
        sent = {one["id"]: one for parcel in order["fulfillments"] for one in parcel["fulfillmentLineItems"]}
        lines = [
            {
                "__typename": "ReturnLineItem", "id": gid("ReturnLineItem", self.number()),
                "quantity": wish["quantity"], "returnReasonNote": wish["returnReasonNote"],
                "fulfillmentLineItem": sent[wish["fulfillmentLineItemId"]],
            }
            for wish in returnInput["returnLineItems"]
        ]  # fmt: skip
        comeback = {
            "id": gid("Return", self.number()), "status": "OPEN", "createdAt": self.tick(), "returnLineItems": lines,
            "exchangeLineItems": list(returnInput.get("exchangeLineItems") or []),
        }  # fmt: skip
        order["returns"].append(comeback)
        order["updatedAt"] = self.tick()
        return {"return": comeback, "userErrors": []}

    def customerAddressCreate(self, customerId: str, address: Raw, setAsDefault: bool) -> Raw:
        self.rows[customerId]["defaultAddress"] = _written(address)
        return {"address": {"id": gid("MailingAddress", self.number())}, "userErrors": []}

    def orderEditBegin(self, id: str) -> Raw:
        order = self.rows[id]
        ref = gid("CalculatedOrder", self.number())
        lines = [
            {"id": line["id"].replace("LineItem", "CalculatedLineItem"), "quantity": line["currentQuantity"]}
            for line in order["lineItems"]
        ]
        self.edits[ref] = {"id": ref, "order": order, "lineItems": lines, "added": []}
        return {"calculatedOrder": self.edits[ref], "userErrors": []}

    def orderEditSetQuantity(self, id: str, lineItemId: str, quantity: int, restock: bool) -> Raw:
        line = next(line for line in self.edits[id]["lineItems"] if line["id"] == lineItemId)
        line["quantity"] = quantity
        return {"userErrors": []}

    def orderEditAddVariant(self, id: str, variantId: str, quantity: int, allowDuplicates: bool) -> Raw:
        if variantId not in self.rows:
            return {"userErrors": [_wrong("Variant does not exist")]}
        self.edits[id]["added"].append((variantId, quantity))
        return {"userErrors": []}

    def orderEditCommit(self, id: str, notifyCustomer: bool, staffNote: str) -> Raw:
        edit = self.edits.pop(id)
        order, owed = edit["order"], Decimal(0)
        for line, wanted in zip(order["lineItems"], edit["lineItems"], strict=True):
            owed -= (line["currentQuantity"] - wanted["quantity"]) * Decimal("40.95")
            line["currentQuantity"] = wanted["quantity"]
        for variant, quantity in edit["added"]:
            order["lineItems"].append(self._line(variant, quantity))
            owed += quantity * Decimal(self.rows[variant]["price"])
            order["totalPriceSet"] = str(
                Decimal(order["totalPriceSet"]) + quantity * Decimal(self.rows[variant]["price"])
            )
        order["totalOutstandingSet"], order["edited"], order["updatedAt"] = str(owed), True, self.tick()
        return {"order": order, "userErrors": []}

    def draftOrderCreate(self, input: Raw) -> Raw:
        number = self.number()
        lines = []
        for wish in input["lineItems"]:
            line = self._line(wish["variantId"], wish["quantity"])
            lines.append({**line, "discountedTotalSet": str(Decimal(line["originalUnitPriceSet"]) * wish["quantity"])})
        freight = (input.get("shippingLine") or {}).get("price", "0.00")
        total = sum(Decimal(line["discountedTotalSet"]) for line in lines) + Decimal(freight)
        draft = {
            "id": gid("DraftOrder", number), "name": f"#D{number}", "presentmentCurrencyCode": "BRL",
            "createdAt": self.tick(), "updatedAt": self.tick(), "invoiceUrl": f"https://shop.example/pay/{number}",
            "tags": input["tags"], "taxesIncluded": True, "order": None, "customer": self.rows[input["customerId"]],
            "shippingAddress": _written(input["shippingAddress"]), "totalPriceSet": str(total),
            "totalShippingPriceSet": freight, "lineItems": lines,
        }  # fmt: skip
        self.rows[draft["id"]] = draft
        return {"draftOrder": draft, "userErrors": []}

    def draftOrderInvoiceSend(self, id: str) -> Raw:
        self.sent.append(id)
        return {"userErrors": []}

    def orderInvoiceSend(self, id: str) -> Raw:
        self.sent.append(id)
        return {"userErrors": []}

    def giftCardCreate(self, input: Raw) -> Raw:
        if input["code"] in self.cards:
            return {"giftCard": None, "userErrors": [{**_wrong("Code has already been taken"), "code": "TAKEN"}]}
        if not re.fullmatch(r"[a-z0-9]{8,20}", input["code"]):
            return {"giftCard": None, "userErrors": [{**_wrong("Code is invalid"), "code": "INVALID"}]}
        self.cards[input["code"]] = {
            "id": gid("GiftCard", self.number()),
            "note": input["note"],
            "wish": deepcopy(input),
        }
        return {"giftCard": self.cards[input["code"]], "userErrors": []}

    def giftCardSendNotificationToCustomer(self, id: str) -> Raw:
        self.sent.append(id)
        return {"userErrors": []}


def _wrong(message: str) -> Raw:
    return {"field": None, "message": message}


def _written(sent: Mapping[str, str]) -> Raw:
    name = " ".join(part for part in (sent.get("firstName"), sent.get("lastName")) if part)
    return {
        "address1": sent.get("address1"), "address2": sent.get("address2"), "city": sent.get("city"),
        "province": sent.get("province"), "provinceCode": sent.get("provinceCode"), "zip": sent.get("zip"),
        "country": sent.get("country"), "countryCodeV2": sent.get("countryCode"), "name": name,
        "phone": sent.get("phone"),
    }  # fmt: skip


def _matches(row: Raw, query: str) -> bool:
    if not query:
        return True
    for key, wanted in re.findall(r"(\w+):(\"[^\"]*\"|\S+)", query):
        value = wanted.strip('"')
        if key == "name" and row["name"].lstrip("#") == value:
            return True
        if key == "email" and row["email"] == value:
            return True
        if key == "customer_id" and row["customer"]["id"] == gid("Customer", value):
            return True
        if key == "updated_at" and _at(row["updatedAt"]) >= _at(value.removeprefix(">=").strip("'")):
            return True
    return False


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _page(found: list[Any], paging: Mapping[str, Any]) -> Raw:
    begin = int(paging.get("after") or 0)
    end = begin + paging["first"]
    more = len(found) > end
    return {"nodes": found[begin:end], "pageInfo": {"hasNextPage": more, "endCursor": str(end) if more else None}}
