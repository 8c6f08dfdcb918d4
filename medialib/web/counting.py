"""What is played and searched for is counted: told by our own pages, seen from programs that tell nothing.

Nothing about anybody is kept: an address is used, as a digest, for some minutes in memory, so that nobody counts up a
lesson all alone.
"""

from typing import Annotated, Literal

from flask import Blueprint, Flask, Response, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from medialib import finding
from medialib.catalogue.plays import PARTS
from medialib.counting.devices import Way, device_of, is_robot, may_be_a_page
from medialib.counting.windows import Windows
from medialib.errors import N_, BadRequest, NotAllowed
from medialib.search.folding import normalise
from medialib.services import Services
from medialib.web import access
from medialib.web.forms import Listing

_LARGEST_BYTES = 2048
_MOST_SECONDS = 300
"""Pages tell every minute; a film may run at twice its speed, and a phone may be late."""
_LEAST_SECONDS = 3
"""Nobody has begun a lesson of which less than this was played; pages wait longer."""

_WINDOW_SECONDS = 600
_DAY_SECONDS = 24 * 3600
# Many phones of a village, or of a whole mobile network, come from one address.
_MOST_TOLD = 2_000
_MOST_BEGUN = 100

_TS = {"packages.ts_segment", "joined.ts_segment", "joined.filled_ts_segment"}
_FRAGMENTS = {"playback.segment", "joined.even_segment"}
_FILES: dict[str, Way] = {"packages.film": "watched", "packages.recording": "listened"}

Seconds = Annotated[float, Field(ge=0, le=_MOST_SECONDS, allow_inf_nan=False)]


class Told(BaseModel):
    """What a page says of its player: seconds of each twentieth of a lesson, and whether a play began with them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lesson: Annotated[str, Field(pattern=r"^[a-z0-9]{4,16}$")]
    way: Way = "watched"
    collection: Annotated[str, Field(pattern=r"^[a-z0-9_-]{0,64}$")] = ""
    begun: bool = False
    surface: Literal["page", "television"] = "page"
    parts: Annotated[list[Seconds], Field(min_length=PARTS, max_length=PARTS)]


class _Counts:
    """How often each address has counted of late."""

    def __init__(self) -> None:
        self.short = Windows(_WINDOW_SECONDS)
        self.day = Windows(_DAY_SECONDS)


def make_blueprint(services: Services) -> Blueprint:
    blueprint = Blueprint("counting", __name__)
    view = access.members(lambda: _count(services))
    blueprint.add_url_rule("/count", "count", view, methods=["POST"])
    return blueprint


def install(app: Flask, services: Services) -> None:
    """Let pages tell without a form's token, and look at what programs fetch."""
    app.extensions["csrf"].exempt(app.blueprints["counting"])
    app.extensions["medialib.counts"] = counts = _Counts()

    @app.after_request
    def look(response: Response) -> Response:
        if request.endpoint in _TS or request.endpoint in _FRAGMENTS or request.endpoint in _FILES:
            _see(services, counts, response)
        return response


def _count(services: Services) -> Response:
    """A beacon of a page: 204, also when it is not counted, since nobody reads the answer."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise NotAllowed(N_("This page is not for everyone."), detail="a page of another site counts")
    told, agent = _read(), request.user_agent.string
    if is_robot(agent) or not 0 < sum(told.parts) <= _MOST_SECONDS or not _may(told):
        return Response(status=204)
    services.tally.played(
        told.lesson,
        device="television" if told.surface == "television" else device_of(agent),
        way=told.way,
        collection=told.collection,
        begun=told.begun and sum(told.parts) >= _LEAST_SECONDS,
        parts=told.parts,
    )
    return Response(status=204)


def _read() -> Told:
    """Raises BadRequest."""
    if (request.content_length or 0) > _LARGEST_BYTES:
        raise BadRequest(N_("That is too large."))
    try:
        return Told.model_validate_json(request.get_data(cache=False))
    except ValidationError as error:
        raise BadRequest(N_("This address is not quite right."), detail=str(error)) from error


def _may(told: Told) -> bool:
    counts, address = _counts(), request.remote_addr or ""
    if not counts.short.allows("told", address, most=_MOST_TOLD):
        return False
    return not told.begun or counts.short.allows("begun", address, told.lesson, most=_MOST_BEGUN)


def _counts() -> _Counts:
    from flask import current_app

    found: _Counts = current_app.extensions["medialib.counts"]
    return found


def _see(services: Services, counts: _Counts, response: Response) -> None:
    """A segment or a file was sent to somebody: count it when it is a program that tells nothing itself."""
    agent, address = request.user_agent.string, request.remote_addr or ""
    begins = request.headers.get("Range", "bytes=0-").startswith("bytes=0-")
    if request.method != "GET" or response.status_code not in (200, 206) or not begins or is_robot(agent):
        return
    parts = request.view_args or {}
    if way := _FILES.get(request.endpoint or ""):
        if request.args.get("by") != "page" and counts.day.allows(address, agent, parts["lesson_id"], most=1):
            services.tally.downloaded(parts["lesson_id"], device=device_of(agent), way=way)
        return
    alone = request.endpoint in _TS
    if not alone and may_be_a_page(agent):
        return
    if counts.short.allows("segment", address, parts["lesson_id"], str(parts["number"]), most=_MOST_BEGUN):
        device = device_of(agent)
        services.tally.fetched(
            parts["lesson_id"],
            version=parts["version"],
            number=parts["number"],
            device="television" if alone and device == "other" else device,
            way="listened" if parts["name"].startswith("a") else "watched",
            alone=alone,
        )


def count_search(services: Services, listing: Listing, found: finding.Findings) -> None:
    """Words that somebody looked for: once for each address, and nothing while the index cannot answer."""
    words = " ".join(normalise(listing.q).split())
    if not words or listing.page > 1 or found.degraded or is_robot(request.user_agent.string):
        return
    if _counts().short.allows("search", request.remote_addr or "", words, most=1):
        services.tally.searched(words, found=found.total > 0 or listing.narrowed)
