"""The description of the API as an OpenAPI 3.1 document, made from its operations (pure)."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from medialib.web.api.operations import PLACE, Operation, Refusal

_REFERENCE = "#/components/schemas/{model}"
_KINDS: dict[str | None, dict[str, Any]] = {
    None: {"type": "string", "pattern": "^[^/]+$", "minLength": 1, "maxLength": 64},
    "lesson": {"type": "string", "pattern": "^[a-z0-9]{4,16}$"},
    "slug": {"type": "string", "pattern": "^[a-z0-9_-]{1,64}$"},
    "int": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
}
_REFUSALS = {
    400: "Something has to be changed before it is asked again",
    401: "Nobody is signed in, or the token does not work",
    403: "This person, or this token, may not do that",
    404: "There is no such thing",
    405: "This cannot be done there",
    409: "Somebody else has changed it in the meantime",
    410: "It is over",
    412: "Another version of the protocol is spoken",
    413: "It is too large, or more than was told",
    415: "It was sent as something else",
    416: "The file has no such part",
    423: "It is being received from elsewhere just now",
    429: "Asked too often",
    460: "The bytes do not add up to their checksum",
    503: "Not ready yet",
    507: "There is no room for it",
}
_WRITES = {"POST", "PUT", "PATCH", "DELETE"}


def openapi(
    operations: Sequence[Operation], *, title: str, version: str, translate: Callable[[str], str] = str
) -> dict[str, Any]:
    """The whole document; `translate` puts the summaries into the language of whoever reads it."""
    schemas, references = _schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(one.address, {})[one.method.lower()] = _operation(one, references, translate)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}, {}],
        "tags": [{"name": name} for name in dict.fromkeys(one.group for one in operations)],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "person",
                    "description": "A browser that is signed in; over TLS the cookie is called __Host-person.",
                },
            },
        },
    }


def _models(operations: Iterable[Operation]) -> Iterable[tuple[type[BaseModel], Any]]:
    yield Refusal, "serialization"
    for one in operations:
        if one.body:
            yield one.body, "validation"
        if one.answer:
            yield one.answer, "serialization"


def _schemas(operations: Sequence[Operation]) -> tuple[dict[str, Any], dict[Any, Any]]:
    models = list(dict.fromkeys(_models(operations)))
    found, definitions = models_json_schema(models, ref_template=_REFERENCE)
    return definitions.get("$defs", {}), {model: schema for (model, _), schema in found.items()}


def _operation(one: Operation, references: dict[Any, Any], translate: Callable[[str], str]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": one.name,
        "summary": translate(one.summary),
        "tags": [one.group],
        "x-scope": one.scope,
        "parameters": [*_places(one), *_asked(one), *_sent(one)],
        "responses": _responses(one, references),
    }
    if one.body:
        content = {"application/json": {"schema": references[one.body]}}
        told["requestBody"] = {"required": True, "content": content}
    if one.file:
        told["requestBody"] = {"required": one.file_needed, "content": {one.file_type: {}}}
    return told


def _places(one: Operation) -> list[dict[str, Any]]:
    return [
        {"name": found["name"], "in": "path", "required": True, "schema": _KINDS[found["kind"]]}
        for found in PLACE.finditer(one.path)
    ]


def _asked(one: Operation) -> list[dict[str, Any]]:
    """A parameter is left out when it is not wanted: none of them is null."""
    if one.query is None:
        return []
    schema = one.query.model_json_schema()
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _without_null(told)}
        for name, told in schema["properties"].items()
    ]


def _sent(one: Operation) -> list[dict[str, Any]]:
    return [
        {"name": each.name, "in": "header", "required": each.required, "schema": each.schema} for each in one.headers
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    options = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    plain = {key: value for key, value in schema.items() if key not in ("anyOf", "default", "title")}
    return {**plain, **options[0]} if len(options) == 1 else plain | ({"anyOf": options} if options else {})


def _responses(one: Operation, references: dict[Any, Any]) -> dict[str, Any]:
    done: dict[str, Any] = {"description": "Done"}
    if one.answer:
        done["content"] = {"application/json": {"schema": references[one.answer]}}
    if one.answers_file:
        done["content"] = {kind: {} for kind in one.answers_file}
    if one.told_headers:
        done["headers"] = {each.name: {"required": each.required, "schema": each.schema} for each in one.told_headers}
    refused = {} if one.method == "HEAD" else {"content": {"application/json": {"schema": references[Refusal]}}}
    codes = {401, 403, 429, *one.refusals}
    codes |= {400} if one.query or one.body or one.method in _WRITES else set()
    codes |= {404} if PLACE.search(one.path) else set()
    return {str(status): done for status in (one.status, *one.also)} | {
        str(code): {"description": _REFUSALS[code], **refused} for code in sorted(codes)
    }


def outline(schema: dict[str, Any], definitions: dict[str, Any], *, indent: int = 0) -> str:
    """A schema as people read it: {"name": string, "unit": string or null}."""
    if "$ref" in schema:
        return outline(definitions[schema["$ref"].rpartition("/")[2]], definitions, indent=indent)
    if "anyOf" in schema:
        return " or ".join(outline(one, definitions, indent=indent) for one in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f'"{one}"' for one in schema["enum"])
    if schema.get("type") == "array":
        return f"[{outline(schema.get('items', {}), definitions, indent=indent)}, …]"
    if "properties" in schema:
        inside = "  " * (indent + 1)
        lines = [
            f'{inside}"{name}": {outline(one, definitions, indent=indent + 1)}'
            for name, one in schema["properties"].items()
        ]
        return "{\n" + ",\n".join(lines) + "\n" + "  " * indent + "}"
    return str(schema.get("type", "anything"))
