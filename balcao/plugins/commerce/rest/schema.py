"""What may stand in a mapping file. docs/connect-rest.md tells of every setting in plain words."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from balcao.plugins.commerce.rest import filling
from balcao.plugins.commerce.rest.paths import BadPath, parsed
from balcao.ports.commerce import ActionKind, InstrumentKind, KeyKind, OrderStage, PaymentState, ShipmentState


def _path(text: str) -> str:
    try:
        parsed(text)
    except BadPath as error:
        raise ValueError(str(error)) from error
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"there is no time zone “{name}”; write it as America/Sao_Paulo") from error
    return name


Where = Annotated[str, AfterValidator(_path)]
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


class Part(BaseModel):
    """A table of the file: what it does not know is a mistake, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Condition(Part):
    """Something in an answer that has one of these values (as text)."""

    path: Where
    equals: tuple[str, ...] = Field(min_length=1)


class Rule(Part):
    """Where a value stands, and how it is written. A text alone is the path, or with braces a text made of paths."""

    path: Where | None = None
    text: str | None = None
    value: Any = None
    map: dict[str, str] | None = None
    default: Any = None
    money: Literal["decimal", "minor"] | None = None
    date: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, told: Any) -> Any:
        if isinstance(told, str):
            return {"text": told} if "{" in told else {"path": told}
        return told

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if sum(one is not None for one in (self.path, self.text, self.value)) != 1:
            raise ValueError("say one of path, text and value")
        for name in filling.placeholders(self.text or ""):
            _path(name)
        return self


def _mapped(rule: Rule | None, allowed: Iterable[str]) -> None:
    said = [*(rule.map.values() if rule and rule.map else ()), rule.default if rule else None]
    for word in said:
        if word is not None and str(word) not in list(allowed):
            raise ValueError(f"“{word}” is not one of {', '.join(allowed)}")


class Shop(Part):
    """Which system it is, and how it writes money and days."""

    name: str
    address: str
    source: tuple[str, ...] = ()
    note: str = ""
    currency: str = ""
    money: Literal["decimal", "minor"] = "decimal"
    decimal_comma: bool = False
    dates: str = "iso"
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"


class Auth(Part):
    """How a request shows who sends it. Secrets stand in the settings; here they are named in braces."""

    kind: Literal["none", "bearer", "basic", "headers", "query", "form", "oauth2"]
    headers: dict[str, str] = {}
    query: dict[str, str] = {}
    form: dict[str, str] = {}
    token_address: str = ""
    scope: str = ""
    sends: Literal["basic", "form"] = "basic"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed = {"headers": self.headers, "query": self.query, "form": self.form, "oauth2": self.token_address}
        if self.kind in needed and not needed[self.kind]:
            missing = "token_address" if self.kind == "oauth2" else self.kind
            raise ValueError(f"kind “{self.kind}” needs {missing}")
        return self


class Answers(Part):
    """How this system says in an answer of status 200 that something went wrong."""

    ok: Condition | None = None
    missing: Condition | None = None
    busy: Condition | None = None
    words: Where | None = None


class Call(Part):
    """One request."""

    method: Method = "GET"
    path: str
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    body: Any = None
    form: dict[str, str] | None = None


class Get(Call):
    """A request for one thing, and where it stands in the answer."""

    thing: Where = "$"
    missing: tuple[int, ...] = (404,)


class Search(Call):
    """A request for several things, and where they stand; with `detail` each is then asked for by itself."""

    things: Where
    detail: bool = False
    ref: Where | None = None
    missing: tuple[int, ...] = (404,)

    @model_validator(mode="after")
    def _detail_has_ref(self) -> Self:
        if self.detail and self.ref is None:
            raise ValueError("detail needs ref: where the key stands in each of the things")
        return self


class Paging(Part):
    """How the next page is asked for."""

    kind: Literal["page", "offset", "cursor", "link"]
    parameter: str = ""
    size_parameter: str = ""
    size: int = Field(default=50, ge=1, le=1000)
    first: int = 1
    next: Where | None = None
    pages: Where | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind != "link" and not self.parameter:
            raise ValueError(f"paging by {self.kind} needs parameter")
        if self.kind == "cursor" and self.next is None:
            raise ValueError("paging by cursor needs next: where the next cursor stands in the answer")
        return self


class Feed(Search):
    """A request for what changed; its query names {since}, and {until} where it has to."""

    paging: Paging | None = None
    since_format: str = "iso"
    from_days: int = Field(default=3650, ge=1)
    window_days: int | None = Field(default=None, ge=1)
    overlap_seconds: int = Field(default=120, ge=0)

    @model_validator(mode="after")
    def _asks_since(self) -> Self:
        if not any(name.partition(":")[0] == "since" for name in filling.placeholders([self.path, dict(self.query)])):
            raise ValueError("the query must name {since}, or everything would be read again each time")
        return self


class Orders(Part):
    """The ways to orders."""

    get: Get
    find: dict[KeyKind, Search] = {}
    changes: Feed | None = None


class Products(Part):
    """The ways to products."""

    get: Get | None = None
    changes: Feed | None = None


class AddressRules(Part):
    """An address."""

    line1: Rule | None = None
    line2: Rule | None = None
    district: Rule | None = None
    city: Rule | None = None
    region: Rule | None = None
    postcode: Rule | None = None
    country: Rule | None = None
    name: Rule | None = None
    phone: Rule | None = None


class AccountRules(Part):
    """The customer."""

    ref: Rule
    name: Rule | None = None
    email: Rule | None = None
    phone: Rule | None = None
    tax_id: Rule | None = None
    address: AddressRules | None = None


class Pieces(Part):
    """Which lines a thing is about, and how many of each."""

    things: Where
    line: Rule
    quantity: Rule


class LineRules(Part):
    """The lines of an order."""

    things: Where
    ref: Rule
    name: Rule
    quantity: Rule
    unit_price: Rule
    product_ref: Rule | None = None
    variant_ref: Rule | None = None
    sku: Rule | None = None
    discount: Rule | None = None
    tax: Rule | None = None
    cancelled: Rule | None = None
    returned: Rule | None = None
    image: Rule | None = None
    options: dict[str, Rule] = {}


class PaymentRules(Part):
    """What was paid, or with `refunds` what went back."""

    things: Where
    ref: Rule
    amount: Rule
    kind: Rule | None = None
    label: Rule | None = None
    state: Rule | None = None
    at: Rule | None = None
    instalments: Rule | None = None
    link: Rule | None = None
    code: Rule | None = None
    instrument: Rule | None = None
    pieces: Pieces | None = None

    @model_validator(mode="after")
    def _known_words(self) -> Self:
        _mapped(self.kind, InstrumentKind)
        _mapped(self.state, PaymentState)
        return self


class ShipmentRules(Part):
    """The parcels."""

    things: Where
    ref: Rule
    state: Rule
    carrier: Rule | None = None
    code: Rule | None = None
    url: Rule | None = None
    shipped_at: Rule | None = None
    delivered_at: Rule | None = None
    promised_at: Rule | None = None
    pieces: Pieces | None = None

    @model_validator(mode="after")
    def _known_words(self) -> Self:
        _mapped(self.state, ShipmentState)
        return self


class ComebackRules(Part):
    """What was announced to come back."""

    things: Where
    ref: Rule
    pieces: Pieces
    state: Rule | None = None
    reason: Rule | None = None
    at: Rule | None = None


class OrderRules(Part):
    """An order: where each of its parts stands."""

    ref: Rule
    number: Rule
    stage: Rule
    account: AccountRules
    lines: LineRules
    currency: Rule | None = None
    address: AddressRules | None = None
    billing: AddressRules | None = None
    discount: Rule | None = None
    freight: Rule | None = None
    tax: Rule | None = None
    total: Rule | None = None
    payments: tuple[PaymentRules, ...] = ()
    refunds: tuple[PaymentRules, ...] = ()
    shipments: ShipmentRules | None = None
    comebacks: ComebackRules | None = None
    cancel_reason: Rule | None = None
    notes: Where | None = None
    tags: Where | None = None
    placed_at: Rule | None = None
    changed_at: Rule | None = None
    promised_at: Rule | None = None
    invoice_url: Rule | None = None
    url: Rule | None = None
    version: Rule | None = None

    @model_validator(mode="after")
    def _known_words(self) -> Self:
        _mapped(self.stage, OrderStage)
        return self


class VariantRules(Part):
    """The variants of a product."""

    things: Where = "$"
    ref: Rule
    price: Rule
    sku: Rule | None = None
    available: Rule | None = None
    stock: Rule | None = None
    image: Rule | None = None
    options: dict[str, Rule] = {}


class ProductRules(Part):
    """A product."""

    ref: Rule
    name: Rule
    variants: VariantRules
    currency: Rule | None = None
    url: Rule | None = None
    image: Rule | None = None


class Recall(Call):
    """How it is found out whether an action happened of which no answer came."""

    by: Literal["list", "stage", "address", "repeat", "never"]
    path: str = ""
    things: Where | None = None
    mark: Where | None = None
    ref: Where | None = None
    stage: OrderStage | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.by == "list" and not (self.path and self.things and self.mark):
            raise ValueError("by “list” needs path, things and mark: where our {mark} stands in each of the things")
        if self.by == "stage" and self.stage is None:
            raise ValueError("by “stage” needs stage: how far the order is once it happened")
        return self


class Deed(Call):
    """How an action is carried out."""

    method: Method = "POST"
    idempotency: str = ""
    recall: Recall | None = None
    pieces: bool = False
    ok: Condition | None = None
    refused: tuple[int, ...] = (400, 404, 405, 406, 409, 410, 412, 422)
    words: Where | None = None
    code: Where | None = None
    ref: Where | None = None
    order_ref: Where | None = None
    partly: str = ""

    @model_validator(mode="after")
    def _repeats_safely(self) -> Self:
        if self.recall and self.recall.by == "repeat" and not self.idempotency:
            raise ValueError("recall by “repeat” needs idempotency: the header by which the system knows a repeat")
        if self.recall and self.recall.by == "list":
            _needs_mark(self)
        return self


def _needs_mark(deed: Deed) -> None:
    sent = [deed.path, dict(deed.query), dict(deed.headers), deed.body, deed.form]
    if not any(name.partition(":")[0] in ("mark", "key") for name in filling.placeholders(sent)):
        raise ValueError("the request must carry {mark}, or what came of it could not be found again")


class Signature(Part):
    """A keyed digest of the body in a header."""

    header: str
    algorithm: Literal["sha1", "sha256", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""


class Token(Part):
    """The secret itself, in a header or in the address."""

    header: str = ""
    query: str = ""
    basic: bool = False

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not (self.header or self.query or self.basic):
            raise ValueError("say header, query or basic: where the secret stands")
        return self


class Webhook(Part):
    """How the system calls us."""

    signature: Signature | None = None
    token: Token | None = None
    order: Where | None = None
    product: Where | None = None
    only: Condition | None = None

    @model_validator(mode="after")
    def _guarded(self) -> Self:
        if (self.signature is None) == (self.token is None):
            raise ValueError("say either signature or token: a call that nobody vouches for is not taken")
        return self


class Mapping(Part):
    """The whole file."""

    shop: Shop
    auth: Auth
    orders: Orders
    order: OrderRules
    answers: Answers = Answers()
    products: Products | None = None
    product: ProductRules | None = None
    actions: dict[ActionKind, Deed] = {}
    webhook: Webhook | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.products and self.product is None:
            raise ValueError("products needs product: where each part of a product stands")
        feed = self.products.changes if self.products else None
        if feed and feed.detail and (self.products is None or self.products.get is None):
            raise ValueError("products.changes.detail needs products.get")
        return self
