"""An Odoo for tests: it knows a part of Odoo's models, refuses what Odoo would refuse, and keeps real state.

Fields and methods are those of Odoo's own addons (https://github.com/odoo/odoo, branches 17.0 and 19.0): sale,
sale_stock, stock, stock_delivery, account, mail, contacts; errors come as the documentation of the external interface
says: in JSON-RPC as `error` with status 200, in JSON-2 with a status and name, message, arguments, debug.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

STAMPS = ["id", "create_date", "write_date", "display_name"]
MODELS: dict[str, list[str]] = {
    "res.users": [],
    "res.country": ["code", "name"],
    "res.country.state": ["code", "name", "country_id"],
    "res.partner": [
        "name", "email", "phone", "vat", "street", "street2", "city", "zip", "state_id", "country_id", "ref",
        "parent_id", "type", "comment",
    ],
    "crm.tag": ["name"],
    "product.product": [
        "name", "product_tmpl_id", "default_code", "lst_price", "currency_id", "sale_ok", "type", "is_storable",
        "free_qty",
    ],
    "sale.order": [
        "name", "state", "locked", "partner_id", "partner_shipping_id", "partner_invoice_id", "currency_id",
        "date_order", "commitment_date", "amount_total", "client_order_ref", "origin", "tag_ids", "order_line",
        "invoice_ids", "picking_ids",
    ],
    "sale.order.line": [
        "order_id", "name", "product_id", "product_template_id", "product_uom_qty", "price_unit", "discount",
        "price_subtotal", "price_total", "display_type", "is_delivery", "is_downpayment",
    ],
    "stock.picking": [
        "name", "sale_id", "state", "picking_type_code", "date_done", "scheduled_date", "carrier_id",
        "carrier_tracking_ref", "partner_id",
    ],
    "stock.move": [
        "picking_id", "sale_line_id", "product_id", "state", "product_uom_qty", "quantity",
        "origin_returned_move_id",
    ],
    "stock.return.picking": ["picking_id", "product_return_moves"],
    "account.move": [
        "name", "move_type", "state", "payment_state", "amount_total", "amount_residual", "invoice_date", "ref",
        "reversed_entry_id", "invoice_payments_widget", "partner_id", "currency_id", "journal_id", "company_id",
        "invoice_origin", "invoice_line_ids",
    ],
    "account.move.reversal": ["move_ids", "reason", "journal_id", "date", "refund_method"],
    "mail.message": ["model", "res_id", "body", "date", "message_type"],
}  # fmt: skip
METHODS: dict[str, set[str]] = {
    "res.users": {"context_get"},
    "sale.order": {"action_cancel", "message_post"},
    "account.move.reversal": {"refund_moves", "reverse_moves"},
    "stock.return.picking": {"create_returns", "action_create_returns"},
}
EVERYWHERE = {"search_read", "create", "write", "fields_get", "has_access", "check_access_rights"}
LINKS = {
    "partner_id": "res.partner", "partner_shipping_id": "res.partner", "partner_invoice_id": "res.partner",
    "order_id": "sale.order", "sale_id": "sale.order", "picking_id": "stock.picking", "product_id": "product.product",
    "state_id": "res.country.state", "country_id": "res.country", "parent_id": "res.partner",
    "reversed_entry_id": "account.move", "sale_line_id": "sale.order.line", "origin_returned_move_id": "stock.move",
}  # fmt: skip
ONLY_IN = {"action_create_returns": range(18, 99), "create_returns": range(18), "reverse_moves": range(17),
           "refund_moves": range(17, 99), "has_access": range(18, 99)}  # fmt: skip


class Fault(Exception):
    def __init__(self, name: str, words: str, status: int = 422) -> None:
        super().__init__(words)
        self.name, self.words, self.status = name, words, status


@dataclass
class StandIn:
    """The database. `moods` are faults of the next writing calls: "lost" (after it), or a status (before)."""

    version: int = 19
    rows: dict[str, dict[int, dict[str, Any]]] = field(default_factory=lambda: {model: {} for model in MODELS})
    denied: set[tuple[str, str]] = field(default_factory=set)
    lacks: set[str] = field(default_factory=set)  # fields of apps that are not installed
    moods: list[Any] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    url: str = ""
    now: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(days=1))

    def add(self, model: str, /, **values: Any) -> int:
        key = max(self.rows[model], default=0) + 1
        stamp = self._stamp()
        blank = dict.fromkeys(MODELS[model], False)
        self.rows[model][key] = {**blank, "create_date": stamp, "date": stamp, "id": key, **values, "write_date": stamp}
        return key

    def _stamp(self) -> str:
        self.now += timedelta(seconds=1)
        return self.now.strftime("%Y-%m-%d %H:%M:%S")

    # --- Calls ---

    def call(self, model: str, method: str, ids: list[int], named: dict[str, Any], context: dict[str, Any]) -> Any:
        self.calls.append(f"{model}.{method}")
        if model not in MODELS:
            self._stranger("KeyError", f"the model {model!r} does not exist", 404)
        is_old = self.version not in ONLY_IN.get(method, range(99))
        if method not in EVERYWHERE | METHODS.get(model, set()) or is_old:
            self._stranger("AttributeError", f"The method '{model}.{method}' does not exist", 404)
        kind = {"search_read": "read", "create": "create", "write": "write"}.get(method)
        if kind and (model, kind) in self.denied:
            raise Fault("odoo.exceptions.AccessError", f"You are not allowed to {kind} '{model}' records.", 403)
        doer: Callable[..., Any] = getattr(self, f"_{method}")
        return doer(model, ids, context, **named)

    def _stranger(self, name: str, words: str, status: int) -> None:
        self.strangers.append(words)
        raise Fault(name, words, status)

    def _check(self, model: str, names: Any) -> None:
        for name in names:
            if (
                name not in (*MODELS[model], *STAMPS, *(["date"] if model == "mail.message" else []))
                or name in self.lacks
            ):
                self._stranger("builtins.ValueError", f"Invalid field {name!r} on model {model!r}", 500)

    def _context_get(self, model: str, ids: list[int], context: dict[str, Any]) -> Any:
        return {"lang": "en_US", "uid": 2}

    def _fields_get(self, model: str, ids: list[int], context: dict[str, Any], attributes: Any = None) -> Any:
        return {name: {"type": "char"} for name in (*MODELS[model], *STAMPS) if name not in self.lacks}

    def _has_access(self, model: str, ids: list[int], context: dict[str, Any], operation: str) -> bool:
        return (model, operation) not in self.denied

    def _check_access_rights(
        self, model: str, ids: list[int], context: dict[str, Any], operation: str, raise_exception: bool = True
    ) -> bool:
        return (model, operation) not in self.denied

    def _search_read(
        self, model: str, ids: list[int], context: dict[str, Any], domain: Any = (), fields: Any = (),
        limit: int | None = None, offset: int = 0, order: str = "id",
    ) -> list[dict[str, Any]]:  # fmt: skip
        self._check(model, fields)
        found = [row for row in self.rows[model].values() if self._meets(model, row, list(domain))]
        for part in reversed(order.split(",")):
            name, _, way = part.strip().partition(" ")
            found.sort(key=lambda row: (row[name] is False, row[name]), reverse=way == "desc")
        return [self._shown(row, fields) for row in found[offset : offset + limit if limit else None]]

    def _shown(self, row: dict[str, Any], fields: Any) -> dict[str, Any]:
        shown = {"id": row["id"]}
        for name in fields:
            value = row.get(name, False)
            linked = LINKS.get(name)
            if linked and value:
                shown[name] = [value, self._name(linked, value)]
            elif name == "currency_id":
                shown[name] = [6, value or "BRL"]
            elif name in ("journal_id", "company_id", "carrier_id", "product_tmpl_id", "product_template_id"):
                shown[name] = [value, "Something"] if value else False
            elif name == "display_name":
                shown[name] = f"[{row['default_code']}] {row['name']}"
            else:
                shown[name] = value
        return shown

    def _name(self, model: str, key: int) -> str:
        row = self.rows[model][key]
        return f"[{row['default_code']}] {row['name']}" if model == "product.product" else str(row.get("name") or key)

    # --- Domains ---

    def _meets(self, model: str, row: dict[str, Any], domain: list[Any]) -> bool:
        parts, stack = list(reversed(domain)), list[bool]()
        for part in parts:
            if part in ("|", "&"):
                one, other = stack.pop(), stack.pop()
                stack.append(one or other if part == "|" else one and other)
            else:
                stack.append(self._leaf(model, row, *part))
        return all(stack)

    def _leaf(self, model: str, row: dict[str, Any], path: str, sign: str, wanted: Any) -> bool:
        name, _, rest = path.partition(".")
        self._check(model, [name])
        value = row.get(name, False)
        if rest:
            linked = {"picking_ids": "stock.picking"}.get(name) or LINKS[name]
            keys = value if isinstance(value, list) else [value] if value else []
            return any(self._leaf(linked, self.rows[linked][key], rest, sign, wanted) for key in keys)
        if isinstance(value, list):
            return bool(set(value) & set(wanted)) == (sign == "in")
        return bool(_compared(value, sign, wanted))

    # --- Writing ---

    def _create(self, model: str, ids: list[int], context: dict[str, Any], vals_list: Any) -> Any:
        return [self._made(model, values) for values in vals_list]

    def _made(self, model: str, values: dict[str, Any]) -> int:
        self._check(model, values)
        if model == "account.move":
            lines = [line[2] for line in values.pop("invoice_line_ids")]
            total = round(sum(line["quantity"] * line["price_unit"] for line in lines), 2)
            values |= {"amount_total": total, "amount_residual": total, "state": "draft", "payment_state": "not_paid"}
        lines = values.pop("order_line", []) if model == "sale.order" else []
        key = self.add(model, **values)
        if model == "sale.order":
            self._ordered(key, lines)
        return key

    def _ordered(self, key: int, lines: list[Any]) -> None:
        order = self.rows["sale.order"][key]
        order |= {"name": f"S{key:05d}", "state": "draft", "partner_invoice_id": order["partner_id"], "order_line": []}
        order |= {
            "tag_ids": [],
            "invoice_ids": [],
            "picking_ids": [],
            "currency_id": "BRL",
            "date_order": order["write_date"],
        }
        for _, _, values in lines:
            product = self.rows["product.product"][values["product_id"]]
            line = {"order_id": key, "name": product["name"], "price_unit": product["lst_price"], **values}
            self._check("sale.order.line", line)
            order["order_line"].append(self.add("sale.order.line", **line))
        self.total(key)

    def total(self, key: int) -> None:
        order = self.rows["sale.order"][key]
        for line in order["order_line"]:
            row = self.rows["sale.order.line"][line]
            row["price_subtotal"] = row["price_total"] = round(row["product_uom_qty"] * row["price_unit"], 2)
        order["amount_total"] = round(
            sum(self.rows["sale.order.line"][one]["price_total"] for one in order["order_line"]), 2
        )

    def _write(self, model: str, ids: list[int], context: dict[str, Any], vals: dict[str, Any]) -> bool:
        self._check(model, vals)
        for key in ids:
            row = self.rows[model][key]
            for name, value in vals.items():
                if name == "tag_ids":
                    row[name] = sorted({*row[name], *(one[1] for one in value)})
                elif name == "order_line":
                    for _, line, changed in value:
                        self.rows["sale.order.line"][line] |= changed
                    self.total(key)
                else:
                    row[name] = value
            row["write_date"] = self._stamp()
        return True

    def _message_post(
        self, model: str, ids: list[int], context: dict[str, Any], body: str, message_type: str, subtype_xmlid: str
    ) -> Any:
        import html

        escaped = f"<p>{html.escape(body)}</p>"
        return [
            self.add("mail.message", model=model, res_id=key, body=escaped, message_type=message_type) for key in ids
        ]

    def _action_cancel(self, model: str, ids: list[int], context: dict[str, Any]) -> Any:
        order = self.rows[model][ids[0]]
        if order["locked"]:
            raise Fault("odoo.exceptions.UserError", "You cannot cancel a locked order. Please unlock it first.")
        if self.version < 19 and not context.get("disable_cancel_warning") and order["state"] != "draft":
            return {"type": "ir.actions.act_window", "res_model": "sale.order.cancel"}
        order |= {"state": "cancel", "write_date": self._stamp()}
        for picking in self.rows["stock.picking"].values():
            if picking["sale_id"] == ids[0] and picking["state"] != "done":
                picking["state"] = "cancel"
        return True

    def _refund_moves(self, model: str, ids: list[int], context: dict[str, Any]) -> Any:
        window = self.rows[model][ids[0]]
        invoice = self.rows["account.move"][window["move_ids"][0][2][0]]
        if invoice["state"] != "posted":
            raise Fault("odoo.exceptions.UserError", "You can only reverse posted moves.")
        values = {name: invoice[name] for name in ("partner_id", "currency_id", "journal_id", "amount_total")}
        ref = f"Reversal of: {invoice['name']}, {window['reason']}"
        values |= {"name": "/", "move_type": "out_refund", "state": "draft", "payment_state": "not_paid"}
        key = self.add("account.move", **values, ref=ref, reversed_entry_id=invoice["id"])
        for order in self.rows["sale.order"].values():
            if invoice["id"] in order["invoice_ids"]:
                order["invoice_ids"].append(key)
        return {"type": "ir.actions.act_window", "res_model": "account.move", "res_id": key}

    def _reverse_moves(self, model: str, ids: list[int], context: dict[str, Any]) -> Any:
        if not self.rows[model][ids[0]]["refund_method"]:
            raise Fault("odoo.exceptions.ValidationError", "Missing required field: Credit Method")
        return self._refund_moves(model, ids, context)

    def _create_returns(self, model: str, ids: list[int], context: dict[str, Any]) -> Any:
        window = self.rows[model][ids[0]]
        parcel = self.rows["stock.picking"][window["picking_id"]]
        if parcel["state"] != "done":
            raise Fault("odoo.exceptions.UserError", "You may only return Done pickings.")
        back = self.add("stock.picking", name=f"WH/IN/{parcel['id']}", sale_id=parcel["sale_id"], state="assigned",
                        picking_type_code="incoming")  # fmt: skip
        self.rows["sale.order"][parcel["sale_id"]]["picking_ids"].append(back)
        for command in window["product_return_moves"]:
            if command[0] == 0:
                line = command[2]
                sent = self.rows["stock.move"][line["move_id"]]
                same = {name: sent[name] for name in ("sale_line_id", "product_id")}
                same |= {"state": "assigned", "product_uom_qty": float(line["quantity"]), "quantity": 0.0}
                self.add("stock.move", **same, picking_id=back, origin_returned_move_id=sent["id"])
        return {"type": "ir.actions.act_window", "res_model": "stock.picking", "res_id": back}

    _action_create_returns = _create_returns


def _compared(value: Any, sign: str, wanted: Any) -> Any:
    if sign in ("=", "!="):
        return (value == wanted or (not value and not wanted)) == (sign == "=")
    if sign in ("in", "not in"):
        return (value in wanted) == (sign == "in")
    if sign == "=ilike":
        return str(value or "").lower() == str(wanted).lower()
    if sign == "ilike":
        return str(wanted).lower() in str(value or "").lower()
    if sign in (">=", "<=") and value:
        return value >= wanted if sign == ">=" else value <= wanted
    return False


class Running:
    """The stand-in on a free port of this machine."""

    def __init__(self, odoo: StandIn) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"odoo": odoo}))
        odoo.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


_READS = ("search_read", "fields_get", "context_get", "has_access", "check_access_rights")


class _Handler(BaseHTTPRequestHandler):
    odoo: StandIn
    protocol_version = "HTTP/1.1"
    wbufsize = 65_536  # an answer leaves in one piece: parted, it waits for the other side's late thanks

    def do_GET(self) -> None:
        if self.path == "/web/version" and self.odoo.version >= 19:
            self._answer(
                200, {"version": f"{self.odoo.version}.0", "version_info": [self.odoo.version, 0, 0, "final", 0, ""]}
            )
        else:
            self._answer(404, "<html>Not Found</html>", is_page=True)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/jsonrpc":
            self._jsonrpc(body)
        elif self.path.startswith("/json/2/") and self.odoo.version >= 19:
            self._json2(body, *self.path.split("/")[3:5])
        else:
            self._answer(404, "<html>Not Found</html>", is_page=True)

    def _mood(self, method: str) -> Any:
        return self.odoo.moods.pop(0) if self.odoo.moods and method not in _READS else None

    def _json2(self, body: dict[str, Any], model: str, method: str) -> None:
        if self.headers.get("Authorization") != "bearer odoo-key":
            self._answer(401, {"name": "werkzeug.exceptions.Unauthorized", "message": "Invalid apikey"})
            return
        if self.headers.get("X-Odoo-Database") not in (None, "shop"):
            self._answer(404, {"name": "NotFound", "message": "no such database"})
            return
        mood = self._mood(method)
        if isinstance(mood, int):
            self._answer(mood, {"message": "busy"})
            return
        ids, context = body.pop("ids", []), body.pop("context", {})
        try:
            told = self.odoo.call(model, method, ids, body, context)
        except Fault as fault:
            self._answer(
                fault.status, {"name": fault.name, "message": fault.words, "arguments": [fault.words], "debug": ""}
            )
            return
        self._answer(502 if mood == "lost" else 200, told)

    def _jsonrpc(self, body: dict[str, Any]) -> None:
        service, method, args = (body["params"][name] for name in ("service", "method", "args"))
        if service == "common":
            version = {"server_version_info": [self.odoo.version, 0, 0, "final", 0, ""], "protocol_version": 1}
            uid = 2 if args[:3] == ["shop", "ana@example.com", "odoo-key"] else False
            self._answer(200, {"jsonrpc": "2.0", "id": body["id"], "result": version if method == "version" else uid})
            return
        database, _, secret, model, name, places, named = args
        assert (database, secret) == ("shop", "odoo-key")
        mood = self._mood(name)
        if isinstance(mood, int):
            self._answer(mood, {})
            return
        context = named.pop("context", {})
        if name == "create":
            named["vals_list"] = places.pop(0)
        try:
            told = {"result": self.odoo.call(model, name, places[0] if places else [], named, context)}
        except Fault as fault:
            data = {"name": fault.name, "message": fault.words, "arguments": [fault.words], "debug": "Traceback..."}
            told = {"error": {"code": 200, "message": "Odoo Server Error", "data": data}}
        self._answer(502 if mood == "lost" else 200, {"jsonrpc": "2.0", "id": body["id"], **told})

    def _answer(self, status: int, told: Any, *, is_page: bool = False) -> None:
        sent = told.encode() if is_page else json.dumps(told).encode()
        self.send_response_only(status)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_: Any) -> None:
        pass
