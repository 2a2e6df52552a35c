"""What happens around the desk in a Vendure under test: customers buy, the warehouse sends."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from balcao.testing.servers.vendure import VendureServer

ANA = {
    "emailAddress": "ana@example.com",
    "firstName": "Ana",
    "lastName": "Souza",
    "phoneNumber": "(41) 99876-5432",
}
HOME = {
    "fullName": "Ana Souza",
    "streetLine1": "Rua das Laranjeiras, 210",
    "city": "Curitiba",
    "province": "PR",
    "postalCode": "80010-030",
    "countryCode": "BR",
}


def _deed(call: str, variables: str = "", *, came: str = "__typename") -> str:
    """Return a mutation in GraphQL that also tells of errors."""
    declared = f"({variables})" if variables else ""
    return f"mutation {declared} {{ {call} {{ {came} ... on ErrorResult {{ message }} }} }}"


@dataclass
class Api:
    """One of Vendure's two APIs as somebody uses it."""

    address: str
    token: str = ""

    def ask(self, text: str, **variables: Any) -> Any:
        """Ask and return the answer; an error of any kind fails the test."""
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        # Another machine's proxy settings are no concern of a test on loopback.
        with httpx.Client(trust_env=False, timeout=30) as client:
            reply = client.post(self.address, json={"query": text, "variables": variables}, headers=headers)
        self.token = reply.headers.get("vendure-auth-token") or self.token
        answer = reply.json()
        assert not answer.get("errors"), answer["errors"]
        (came,) = answer["data"].values()
        assert not (isinstance(came, dict) and "message" in came), came
        return came


@dataclass
class Trade:
    """The shop at work."""

    server: VendureServer
    admin: Api = field(init=False)

    def __post_init__(self) -> None:
        """Come in as the one who may do everything."""
        self.admin = Api(f"{self.server.address}/admin-api")
        login = _deed("login(username: $u, password: $p)", "$u: String!, $p: String!")
        self.admin.ask(login, u=self.server.admin, p=self.server.admin_password)

    def buy(
        self,
        *goods: tuple[str, int],
        method: str = "card",
        coupon: str = "",
        customer: dict[str, str] | None = None,
    ) -> str:
        """Buy variants by SKU, have them sent to Ana's home and pay; return the key of the order."""
        shop = Api(f"{self.server.address}/shop-api")
        adding = _deed("addItemToOrder(productVariantId: $v, quantity: $q)", "$v: ID!, $q: Int!")
        for sku, count in goods:
            shop.ask(adding, v=self.variant(sku), q=count)
        if coupon:
            shop.ask(_deed("applyCouponCode(couponCode: $c)", "$c: String!"), c=coupon)
        shop.ask(_deed("setCustomerForOrder(input: $i)", "$i: CreateCustomerInput!"), i=customer or ANA)
        shop.ask(_deed("setOrderShippingAddress(input: $i)", "$i: CreateAddressInput!"), i=HOME)
        ways = shop.ask("{ eligibleShippingMethods { id name } }")
        pac = next(way["id"] for way in ways if way["name"] == "PAC")
        shop.ask(_deed("setOrderShippingMethod(shippingMethodId: $i)", "$i: [ID!]!"), i=[pac])
        shop.ask(_deed('transitionOrderToState(state: "ArrangingPayment")'))
        paying = _deed("addPaymentToOrder(input: $i)", "$i: PaymentInput!", came="... on Order { id }")
        return str(shop.ask(paying, i={"method": method, "metadata": {}})["id"])

    def variant(self, sku: str) -> str:
        """Return the key of a variant."""
        asking = "query ($o: ProductVariantListOptions) { productVariants(options: $o) { items { id } } }"
        return str(self.admin.ask(asking, o={"filter": {"sku": {"eq": sku}}})["items"][0]["id"])

    def send(self, order: str, *pieces: tuple[str, int], code: str = "BR123456789BR", arrives: bool = False) -> None:
        """Give pieces (all, if none are named) to the carrier, and let them arrive on wish."""
        lines = [{"orderLineId": ref, "quantity": count} for ref, count in pieces or self.pieces(order)]
        arguments = [{"name": "method", "value": "Correios"}, {"name": "trackingCode", "value": code}]
        wanted = {"lines": lines, "handler": {"code": "manual-fulfillment", "arguments": arguments}}
        packing = _deed("addFulfillmentToOrder(input: $i)", "$i: FulfillOrderInput!", came="... on Fulfillment { id }")
        parcel = self.admin.ask(packing, i=wanted)["id"]
        moving = _deed("transitionFulfillmentToState(id: $i, state: $s)", "$i: ID!, $s: String!")
        for state in ("Shipped", "Delivered") if arrives else ("Shipped",):
            self.admin.ask(moving, i=parcel, s=state)

    def pieces(self, order: str) -> list[tuple[str, int]]:
        """Return the lines of an order and how many pieces of each there are."""
        found = self.admin.ask("query ($i: ID!) { order(id: $i) { lines { id quantity } } }", i=order)
        return [(line["id"], line["quantity"]) for line in found["lines"]]

    def state(self, order: str, state: str) -> None:
        """Set an order to another state, as somebody of the shop does in the dashboard."""
        self.admin.ask(_deed("transitionOrderToState(id: $i, state: $s)", "$i: ID!, $s: String!"), i=order, s=state)

    def settle(self, refund: str) -> None:
        """Say that a refund was paid."""
        settling = _deed("settleRefund(input: $i)", "$i: SettleRefundInput!")
        self.admin.ask(settling, i={"id": refund, "transactionId": "bank"})

    def state_of(self, order: str) -> str:
        """Return the state of an order in Vendure's own words."""
        return str(self.admin.ask("query ($i: ID!) { order(id: $i) { state } }", i=order)["state"])

    def cancel(self, order: str) -> None:
        """Cancel all lines of an order, as the dashboard does with what came back."""
        lines = [{"orderLineId": ref, "quantity": count} for ref, count in self.pieces(order)]
        wanted = {"orderId": order, "lines": lines, "reason": "came back", "cancelShipping": False}
        self.admin.ask(_deed("cancelOrder(input: $i)", "$i: CancelOrderInput!"), i=wanted)

    def drafts(self) -> int:
        """Return how many drafts there are."""
        asking = "query ($o: OrderListOptions) { orders(options: $o) { totalItems } }"
        return int(self.admin.ask(asking, o={"filter": {"state": {"eq": "Draft"}}})["totalItems"])
