"""The OpenAPI document: what every operation has in common is written into it here, once."""

from functools import cached_property
from typing import Any

from ninja import NinjaAPI
from ninja.renderers import JSONRenderer

from balcao.api.v1.access import Bearer
from balcao.api.v1.idempotency import HEADER
from balcao.api.v1.problems import AS_WRITTEN, MEDIA_TYPE, TITLES

_PROBLEM = {
    "title": "Problem",
    "description": "What went wrong (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "enum": [f"urn:balcao:problem:{kind}" for kind in TITLES]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "refusal": {"type": "string", "description": "Which rule of the desk speaks against it."},
        "scope": {"type": "string", "description": "The scope that is missing."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail", "code"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into the body."},
                    "parameter": {"type": "string", "description": "Name of the query or path parameter."},
                    "header": {"type": "string"},
                    "detail": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
    },
    "example": {
        "type": "urn:balcao:problem:invalid",
        "title": TITLES["invalid"],
        "status": 422,
        "detail": "Input should be less than or equal to 100",
        "instance": "/api/v1/tickets",
        "errors": [
            {"parameter": "limit", "detail": "Input should be less than or equal to 100", "code": "less_than_equal"}
        ],
    },
}
_ALWAYS = {
    400: "The request cannot be read",
    401: "No valid token",
    403: "The token may not do this",
    422: "Something in the request is not valid",
    429: "Too many requests",
    500: "Something went wrong on our side",
}
_KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "A word of your own for this change: repeating the request with it changes nothing more and gets "
    "the same answer, for two days.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "example": "7c1f9f1e-2d0b-4a3e-9a53-52d8e1f0a1c4",
}


class Readable(JSONRenderer):
    """Writes people's words as they are."""

    json_dumps_params: dict[str, Any] = AS_WRITTEN


class Api(NinjaAPI):
    """Our API, with a document that tells all of it."""

    def get_openapi_schema(self, **more: Any) -> Any:
        """Return the document with problems, idempotency keys and scopes added to every operation."""
        document = super().get_openapi_schema(**more)
        scopes = self._scopes()
        document["components"]["schemas"]["Problem"] = _PROBLEM
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                _complete(operation, path=path, method=method, scope=scopes.get(operation["operationId"]))
        return document

    @cached_property
    def queries(self) -> dict[tuple[str, str], frozenset[str]]:
        """Return the names of query parameters by method and Django's route, read once from the document."""
        found = {}
        for path, methods in self.get_openapi_schema()["paths"].items():
            route = path.removeprefix("/").replace("{", "<").replace("}", ">")
            for method, operation in methods.items():
                names = frozenset(each["name"] for each in operation["parameters"] if each["in"] == "query")
                found[method.upper(), route] = names
        return found

    def _scopes(self) -> dict[str, Bearer]:
        """Return what lets callers in, by operation."""
        found = {}
        for bound in self._get_bound_routers():
            for view in bound.path_operations.values():
                for operation in view.operations:
                    for auth in operation.auth_callbacks:
                        if isinstance(auth, Bearer):
                            found[str(operation.operation_id)] = auth
        return found


def _complete(operation: dict[str, Any], *, path: str, method: str, scope: Bearer | None) -> None:
    statuses = dict(_ALWAYS)
    if "{" in path:
        statuses[404] = "It does not exist, or not for this token"
    if method in {"post", "patch"}:
        statuses |= {409: "Not possible as things stand", 413: "Too large", 415: "Another media type is needed"}
    if method == "post":
        operation.setdefault("parameters", []).append(_KEY)
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, description in sorted(statuses.items()):
        operation["responses"].setdefault(status, {"description": description, "content": content})
    if scope and scope.scope:
        needs = f"Needs the scope `{scope.scope}`"
        needs += f", and an agent with `{scope.permission}`." if scope.permission else "."
        operation["description"] = f"{operation.get('description', '')}\n\n{needs}".strip()
