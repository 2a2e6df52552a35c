"""What the fields of imported files are called."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from balcao.commerce.rules.importing.fields import Field
from balcao.ports.commerce import OrderStage

_STAGES = {
    OrderStage.DRAFT: pgettext_lazy("order", "Draft"),
    OrderStage.PENDING: pgettext_lazy("order", "Placed"),
    OrderStage.PREPARING: pgettext_lazy("order", "Being prepared"),
    OrderStage.SHIPPED: pgettext_lazy("order", "Shipped"),
    OrderStage.DELIVERED: pgettext_lazy("order", "Delivered"),
    OrderStage.CANCELLED: pgettext_lazy("order", "Cancelled"),
}
_WORDS = {
    Field.NUMBER: pgettext_lazy("column", "Order number"),
    Field.REF: pgettext_lazy("column", "Key of the order in its system"),
    Field.STAGE: pgettext_lazy("column", "Stage of the order"),
    Field.PLACED_AT: pgettext_lazy("column", "Order date"),
    Field.CHANGED_AT: pgettext_lazy("column", "Last changed"),
    Field.PROMISED_AT: pgettext_lazy("column", "Promised delivery"),
    Field.CURRENCY: pgettext_lazy("column", "Currency"),
    Field.DISCOUNT: pgettext_lazy("column", "Discount of the order"),
    Field.FREIGHT: pgettext_lazy("column", "Freight"),
    Field.TAX: pgettext_lazy("column", "Tax of the order"),
    Field.TOTAL: pgettext_lazy("column", "Total (only compared)"),
    Field.PAYMENT: pgettext_lazy("column", "Paid with"),
    Field.PAYMENT_STATE: pgettext_lazy("column", "State of the payment"),
    Field.PAID: pgettext_lazy("column", "Amount paid"),
    Field.PAID_AT: pgettext_lazy("column", "Paid on"),
    Field.INSTALMENTS: pgettext_lazy("column", "Instalments"),
    Field.NOTE: pgettext_lazy("column", "Note"),
    Field.TAGS: pgettext_lazy("column", "Tags"),
    Field.CANCEL_REASON: pgettext_lazy("column", "Reason of the cancellation"),
    Field.INVOICE_URL: pgettext_lazy("column", "Address of the invoice"),
    Field.CUSTOMER: pgettext_lazy("column", "Key of the customer in their system"),
    Field.CUSTOMER_NAME: pgettext_lazy("column", "Customer's name"),
    Field.EMAIL: pgettext_lazy("column", "E-mail"),
    Field.PHONE: pgettext_lazy("column", "Phone"),
    Field.TAX_ID: pgettext_lazy("column", "Tax id (CPF, CNPJ, TCKN…)"),
    Field.RECIPIENT: pgettext_lazy("column", "Recipient"),
    Field.STREET: pgettext_lazy("column", "Street"),
    Field.HOUSE: pgettext_lazy("column", "House number"),
    Field.COMPLEMENT: pgettext_lazy("column", "Second line of the address"),
    Field.DISTRICT: pgettext_lazy("column", "District"),
    Field.CITY: pgettext_lazy("column", "City"),
    Field.REGION: pgettext_lazy("column", "State or province"),
    Field.POSTCODE: pgettext_lazy("column", "Postcode"),
    Field.COUNTRY: pgettext_lazy("column", "Country"),
    Field.CARRIER: pgettext_lazy("column", "Carrier"),
    Field.TRACKING: pgettext_lazy("column", "Tracking code"),
    Field.TRACKING_URL: pgettext_lazy("column", "Tracking address"),
    Field.SHIPPED_AT: pgettext_lazy("column", "Shipped on"),
    Field.DELIVERED_AT: pgettext_lazy("column", "Delivered on"),
    Field.PRODUCT: pgettext_lazy("column", "Key of the product"),
    Field.VARIANT: pgettext_lazy("column", "Key of the variant"),
    Field.SKU: pgettext_lazy("column", "SKU"),
    Field.NAME: pgettext_lazy("column", "Name of the product"),
    Field.OPTIONS: pgettext_lazy("column", "Properties together (colour: blue; size: S)"),
    Field.QUANTITY: pgettext_lazy("column", "Pieces"),
    Field.PRICE: pgettext_lazy("column", "Unit price"),
    Field.LINE_DISCOUNT: pgettext_lazy("column", "Discount of the line"),
    Field.LINE_TAX: pgettext_lazy("column", "Tax of the line"),
    Field.CANCELLED: pgettext_lazy("column", "Pieces cancelled"),
    Field.RETURNED: pgettext_lazy("column", "Pieces that came back"),
    Field.IMAGE: pgettext_lazy("column", "Address of the picture"),
    Field.STOCK: pgettext_lazy("column", "Pieces in stock"),
    Field.AVAILABLE: pgettext_lazy("column", "Available"),
    Field.URL: pgettext_lazy("column", "Address of the product's page"),
}
_ORDER: tuple[Field, ...] = (
    Field.NUMBER,
    Field.PLACED_AT,
    Field.STAGE,
    Field.REF,
    Field.CHANGED_AT,
    Field.PROMISED_AT,
    Field.NOTE,
)
_ORDER = (*_ORDER, Field.TAGS, Field.CANCEL_REASON, Field.INVOICE_URL)
_MONEY: tuple[Field, ...] = (
    Field.CURRENCY,
    Field.TOTAL,
    Field.FREIGHT,
    Field.DISCOUNT,
    Field.TAX,
    Field.PAYMENT,
    Field.PAYMENT_STATE,
)
_MONEY = (*_MONEY, Field.PAID, Field.PAID_AT, Field.INSTALMENTS)
_CUSTOMER = (Field.CUSTOMER_NAME, Field.EMAIL, Field.PHONE, Field.TAX_ID, Field.CUSTOMER)
_ADDRESS: tuple[Field, ...] = (
    Field.RECIPIENT,
    Field.STREET,
    Field.HOUSE,
    Field.COMPLEMENT,
    Field.DISTRICT,
    Field.CITY,
    Field.REGION,
)
_ADDRESS = (*_ADDRESS, Field.POSTCODE, Field.COUNTRY)
_PARCEL = (Field.CARRIER, Field.TRACKING, Field.TRACKING_URL, Field.SHIPPED_AT, Field.DELIVERED_AT)
_LINE: tuple[Field, ...] = (
    Field.SKU,
    Field.NAME,
    Field.OPTIONS,
    Field.QUANTITY,
    Field.PRICE,
    Field.LINE_DISCOUNT,
    Field.LINE_TAX,
)
_LINE = (*_LINE, Field.CANCELLED, Field.RETURNED, Field.PRODUCT, Field.VARIANT, Field.IMAGE)
_PRODUCT = (Field.STOCK, Field.AVAILABLE, Field.URL)


def field_words(name: Field) -> str:
    """Return what a field is called."""
    return str(_WORDS[name])


def stage_words(stage: OrderStage) -> str:
    """Return what a stage of an order is called."""
    return str(_STAGES[stage])


def groups() -> list[tuple[str, tuple[Field, ...]]]:
    """Return the fields under their headings."""
    return [
        (_("Order"), _ORDER),
        (_("Payment"), _MONEY),
        (_("Customer"), _CUSTOMER),
        (_("Address"), _ADDRESS),
        (pgettext("mapping", "Parcel"), _PARCEL),
        (pgettext("mapping", "What was bought"), _LINE),
        (_("Product"), _PRODUCT),
    ]
