"""What may be asked of a listing, checked once for the pages and the API."""

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from werkzeug.datastructures import MultiDict

from medialib.catalogue.readable import readable
from medialib.errors import N_, BadRequest

MOST_PER_PAGE = 100
MOST_CHARACTERS = 200
_MOST_PAGE = 100_000
_DEEPEST = 10_000
"""To show a page, all lessons before it are ranked; nobody reads so far."""
_INTERFACE = {"lang", "size"}
"""Parameters that are about the interface and accepted on every address."""


def _readable(value: Any) -> Any:
    return readable(value) if isinstance(value, str) else value


def _or_none(value: Any) -> Any:
    return _readable(value) or None


Word = Annotated[Annotated[str, Field(max_length=200)] | None, BeforeValidator(_or_none)]


class Listing(BaseModel):
    """A listing: words, filters, order and page. An empty value leaves that open."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: Annotated[Annotated[str, Field(max_length=MOST_CHARACTERS)], BeforeValidator(_readable)] = ""
    theme: Word = None
    kind: Annotated[Literal["video", "audio"] | None, BeforeValidator(_or_none)] = None
    unit: Word = None
    place: Word = None
    year: Annotated[Annotated[int, Field(ge=1900, le=2999)] | None, BeforeValidator(_or_none)] = None
    length: Annotated[Literal["short", "medium", "long"] | None, BeforeValidator(_or_none)] = None
    sort: Annotated[
        Literal["relevance", "newest", "oldest", "longest", "shortest", "plays"] | None, BeforeValidator(_or_none)
    ] = None
    page: Annotated[int, Field(ge=1, le=_MOST_PAGE)] = 1
    per_page: Annotated[int, Field(ge=1, le=MOST_PER_PAGE)] = 20
    counts: Annotated[Literal["0", "1"] | None, BeforeValidator(_or_none)] = None
    """Whether the answer tells how many lessons each value of each filter has."""

    @property
    def order(self) -> str:
        return self.sort or ("relevance" if self.q else "newest")

    @property
    def narrowed(self) -> bool:
        """Whether something other than words chooses the lessons."""
        return any((self.theme, self.kind, self.unit, self.place, self.year, self.length))

    @property
    def last_page(self) -> int:
        """The last page that may be asked for."""
        return _DEEPEST // self.per_page

    def names(self) -> dict[str, str | None]:
        """The arguments of `finding.named`."""
        return self.model_dump(include={"theme", "unit", "place"})

    def finding(self) -> dict[str, Any]:
        """The arguments of `finding.find`."""
        chosen = self.model_dump(exclude={"q", "sort", "counts"})
        return {"words": self.q, "sort": self.order, "counted": self.counts == "1", **chosen}

    def address(self, path: str, **changes: Any) -> str:
        """The address of this listing with some of it changed; a change of anything but the page begins anew."""
        values = self.model_dump(exclude_defaults=True) | ({"page": 1} if changes else {}) | changes
        query = urlencode({key: value for key, value in values.items() if value not in (None, "", 1)})
        return f"{path}?{query}" if query else path


class Typed(BaseModel):
    """What somebody has typed so far, and how many completions are wanted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: Annotated[Annotated[str, Field(max_length=200)], BeforeValidator(_readable)] = ""
    limit: Annotated[int, Field(ge=1, le=20)] = 8


_SENTENCES = {
    "limit": N_("“limit” must be a number from 1 to 20."),
    "kind": N_("“kind” must be video or audio."),
    "length": N_("“length” must be short, medium or long."),
    "counts": N_("“counts” must be 0 or 1."),
    "sort": N_("“sort” must be relevance, newest, oldest, longest, shortest or plays."),
    "year": N_("“year” must be a year such as 2023."),
    "page": N_("“page” must be a number from 1 on."),
    "per_page": N_("“per_page” must be a number from 1 to 100."),
}


def read_listing(arguments: MultiDict[str, str], *, per_page: int = 20, strict: bool = False) -> Listing:
    """The listing that is asked for; raises BadRequest.

    `strict` refuses names that mean nothing, pages that are too deep and words that are too many; else the last allowed
    page is meant, and the beginning of the words.
    """
    values = {key: value for key, value in arguments.items() if key not in _INTERFACE}
    if not strict:
        values = {key: value for key, value in values.items() if key in Listing.model_fields}
        values |= {"q": values["q"].strip()[:MOST_CHARACTERS]} if "q" in values else {}
    try:
        listing = Listing.model_validate({"per_page": per_page} | values)
    except ValidationError as error:
        raise _explain(error) from error
    if strict and listing.page > listing.last_page:
        raise BadRequest(
            N_("Only the first %(number)s lessons can be listed. Please narrow your question."),
            values={"number": _DEEPEST},
        )
    return listing.model_copy(update={"page": min(listing.page, listing.last_page)})


def read_typed(arguments: MultiDict[str, str]) -> Typed:
    """What is to be completed; raises BadRequest."""
    try:
        return Typed.model_validate({key: value for key, value in arguments.items() if key not in _INTERFACE})
    except ValidationError as error:
        raise _explain(error) from error


def _explain(error: ValidationError) -> BadRequest:
    problem = error.errors()[0]
    name = str(problem["loc"][0])
    if problem["type"] == "extra_forbidden":
        return BadRequest(N_("There is no parameter “%(name)s”."), values={"name": name[:40]})
    if problem["type"] == "string_too_long":
        return BadRequest(N_("“%(name)s” is too long: at most 200 characters."), values={"name": name})
    return BadRequest(_SENTENCES[name])
