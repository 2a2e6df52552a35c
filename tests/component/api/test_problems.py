"""Every error is a problem document, also those that Django makes."""

from typing import Any

import pytest
from django.test import Client

from balcao.tickets.models import Message, Ticket

from .conftest import Program


def check(answer: Any, status: int, kind: str) -> dict[str, Any]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["status"], problem["type"]) == (status, status, f"urn:balcao:problem:{kind}")
    assert problem["title"]
    assert problem["detail"]
    return problem


def test_an_address_that_is_not_there(db: None) -> None:
    for path in ("/api/v1/nothing", "/api/", "/api/v2/tickets", "/api/v1/tickets/abc"):
        check(
            Client().get(path),
            401 if path.endswith("abc") else 404,
            "not-authenticated" if path.endswith("abc") else "not-found",
        )


def test_a_method_that_is_not_known(erp: Program) -> None:
    refused = erp("DELETE", "/tickets")
    check(refused, 405, "method-not-allowed")
    assert set(refused.headers["Allow"].split(", ")) == {"GET", "POST"}


def test_a_body_of_another_type(erp: Program, ticket: Ticket) -> None:
    refused = Client().post(
        f"/api/v1/tickets/{ticket.number}/notes",
        "text=Oi",
        content_type="application/x-www-form-urlencoded",
        headers={"Authorization": f"Bearer {erp.secret}"},
    )
    check(refused, 415, "unsupported-media-type")


def test_a_body_that_is_no_json(erp: Program, ticket: Ticket) -> None:
    refused = Client().post(
        f"/api/v1/tickets/{ticket.number}/notes",
        "{",
        content_type="application/json",
        headers={"Authorization": f"Bearer {erp.secret}"},
    )
    check(refused, 400, "bad-request")


def test_a_fault_is_pointed_at(erp: Program, ticket: Ticket) -> None:
    refused = erp.post(f"/tickets/{ticket.number}/notes", {"text": "x", "mention_ids": [1, "zwei"], "colour": "red"})
    problem = check(refused, 422, "invalid")
    assert {error["pointer"] for error in problem["errors"]} == {"#/mention_ids/1", "#/colour"}

    problem = check(erp.get("/tickets", limit=101), 422, "invalid")
    assert problem["errors"][0]["parameter"] == "limit"


def test_a_query_parameter_that_is_not_known(erp: Program) -> None:
    problem = check(erp.get("/tickets", stauts="open"), 422, "invalid")
    assert problem["errors"][0]["parameter"] == "stauts"


@pytest.mark.parametrize("cursor", ["x", "AAAA", "é", "Zm9vYmFyYmF6"])
def test_a_cursor_that_is_none(erp: Program, cursor: str) -> None:
    problem = check(erp.get("/tickets", cursor=cursor), 422, "invalid")
    assert problem["errors"][0]["parameter"] == "cursor"


def test_a_cursor_of_another_list(erp: Program, message: Message, channel: Any) -> None:
    from django.utils import timezone

    from balcao.testing.factories import receive

    receive(channel, now=timezone.now(), **{"from": "bruno@example.com"})
    cursor = erp.get("/tickets", limit=1).json()["next_cursor"]
    check(erp.get("/customers", cursor=cursor), 422, "invalid")


@pytest.mark.parametrize("number", [0, -1, 2**63, 10**30, "１"])
def test_ids_out_of_reach(erp: Program, number: Any) -> None:
    assert erp.get(f"/tickets/{number}").status_code in {404, 422}


def test_what_goes_wrong_inside_is_not_told(
    erp: Program, ticket: Ticket, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from balcao.api.v1.views import tickets

    def burst(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the password is rosebud")

    monkeypatch.setattr(tickets, "ticket_for", burst)
    problem = check(erp.get(f"/tickets/{ticket.number}"), 500, "server-error")
    assert "rosebud" not in str(problem)
    assert "rosebud" in caplog.text


def test_a_file_that_is_too_large(erp: Program, ticket: Ticket, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from balcao.api.v1.views import files

    monkeypatch.setattr(files, "LARGEST", 3)
    check(erp.upload(f"/tickets/{ticket.number}/attachments", SimpleUploadedFile("a.txt", b"1234")), 413, "too-large")


def test_a_body_that_is_too_large(erp: Program, ticket: Ticket, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    check(erp.post(f"/tickets/{ticket.number}/notes", {"text": "x" * 200}), 413, "too-large")


def test_the_documentation_needs_nobody_else(db: None) -> None:
    page = Client().get("/api/v1/docs")
    assert page.status_code == 200
    html = page.content.decode()
    assert "/static/" in html
    assert "http://" not in html.replace("http://testserver", "")
    assert "https://" not in html
    for source in [part.split('"')[0] for part in html.split('src="')[1:]]:
        found = Client().get(source)
        found.close()
        assert found.status_code == 200, source


def test_the_document_describes_every_operation(db: None) -> None:
    document = Client().get("/api/v1/openapi.json").json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["operationId"], path
            assert operation["description"], path
            assert {"401", "422", "500"} <= set(operation["responses"]), path
            names = {each["name"] for each in operation["parameters"]}
            assert ("Idempotency-Key" in names) == (method == "post"), path
