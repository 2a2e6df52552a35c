"""What the one port does with requests for pages before Django sees them."""

import asyncio
from collections.abc import MutableMapping, Sequence
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from balcao.project.asgi import application

Message = MutableMapping[str, Any]


@csrf_exempt
def echo(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{len(request.body)} {request.headers.get('X-Forwarded-Proto', 'direct')}")


urlpatterns = [path("echo/", echo)]


def request(chunks: Sequence[bytes], *, headers: Sequence[tuple[bytes, bytes]] = ()) -> tuple[int, bytes]:
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/echo/",
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/octet-stream"), *headers],
        "client": ("127.0.0.1", 40000),
        "server": ("127.0.0.1", 8000),
    }
    waiting = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    waiting.append({"type": "http.request", "body": b"", "more_body": False})
    sent: list[Message] = []

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(application(scope, receive, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


@pytest.fixture(autouse=True)
def echoing() -> Any:
    with override_settings(ROOT_URLCONF=__name__):
        yield


def test_a_body_in_pieces_arrives_whole() -> None:
    length = [(b"content-length", b"300000")]
    assert request([b"x" * 100_000] * 3, headers=length) == (200, b"300000 direct")


def test_a_body_that_is_too_large_is_refused_before_a_page_is_asked() -> None:
    status, text = request([b"x" * 20_000_000] * 4)
    assert status == 413
    assert b"larger" in text


def test_a_header_with_an_underscore_cannot_pose_as_the_proxys() -> None:
    assert request([], headers=[(b"x_forwarded_proto", b"https")]) == (200, b"0 direct")
