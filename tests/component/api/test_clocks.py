"""The clocks of a ticket over HTTP."""

from datetime import timedelta

from django.utils import timezone

from balcao.journal.actions import seal
from balcao.pipeline import followers, timers
from balcao.tickets.models import Ticket

from .conftest import Program


def test_a_program_reads_what_is_promised_and_how_it_came_about(erp: Program, ticket: Ticket) -> None:
    now = timezone.now()
    while seal() + followers.run_due(now=now) or timers.run_due(now=now):
        pass
    answer = erp.get(f"/tickets/{ticket.number}/clocks")

    assert answer.status_code == 200
    rows = {row["kind"]: row for row in answer.json()["rows"]}
    assert set(rows) == {"first_response", "resolution", "legal"}
    first = rows["first_response"]
    assert (first["state"], first["target_seconds"], first["paused_for"]) == ("running", 14400, None)
    assert first["lines"][0]["what"] == "started"
    assert first["lines"][0]["words"].startswith("Started ")
    assert rows["legal"]["rule"] == "BR-D7962-4-V"
    assert timedelta(seconds=rows["resolution"]["target_seconds"]) == timedelta(hours=27)


def test_a_ticket_out_of_sight_has_no_clocks(erp: Program, ticket: Ticket) -> None:
    assert erp.get("/tickets/999/clocks").status_code == 404
