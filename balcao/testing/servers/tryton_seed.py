"""Fills a new Tryton database with a small shop: `python tryton_seed.py CONFIGURATION DATABASE`.

It runs in the server's own environment and knows nothing of ours. Prices are in lira with 20 % of tax on top, so that
amounts do not come out round by chance.
"""

import sys
from datetime import date
from decimal import Decimal
from typing import Any

from proteus import Model, Wizard, config  # type: ignore[import-not-found, unused-ignore]  # of the server's environment

_GROUPS = (
    "sale.group_sale",
    "sale.group_sale_admin",
    "stock.group_stock",
    "account.group_account",
    "product.group_product_admin",
)
_EACH = 17  # orders of a kind, one for each test that takes one
_TODAY = date.today()  # noqa: DTZ011 - the day of the server, as it counts


def of(model: str) -> Any:
    """Return a model's class."""
    return Model.get(model)


def known(name: str) -> int:
    """Return the key of a record that came with a module, by its name there."""
    key: int = of("ir.model.data").get_id(name, config.get_config().context)
    return key


def make_company() -> Any:
    """Make the company, its money and its country."""
    lira = of("currency.currency")(name="Türk lirası", symbol="₺", code="TRY", numeric_code="949", digits=2)
    lira.rounding = Decimal("0.01")
    lira.rates.new(date=date(_TODAY.year, 1, 1), rate=Decimal(1))
    lira.save()
    for name, code, longer in (("Türkiye", "TR", "TUR"), ("Brasil", "BR", "BRA")):
        of("country.country")(name=name, code=code, code3=longer).save()
    shop = of("party.party")(name="Örnek Mağaza")
    shop.save()
    wizard = Wizard("company.company.config")
    wizard.execute("company")
    wizard.form.party, wizard.form.currency, wizard.form.timezone = shop, lira, "Europe/Istanbul"
    wizard.execute("add")
    current = config.get_config()
    current._context = of("res.user").get_preferences(True, {})  # noqa: SLF001 - proteus has no other way
    (company,) = of("company.company").find([])
    return company


def make_accounts(company: Any) -> None:
    """Make the chart of accounts and this year's periods."""
    wizard = Wizard("account.create_chart")
    wizard.execute("account")
    wizard.form.account_template = of("account.account.template")(known("account.account_template_root_en"))
    wizard.form.company = company
    wizard.execute("create_account")
    wizard.form.account_receivable, wizard.form.account_payable = account("receivable"), account("payable")
    wizard.execute("create_properties")
    for year in range(_TODAY.year, _TODAY.year + 3):  # the filled database is kept past New Year
        make_year(year, company)


def make_year(year: int, company: Any) -> None:
    """Make the periods of a year and its series of numbers."""
    fiscal = of("account.fiscalyear")(name=str(year), company=company)
    fiscal.start_date, fiscal.end_date = date(year, 1, 1), date(year, 12, 31)
    fiscal.move_sequence = sequence("account.sequence_type_account_move", company)
    (numbers,) = fiscal.invoice_sequences
    one = sequence("account_invoice.sequence_type_account_invoice", company)
    numbers.out_invoice_sequence = numbers.in_invoice_sequence = one
    numbers.out_credit_note_sequence = numbers.in_credit_note_sequence = one
    fiscal.save()
    fiscal.click("create_period")


def account(kind: str) -> Any:
    """Return the account of a kind."""
    return of("account.account").find([(f"type.{kind}", "=", True), ("closed", "!=", True)], limit=1)[0]


def account_of(code: str) -> Any:
    """Return an account of the English chart."""
    (found,) = of("account.account").find([("code", "=", code)])
    return found


def sequence(kind: str, company: Any) -> Any:
    """Make a series of numbers without gaps."""
    series = of("ir.sequence.strict")(name=kind, company=company, sequence_type=of("ir.sequence.type")(known(kind)))
    series.save()
    return series


def make_methods() -> tuple[Any, Any]:
    """Make the ways in which customers pay, and when they have to."""
    for name, code in (("Kredi kartı", "CARD"), ("Havale", "BANK")):
        journal = of("account.journal")(name=name, code=code, type="cash")
        journal.save()
        way = of("account.invoice.payment.method")(name=name, journal=journal)
        way.credit_account = way.debit_account = account_of("1.1.1")
        way.save()
    term = of("account.invoice.payment_term")(name="At once")
    term.lines.new(type="remainder")
    term.save()
    return of("account.invoice.payment.method").find([("name", "=", "Kredi kartı")])[0], term


def make_category() -> Any:
    """Make what products are booked on, with a tax of 20 %."""
    tax = of("account.tax")(name="KDV 20", description="KDV 20%", type="percentage", rate=Decimal("0.2"))
    tax.invoice_account = tax.credit_note_account = account_of("6.3.6")
    tax.save()
    category = of("product.category")(name="Goods", accounting=True)
    category.account_expense, category.account_revenue = account("expense"), account("revenue")
    category.customer_taxes.append(tax)
    category.save()
    return category


def make_product(name: str, price: str, category: Any, *, kind: str = "goods") -> Any:
    """Make a product without variants."""
    unit = of("product.uom")(known("product.uom_unit"))
    template = of("product.template")(name=name, default_uom=unit, type=kind, salable=True, list_price=Decimal(price))
    template.account_category = category
    return template


def make_goods(category: Any) -> tuple[Any, Any, Any]:
    """Make a mug in two colours and a shirt."""
    colour = of("product.attribute")(name="colour", string="Colour", type_="char")
    colour.save()
    colours = of("product.attribute.set")(name="Colours")
    colours.attributes.append(colour)
    colours.save()
    mug = make_product("Kupa", "33.29", category)
    mug.attribute_set = colours
    mug.products[0].suffix_code, mug.products[0].attributes = "KUPA-MAVI", {"colour": "Mavi"}
    mug.products.new(suffix_code="KUPA-KIRMIZI", attributes={"colour": "Kırmızı"})
    mug.save()
    shirt = make_product("Tişört M", "89.00", category)
    shirt.products[0].suffix_code = "TIS-M"
    shirt.save()
    return mug.products[0], mug.products[1], shirt.products[0]


def make_carrier(category: Any) -> Any:
    """Make the carrier and what it costs."""
    freight = make_product("Kargo", "25.00", category, kind="service")
    freight.save()
    firm = of("party.party")(name="Yurtiçi Kargo")
    firm.save()
    carrier = of("carrier")(party=firm, carrier_product=freight.products[0])
    carrier.save()
    return carrier


def fill_stock(products: tuple[Any, ...]) -> None:
    """Put plenty of each into the warehouse."""
    storage = of("stock.location")(known("stock.location_storage"))
    count = of("stock.inventory")(location=storage)
    for product in products:
        count.lines.new(product=product, quantity=1000, expected_quantity=0)
    count.click("confirm")


def make_customer(name: str, email: str, phone: str, address: dict[str, str]) -> Any:
    """Make a customer with one address."""
    party = of("party.party")(name=name)
    party.contact_mechanisms.new(type="email", value=email)
    party.contact_mechanisms.new(type="mobile", value=phone)
    place = party.addresses[0] if party.addresses else party.addresses.new()
    place.street_unstructured, place.city, place.postal_code = address["street"], address["city"], address["postcode"]
    place.country = of("country.country").find([("code", "=", address["country"])])[0]
    place.delivery = place.invoice = True
    party.save()
    return party


class Shop:
    """Takes orders and brings them on their way."""

    def __init__(self, method: Any, term: Any, carrier: Any) -> None:
        self.method, self.term, self.carrier = method, term, carrier

    def order(self, party: Any, reference: str, goods: list[tuple[Any, int]], *, until: str = "process") -> Any:
        """Take an order and bring it as far as it is told."""
        sale = of("sale.sale")(party=party, reference=reference, payment_term=self.term, carrier=self.carrier)
        sale.invoice_method, sale.shipment_method, sale.shipment_cost_method = "order", "order", "order"
        for product, quantity in goods:
            line = sale.lines.new()  # filled in here and not above: price and taxes need the order around it
            line.product, line.quantity = product, quantity
        sale.save()
        for step in ("quote", "confirm", "process"):
            if sale.state != "processing":
                sale.click(step)
            if step == until:
                break
        sale.reload()
        return sale

    def pay(self, sale: Any) -> None:
        """Post the order's invoice and note that it was paid by card."""
        (invoice,) = sale.invoices
        invoice.click("post")
        wizard = invoice.click("pay")
        wizard.form.payment_method, wizard.form.date = self.method, _TODAY
        wizard.execute("choice")

    def ship(self, sale: Any, *, until: str = "do") -> None:
        """Pick, pack and send what was ordered."""
        (shipment,) = sale.shipments
        shipment.click("assign_try")
        for step in ("pick", "pack", "ship", "do"):
            if step == "pack":
                self.label(shipment)
            shipment.click(step)
            if step == until:
                break

    @staticmethod
    def label(shipment: Any) -> None:
        """Note under which number the carrier knows the parcel."""
        shipment.shipping_reference = f"YK{shipment.id:08}TR"
        shipment.save()


def make_desk_login(company: Any) -> None:
    """Make whom the desk logs in as: with the rights that the documentation names, and no others."""
    login = of("res.user")(name="Balcão", login="balcao", password="balcao-pw", company=company)
    login.companies.append(of("company.company")(company.id))
    for name in _GROUPS:
        login.groups.append(of("res.group")(known(name)))
    login.save()


def make_orders(shop: Shop, people: tuple[Any, Any], goods: tuple[Any, Any, Any]) -> None:
    """Take orders: enough of each kind that every test finds one of its own."""
    elif_, mehmet = people
    blue, red, shirt = goods
    for number in range(1001, 1001 + _EACH):
        shop.pay(shop.order(elif_, f"WEB-{number}", [(blue, 2)]))
    for number in range(2001, 2001 + _EACH):
        sale = shop.order(elif_, f"WEB-{number}", [(blue, 2)])
        shop.pay(sale)
        shop.ship(sale)
    unpaid = shop.order(mehmet, "WEB-3001", [(red, 1), (shirt, 3)])
    assert unpaid.invoices
    picked = shop.order(mehmet, "WEB-3002", [(shirt, 1)])
    shop.pay(picked)
    shop.ship(picked, until="pick")
    sent = shop.order(mehmet, "WEB-3003", [(shirt, 2), (blue, 1)])
    shop.pay(sent)
    shop.ship(sent, until="ship")
    shop.order(mehmet, "WEB-3004", [(shirt, 1)], until="quote")
    for number in range(4001, 4004):
        shop.pay(shop.order(mehmet, f"WEB-{number}", [(red, 3), (shirt, 2)]))


def main(configuration: str, database: str) -> None:
    """Fill the database."""
    config.set_trytond(database=database, user="admin", config_file=configuration)
    company = make_company()
    make_accounts(company)
    method, term = make_methods()
    category = make_category()
    goods = make_goods(category)
    shop = Shop(method, term, make_carrier(category))
    fill_stock(goods)
    make_desk_login(company)
    (kind,) = of("ir.model").find([("name", "=", "sale.sale")])
    of("sale.complaint.type")(name="Return", origin=kind).save()
    home = {"street": "İstiklal Cd. 5", "city": "İstanbul", "postcode": "34430", "country": "TR"}
    elif_ = make_customer("Elif Demir", "elif@example.com.tr", "+905321234567", home)
    mehmet = make_customer("Mehmet Yılmaz", "mehmet@example.com.tr", "+905327654321", home)
    make_orders(shop, (elif_, mehmet), goods)


if __name__ == "__main__":
    main(*sys.argv[1:])
