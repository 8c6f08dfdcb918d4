"""Taking a listing into a podcast app: its feed's address with a QR code, and all series at once as OPML."""

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from medialib.catalogue import collected
from medialib.delivery import opml, qr
from medialib.delivery.listing import Listing
from medialib.errors import N_, BadRequest, NotFound
from medialib.services import Services
from medialib.web import access
from medialib.web.i18n import gettext
from medialib.web.keeping import asked_again
from medialib.web.naming import absolute, title_of
from medialib.web.phone.ways import listing_at

_KEPT_SECONDS = 3600


def make_blueprint(services: Services) -> Blueprint:
    blueprint = Blueprint("subscribing", __name__)
    blueprint.add_url_rule("/subscribe", "subscribe", access.members(lambda: _page(services)))
    blueprint.add_url_rule("/subscribe.svg", "code", access.members(lambda: _code(services)))
    blueprint.add_url_rule("/series.opml", "opml", access.members(lambda: _opml(services)))
    return blueprint


def _page(services: Services) -> ResponseReturnValue:
    with services.database.read() as session:
        listing = _asked(services, session)
        feed = absolute(services, listing.address(".rss"))
        return render_template(
            "subscribe.html",
            title=title_of(listing),
            page=listing.address(),
            feed=feed,
            code=url_for("subscribing.code", of=request.args.get("of")),
        )


def _code(services: Services) -> Response:
    with services.database.read() as session:
        feed = absolute(services, _asked(services, session).address(".rss"))
    response = Response(qr.render_svg(feed), mimetype="image/svg+xml")
    response.headers["Cache-Control"] = f"max-age={_KEPT_SECONDS}"
    return response


def _asked(services: Services, session: Session) -> Listing:
    of = request.args.get("of") or "latest"
    try:
        listing = listing_at(services, session, of)
    except BadRequest as error:
        raise NotFound(error.message, values=error.values) from error
    if listing is None:
        raise NotFound(N_("There is no such list."), detail=of)
    return listing


def _opml(services: Services) -> Response:
    """Every series with something in it."""
    with services.database.read() as session:
        outlines = [
            opml.Outline(
                title=one.collection.title,
                feed=absolute(services, f"/collections/{one.collection.slug}.rss"),
                page=absolute(services, f"/collections/{one.collection.slug}"),
            )
            for one in collected.shelves(session, "series")
        ]
    title = gettext("%(site)s: all series", site=services.settings.site.name)
    response = Response(opml.render_opml(title, outlines), mimetype=opml.MEDIA_TYPE)
    response.headers["Content-Disposition"] = 'attachment; filename="series.opml"'
    return asked_again(response)
