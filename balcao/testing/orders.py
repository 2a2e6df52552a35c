"""Orders for tests: values of the commerce port as a small shop would have them."""

from datetime import UTC, datetime
from typing import Any

from balcao.ports.commerce import (
    Account,
    Address,
    Instrument,
    InstrumentKind,
    Line,
    Order,
    OrderStage,
    Payment,
    Product,
    Variant,
)

PLACED = datetime(2026, 11, 2, 14, 30, tzinfo=UTC)
HOME = Address(
    line1="Rua das Laranjeiras, 210", city="Curitiba", region="PR", postcode="80010-030", country="BR", name="Ana Souza"
)
VISA = Instrument("visa", InstrumentKind.CARD, "visa ···· 9212")
GIFT = Instrument("gift", InstrumentKind.GIFT_CARD, "gift card", balance=5_000)
ANA = Account("ana", "Ana Souza", "ana@example.com", "+5541998765432", "52998224725", HOME, (VISA, GIFT))


def a_line(ref: str = "1", *, price: int = 4_990, quantity: int = 2, **facts: Any) -> Line:
    """Return a line of mugs."""
    return Line(ref, "Caneca Moringa", quantity, price, "mug", "mug-blue", "CAN-AZ", {"cor": "azul"}, **facts)


def an_order(*lines: Line, paid: int | None = None, **facts: Any) -> Order:
    """Return Ana's order, paid in full by card unless told otherwise."""
    order = Order(
        **{
            "ref": "1001",
            "number": "1001",
            "stage": OrderStage.PENDING,
            "currency": "BRL",
            "account": ANA,
            "lines": lines or (a_line(),),
            "address": HOME,
            "placed_at": PLACED,
            "changed_at": PLACED,
            **facts,
        }
    )
    amount = order.total if paid is None else paid
    if "payments" in facts or not amount:
        return order
    return Order(**{**_fields(order), "payments": (Payment("p1", VISA, amount, at=PLACED),)})


def a_product() -> Product:
    """Return the mug, in three colours of which one is sold out."""
    return Product(
        "mug",
        "Caneca Moringa",
        "BRL",
        (
            Variant("mug-blue", 4_990, "CAN-AZ", {"cor": "azul"}, stock=12),
            Variant("mug-red", 5_990, "CAN-VM", {"cor": "vermelha"}, stock=3),
            Variant("mug-green", 3_990, "CAN-VD", {"cor": "verde"}, is_available=False),
        ),
    )


def _fields(order: Order) -> dict[str, Any]:
    return {name: getattr(order, name) for name in Order.__dataclass_fields__}
