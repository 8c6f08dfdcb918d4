"""Every listing in every form but its page: JSON, M3U, one continuous HLS stream, a podcast feed, a QR code.

The ending of the address chooses. What is not public is 404 in all of them.
"""

from collections.abc import Sequence
from email.utils import formatdate
from typing import Any, get_args

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.orm import Session
from werkzeug.routing import BaseConverter

from medialib import finding, metrics, showing
from medialib.catalogue import collected, lookups, progress
from medialib.catalogue.collections import Collection
from medialib.delivery import joining, m3u, qr, rss, shapes
from medialib.delivery.joinable import joinable
from medialib.delivery.listing import MOST_LESSONS, MOST_SEGMENTS, Kind, Listing
from medialib.errors import N_, NotFound
from medialib.listings import open_found, open_listing, subject_of
from medialib.services import Services
from medialib.web import access
from medialib.web.forms import read_listing
from medialib.web.joined import SEAMLESS, keep_recipe, wants_it_seamless
from medialib.web.keeping import asked_again, let_other_sites_play, playlist
from medialib.web.naming import absolute, title_of
from medialib.web.podcasts import make_feed

_ALONE: tuple[Kind, ...] = ("search", "latest")
_QR_SECONDS = 24 * 3600


class Slug(BaseConverter):
    """A part of an address that make_slug has made."""

    regex = "[a-z0-9_-]{1,64}"


class Form(BaseConverter):
    """The ending of a listing's address."""

    regex = r"json|m3u8|m3u|ts\.m3u8|rss|png|svg"


class Picture(BaseConverter):
    """The ending of a QR code's address."""

    regex = "png|svg"


def make_blueprint(services: Services) -> Blueprint:
    blueprint = Blueprint("listings", __name__)

    @blueprint.record
    def _teach_routes(state: object) -> None:
        state.app.url_map.converters |= {"slug": Slug, "form": Form, "picture": Picture}  # type: ignore[attr-defined]

    @access.members
    def answer(kind: Kind, form: str, slug: str = "") -> Response:
        return _answer(services, kind, slug, form)

    for kind in get_args(Kind):
        rule = f"/{kind}.<form:form>" if kind in _ALONE else f"/{kind}/<slug:slug>.<form:form>"
        blueprint.add_url_rule(rule, kind, answer, defaults={"kind": kind})
    blueprint.add_url_rule(
        "/lessons/<lesson:lesson_id>.<picture:form>",
        "lesson",
        access.members(lambda lesson_id, form: _of_lesson(services, lesson_id, form)),
    )
    blueprint.after_request(let_other_sites_play)
    return blueprint


def _answer(services: Services, kind: Kind, slug: str, form: str) -> Response:
    with services.database.read() as session:
        if form == "json":
            return _json(services, session, kind, slug)
        if form in ("png", "svg"):
            return _qr(services, _described_only(session, kind, slug).address(), form)
        listing = _read_whole(services, session, kind, slug)
        if form == "m3u":
            return _m3u(services, listing)
        if form != "rss":
            ts = form == "ts.m3u8" or request.args.get("container") == "ts"
            return _hls(services, session, listing, ts=ts)
    return _rss(services, listing)


def _asked(session: Session, *, strict: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the request asks for as arguments of `finding.find`, and as the listing's address tells it."""
    asked = read_listing(request.args, strict=strict)
    asked = asked.model_copy(update=finding.named(session, **asked.names()))
    return asked.finding(), asked.model_dump(exclude_defaults=True, exclude={"page", "per_page", "counts"})


def _described_only(session: Session, kind: Kind, slug: str) -> Listing:
    """The listing without its lessons: for what tells its address alone."""
    _, query = _asked(session)
    subject = subject_of(session, kind, slug)
    return Listing(kind=kind, slug=slug, subject=subject, query={} if isinstance(subject, Collection) else query)


def _read_whole(services: Services, session: Session, kind: Kind, slug: str) -> Listing:
    """The listing that the request asks for, from its beginning, with as many lessons as a playlist holds."""
    question, query = _asked(session)
    question = {name: value for name, value in question.items() if name not in ("page", "per_page", "counted")}
    return open_listing(services, session, kind, slug, question=question, query=query, page=1, per_page=MOST_LESSONS)


def _json(services: Services, session: Session, kind: Kind, slug: str) -> Response:
    question, query = _asked(session, strict=True)
    listing, found = open_found(services, session, kind, slug, question=question, query=query)
    document = {
        "kind": kind,
        "slug": slug or None,
        "title": title_of(listing),
        "description": getattr(listing.subject, "description", ""),
        "address": listing.address(),
        "forms": listing.forms(),
        **showing.summaries(services, session, found),
    }
    if isinstance(listing.subject, Collection):
        document |= described(listing.subject, collected.placed(session, listing.subject))
    return _told(jsonify(document), listing)


def described(one: Collection, placed: Sequence[collected.Placed]) -> dict[str, Any]:
    """What else JSON tells of a collection: its page and its entries, each with the part of a package that it is."""
    entries = [
        {"place": each.place, "part": each.part, "lesson": each.lesson.id if each.lesson else None}
        | {name: getattr(each.entry, name) or None for name in ("title", "text", "link", "note", "begins", "ends")}
        for each in placed
    ]
    return {
        "collection": one.kind,
        "dated": one.dated,
        "number": one.number,
        "editorial": one.editorial,
        "entries": entries,
    }


def _m3u(services: Services, listing: Listing) -> Response:
    entries = [
        m3u.Entry(seconds=one.seconds, title=one.title, address=absolute(services, shapes.ts_master_path(one.id)))
        for one in listing.lessons
    ]
    text = m3u.render_m3u(title_of(listing), entries)
    return _told(Response(text, content_type=f"{m3u.MEDIA_TYPE}; charset=utf-8"), listing)


def _rss(services: Services, listing: Listing) -> Response:
    feed = make_feed(services, listing)
    return _told(Response(rss.render_rss(feed), content_type=f"{rss.MEDIA_TYPE}; charset=utf-8"), listing)


def _hls(services: Services, session: Session, listing: Listing, *, ts: bool) -> Response:
    """The whole listing as one stream; its playlists have an address that stands for exactly these lessons."""
    plans, rows = lookups.current_plans(session, listing.lessons), progress.progress(session, listing.lessons)
    captions = progress.captions(session, listing.lessons)
    lessons = [joinable(one, plans[one.id], rows[one.id], captions[one.id], ts=ts) for one in listing.lessons]
    lessons = joining.first_ones(lessons, most_segments=MOST_SEGMENTS)
    joined = joining.join(lessons, ts=ts, only_sound=request.args.get("only") == "sound")
    if joined is None:
        raise NotFound(N_("There is nothing to play in this list yet."))
    metrics.PLAYLISTS.labels("listing").inc()
    folder = keep_recipe(services, joined)
    if ts and wants_it_seamless():
        folder += f"/{SEAMLESS}"
    answer = playlist(joining.render_master(joined, folder))
    answer.vary.add("User-Agent")
    return answer


def _of_lesson(services: Services, lesson_id: str, form: str) -> Response:
    with services.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
    return _qr(services, shapes.page_path(lesson.id), form)


def _qr(services: Services, path: str, form: str) -> Response:
    address = absolute(services, path)
    content, kind = (
        (qr.render_svg(address), "image/svg+xml") if form == "svg" else (qr.render_png(address), "image/png")
    )
    return asked_again(Response(content, mimetype=kind), seconds=_QR_SECONDS)


def _told(response: Response, listing: Listing) -> Response:
    """To be asked for again each time, and answered 304 when it is the same.

    The date only informs: a lesson that was taken out changes a listing without being newer, so only the ETag decides.
    """
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    conditional = response
    if request.if_none_match:
        conditional = response.make_conditional(request)  # type: ignore[assignment]
    if listing.lessons:
        newest = max(one.published_at for one in listing.lessons)
        conditional.headers["Last-Modified"] = formatdate(newest, usegmt=True)
    return conditional
