"""What the API can do: each operation is a value from which its route, its checks and its description are made."""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import IO, Any, Literal

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from pydantic import BaseModel, ConfigDict, ValidationError
from werkzeug.exceptions import HTTPException

from medialib.catalogue.api_tokens import Scope
from medialib.errors import N_, BadRequest
from medialib.services import Services
from medialib.web import access, guarding
from medialib.web.bearers import SAFE_METHODS, needs

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
PLACE = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
"""A part of a path that differs: <lesson_id>, <int:change_id>."""
_INTERFACE = {"lang", "size"}
"""Parameters that are about the interface and accepted on every address."""
_IN_MEMORY_BYTES = 1_000_000


class Body(BaseModel):
    """What is sent or asked for: a name that means nothing is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """What is answered; it may grow."""

    model_config = ConfigDict(frozen=True)


class Refusal(Answer):
    """Why something was not done: a sentence for people."""

    error: str


@dataclass(frozen=True, kw_only=True)
class Header:
    """A header that is sent or answered; `schema` is JSON Schema's."""

    name: str
    schema: dict[str, Any]
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Operation:
    """`path` is Flask's, below /api. `refusals` are the statuses that it may answer besides the usual ones."""

    method: Method
    path: str
    summary: str
    group: str
    scope: Scope = "read"
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    answers_file: Sequence[str] = ()
    """The types of the file that is answered instead of JSON, as it is."""
    status: int = 200
    refusals: Sequence[int] = ()
    role: str = ""
    """The least that is needed; of what is added here its mark says so."""
    file: bool = False
    """The body is a file as it is, of at most `most_bytes`."""
    most_bytes: int = 0
    """So much may be sent, 0 for what a form may be."""
    file_type: str = "application/octet-stream"
    file_needed: bool = True
    headers: Sequence[Header] = ()
    told_headers: Sequence[Header] = ()
    """Those of its answer when it is done."""
    also: Sequence[int] = ()
    """Further statuses of success."""
    counted: bool = False
    """Refusals are counted: nobody guesses what it asks for."""

    @property
    def address(self) -> str:
        """As OpenAPI writes it: /api/lessons/{lesson_id}."""
        return "/api" + PLACE.sub(lambda found: f"{{{found['name']}}}", self.path)

    @property
    def name(self) -> str:
        """A name that no other operation has."""
        plain = self.path.strip("/").replace("<", "").replace(">", "").replace(":", "_")
        return f"{self.method.lower()}_{plain.replace('/', '_').replace('-', '_')}"


@dataclass
class Api:
    """All operations, those that other modules answer among them; `limiter` counts tries."""

    blueprint: Blueprint
    services: Services
    limiter: Limiter
    operations: list[Operation] = field(default_factory=list)

    def describe(self, *operations: Operation) -> None:
        """Operations whose routes are made elsewhere."""
        self.operations.extend(operations)

    def add(self, operation: Operation, mark: Callable[[Any], Any], view: Callable[..., Any]) -> None:
        """A route that reads `query` and `body`, calls the view with them, and answers what it returns."""
        if operation.counted:
            view = guarding.count_tries(self.limiter, self.services, operation.name, view)

        def answer(**parts: Any) -> ResponseReturnValue:
            if operation.query:
                parts["query"] = read_query(operation.query)
            if operation.body:
                parts["body"] = read_body(operation.body)
            if operation.file:
                with read_file() as file:
                    return told(view(**parts, file=file), operation.status)
            return told(view(**parts), operation.status)

        marked = needs(operation.scope)(mark(answer))
        role = access.role_of(marked)
        if operation.most_bytes:
            marked = access.bodies_up_to(operation.most_bytes, marked)
        self.blueprint.add_url_rule(operation.path, operation.name, marked, methods=[operation.method])
        self.operations.append(replace(operation, role=role))

    def family(
        self,
        mark: Callable[[Any], Any],
        *,
        below: str = "",
        reads: Scope = "read",
        writes: Scope = "read",
        **usual: Any,
    ) -> Callable[..., None]:
        """A way to add operations that have much in common: who may call them, where they are, the scopes for reading
        and for changing, and whatever else they say unless one says otherwise. Views are given the services first.
        """

        def add(view: Callable[..., Any], method: Method, path: str, summary: str, **more: Any) -> None:
            told = {"scope": reads if method == "GET" else writes, **usual, **more}
            operation = Operation(method=method, path=f"{below}{path}", summary=summary, **told)
            self.add(operation, mark, partial(view, self.services))

        return add


def told(answer: BaseModel | Response | None, status: int = 200) -> Response:
    """JSON that is asked for again each time; nothing at all with 204; a file as it is."""
    if isinstance(answer, Response):
        return answer
    response = Response(status=204) if answer is None else jsonify(answer.model_dump(mode="json"))
    response.status_code = 204 if answer is None else status
    response.headers["Cache-Control"] = "private, no-cache" if request.method in SAFE_METHODS else "no-store"
    return response


def read_query(model: type[BaseModel]) -> Any:
    """What stands behind the question mark; raises BadRequest."""
    given = {key: value for key, value in request.args.items() if key not in _INTERFACE}
    return _checked(lambda: model.model_validate(given))


def read_body(model: type[BaseModel]) -> Any:
    """The JSON that was sent; raises BadRequest."""
    try:
        content = request.get_data(cache=False)
    except HTTPException as error:  # what is too large, or ends too early
        raise BadRequest(N_("That is too large."), detail=str(error)) from error
    return _checked(lambda: model.model_validate_json(content or b"{}"))


@contextmanager
def read_file() -> Iterator[IO[bytes]]:
    """The file that was sent, put down where it can be read back and forth; raises BadRequest."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as put_down:
        try:
            shutil.copyfileobj(request.stream, put_down)
        except HTTPException as error:  # what is too large, or ends too early
            raise BadRequest(N_("That is too large."), detail=str(error)) from error
        put_down.seek(0)
        yield put_down


def _checked(read: Callable[[], BaseModel]) -> BaseModel:
    try:
        return read()
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
        name = ".".join(str(part) for part in problem["loc"])[:60]
        if problem["type"] == "extra_forbidden":
            raise BadRequest(N_("There is no parameter “%(name)s”."), values={"name": name}) from error
        if not name:
            raise BadRequest(N_("What was sent is not JSON, or not an object."), detail=problem["msg"]) from error
        raise BadRequest(
            N_("“%(name)s” is missing, or not as it should be."), values={"name": name}, detail=problem["msg"]
        ) from error
