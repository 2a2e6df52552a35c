"""Where the API answers."""

from django.urls import URLPattern, URLResolver, path, re_path

from balcao.api.v1 import problems
from balcao.api.v1.guard import FORM, JSON, guarded, nothing_here
from balcao.api.v1.openapi import Api, Readable
from balcao.api.v1.views import (
    clocks,
    customers,
    files,
    house,
    journal,
    messages,
    order_actions,
    orders,
    processes,
    searching,
    tickets,
    webhooks,
)

ABOUT = """
Tickets, conversations, customers, orders and the journal of a Balcão service desk, for programs.

Send `Authorization: Bearer balcao_...` with every request (`balcao token create` makes a token). Every error is a
problem document (RFC 9457). Lists give at most 100 rows and a `next_cursor`. Every POST takes an `Idempotency-Key`.
"""

api = Api(title="Balcão", version="1", description=ABOUT.strip(), urls_namespace="api-v1", renderer=Readable())
problems.install(api)
_ROUTERS = (
    tickets,
    clocks,
    processes,
    messages,
    customers,
    orders,
    order_actions,
    files,
    searching,
    journal,
    webhooks,
    house,
)
for _module in _ROUTERS:
    api.add_router("", _module.router)

_FORM = "tickets/<number>/attachments"


def _guarded(found: list[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    for each in found:
        if isinstance(each, URLPattern):
            takes = FORM if str(each.pattern) == _FORM else JSON
            each.callback = guarded(each.callback, takes=takes, queries=lambda: api.queries)
    return found


_patterns, _app, _namespace = api.urls
urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", (_guarded(_patterns), _app, _namespace)),
    re_path(r"^.*$", nothing_here),
]
