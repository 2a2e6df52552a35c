"""The fields of ours that a column of a file can stand for; their words are the headings of our own files."""

from enum import StrEnum


class Field(StrEnum):
    """What a column says."""

    # Of the order: the same in all of its rows, or only in the first.
    NUMBER = "number"
    REF = "ref"  # the key of another system; without it the number
    STAGE = "stage"
    PLACED_AT = "placed_at"
    CHANGED_AT = "changed_at"
    PROMISED_AT = "promised_at"
    CURRENCY = "currency"
    DISCOUNT = "discount"
    FREIGHT = "freight"
    TAX = "tax"
    TOTAL = "total"  # only compared
    PAYMENT = "payment"  # what it is paid with
    PAYMENT_STATE = "payment_state"
    PAID = "paid"  # without it the whole order
    PAID_AT = "paid_at"
    INSTALMENTS = "instalments"
    NOTE = "note"
    TAGS = "tags"
    CANCEL_REASON = "cancel_reason"
    INVOICE_URL = "invoice_url"
    # Of its customer.
    CUSTOMER = "customer_ref"  # the key of another system; without it the e-mail address
    CUSTOMER_NAME = "customer_name"
    EMAIL = "email"
    PHONE = "phone"
    TAX_ID = "tax_id"
    # Where it goes.
    RECIPIENT = "recipient"
    STREET = "street"
    HOUSE = "house"  # number, where it stands by itself
    COMPLEMENT = "complement"
    DISTRICT = "district"
    CITY = "city"
    REGION = "region"
    POSTCODE = "postcode"
    COUNTRY = "country"
    # Of its parcels: rows with another code are in another parcel.
    CARRIER = "carrier"
    TRACKING = "tracking"
    TRACKING_URL = "tracking_url"
    SHIPPED_AT = "shipped_at"
    DELIVERED_AT = "delivered_at"
    # Of the line, and of a product's variant.
    PRODUCT = "product"
    VARIANT = "variant"
    SKU = "sku"
    NAME = "name"
    OPTIONS = "options"
    QUANTITY = "quantity"
    PRICE = "unit_price"
    LINE_DISCOUNT = "line_discount"
    LINE_TAX = "line_tax"
    CANCELLED = "cancelled"
    RETURNED = "returned"
    IMAGE = "image"
    # Of products alone.
    STOCK = "stock"
    AVAILABLE = "available"
    URL = "url"
    # Of our own files: whatever the columns cannot say, as JSON.
    REST = "balcao"


AMOUNTS = (Field.PRICE, Field.TOTAL, Field.PAID, Field.FREIGHT, Field.DISCOUNT, Field.LINE_DISCOUNT, Field.TAX)
MOMENTS = (
    Field.PLACED_AT,
    Field.CHANGED_AT,
    Field.PROMISED_AT,
    Field.PAID_AT,
    Field.SHIPPED_AT,
    Field.DELIVERED_AT,
)
OF_ORDERS = tuple(field for field in Field if field not in (Field.STOCK, Field.AVAILABLE, Field.URL))
# A tax id is kept as a digest only, and the number of a house with its street.
WRITTEN_OF_ORDERS = tuple(field for field in OF_ORDERS if field not in (Field.TAX_ID, Field.HOUSE))
OF_PRODUCTS = (
    Field.PRODUCT,
    Field.NAME,
    Field.VARIANT,
    Field.SKU,
    Field.OPTIONS,
    Field.PRICE,
    Field.CURRENCY,
    Field.STOCK,
    Field.AVAILABLE,
    Field.IMAGE,
    Field.URL,
    Field.REST,
)
