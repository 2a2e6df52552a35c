"""Goods coming back: Odoo's own return of a delivery, by its window `stock.return.picking`."""

from collections import Counter
from typing import Any

from balcao.kit.i18n import N_
from balcao.plugins.commerce.odoo import figures, records
from balcao.plugins.commerce.odoo.reading import pieces_in
from balcao.plugins.commerce.odoo.records import Record
from balcao.plugins.commerce.odoo.rpc import Refused, Rpc

NOT_TOGETHER = N_("No delivery of this order holds all these pieces. Ask for the return of each delivery by itself.")

_RENAMED_IN = 18  # from here the button is action_create_returns

Pieces = tuple[tuple[str, int], ...]


def announce(rpc: Rpc, order: int, pieces: Pieces) -> str:
    """Make the return of pieces, of one delivery that they all left with; return its key."""
    parcel, lines = _parcel(_moves(rpc, order), pieces)
    context = {"active_model": "stock.picking", "active_id": parcel, "active_ids": [parcel]}
    values = {"picking_id": parcel, "product_return_moves": [[5, 0, 0], *([0, 0, line] for line in lines)]}
    window = rpc.create("stock.return.picking", values, context)
    method = "action_create_returns" if rpc.version >= _RENAMED_IN else "create_returns"
    told = rpc.call("stock.return.picking", method, ids=[window], context=context, writes=True)
    return str(told.get("res_id", "")) if isinstance(told, dict) else ""


def _moves(rpc: Rpc, order: int) -> list[Record]:
    return records.read(rpc, [["id", "=", order]]).moves


def _parcel(moves: list[Record], pieces: Pieces) -> tuple[int, list[dict[str, Any]]]:
    """Return the delivery that holds all the pieces, and the lines of its return."""
    back: Counter[int] = Counter()
    for move in moves:
        back[figures.key(move.get("origin_returned_move_id"))] += pieces_in(move)
    left = [one for one in moves if one["state"] == "done" and not figures.key(one.get("origin_returned_move_id"))]
    for parcel in dict.fromkeys(figures.key(one["picking_id"]) for one in left):
        lines = [_line(left, parcel, figures.number(ref), count, back) for ref, count in pieces]
        if all(lines):
            return parcel, [line for line in lines if line]
    raise Refused(NOT_TOGETHER, "delivery")


def _line(left: list[Record], parcel: int, line: int, count: int, back: Counter[int]) -> dict[str, Any] | None:
    for move in left:
        is_it = figures.key(move["picking_id"]) == parcel and figures.key(move.get("sale_line_id")) == line
        if is_it and pieces_in(move) - back[int(move["id"])] >= count:
            return {
                "product_id": figures.key(move["product_id"]),
                "quantity": count,
                "move_id": int(move["id"]),
                "to_refund": True,
            }
    return None


def announced(rpc: Rpc, order: int, pieces: Pieces, *, since: str) -> str:
    """Return the return of exactly these pieces that was made since our note; "" when there is none."""
    by_parcel: dict[int, Counter[str]] = {}
    for move in _moves(rpc, order):
        if figures.key(move.get("origin_returned_move_id")) and str(move["create_date"]) >= since:
            counts = by_parcel.setdefault(figures.key(move["picking_id"]), Counter())
            counts[str(figures.key(move.get("sale_line_id")))] += pieces_in(move)
    return next((str(parcel) for parcel, counts in by_parcel.items() if counts == Counter(dict(pieces))), "")
