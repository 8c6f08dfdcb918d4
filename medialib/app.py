"""The web application: create_app(services) puts its parts together."""

from pathlib import Path

from flask import Blueprint, Flask, request
from flask_compress import Compress
from flask_limiter import Limiter
from werkzeug.middleware.proxy_fix import ProxyFix

from medialib.airing import Station
from medialib.delivery import words
from medialib.services import Services
from medialib.web import (
    access,
    attached,
    captions,
    channels,
    counting,
    errors,
    guarding,
    headers,
    health,
    i18n,
    joined,
    keys,
    listings,
    naming,
    packages,
    pictures,
    playback,
    prose,
    readings,
    static_files,
)
from medialib.web.api import all_of_it, themes
from medialib.web.api import lessons as api
from medialib.web.desk import pages as desk
from medialib.web.desk import screenings, signing_in, tus
from medialib.web.live_answers import LiveAnswers
from medialib.web.phone import formats, offline, pages, people, reporting, sharing, shelves, subscribing
from medialib.web.screen import pages as screen
from medialib.web.screen.boxes import PathScreens
from medialib.web.screen.roll import Roll

_WEB = Path(__file__).parent / "web"
_PACKED_TYPES = (
    "text/html", "text/css", "text/javascript", "application/json", "image/svg+xml", "text/vtt",
    "application/vnd.apple.mpegurl", "application/rss+xml", "application/xml",
    "audio/x-mpegurl", "application/json+chapters",
    "text/x-opml", "application/manifest+json",
)  # fmt: skip


def create_app(services: Services) -> Flask:
    """The whole site as a WSGI application for one opened library."""
    app = _empty_app(services)
    limiter = _install_guards(app, services)
    Compress(app)
    _give_templates_their_words(app, services)
    for blueprint in _blueprints(services, limiter):
        app.register_blueprint(blueprint)
    _install_what_knows_addresses(app, services)
    access.public(app.view_functions["static"])
    static_files.let_be_kept(app)
    _wrap(app, services)
    return app


def _empty_app(services: Services) -> Flask:
    app = Flask(
        "medialib", root_path=str(_WEB), template_folder="templates", static_folder="static", static_url_path="/static"
    )
    app.config.update(
        MAX_CONTENT_LENGTH=64 * 1024,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_MIMETYPES=list(_PACKED_TYPES),
        COMPRESS_STREAMS=False,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["medialib"] = services
    return app


def _install_guards(app: Flask, services: Services) -> Limiter:
    """What every question passes, in this order."""
    i18n.install(app, default=services.settings.site.language)
    errors.install(app)
    access.install(app, services)  # before guarding: who may not call an address at all is told so first
    app.before_request(lambda: tus.let_bodies_in(services))  # and this too: looking for a form's token reads the body
    limiter = guarding.install(app, services)
    headers.install(app)
    return limiter


def _blueprints(services: Services, limiter: Limiter) -> tuple[Blueprint, ...]:
    station = Station(services)
    return (
        pages.make_blueprint(services),
        api.make_blueprint(services),
        health.make_blueprint(services),
        themes.make_blueprint(services),
        all_of_it.make_blueprint(services, limiter),
        playback.blueprint,
        # These after playback, whose converters they use.
        *(captions.blueprint, pictures.blueprint, readings.blueprint, packages.blueprint, attached.blueprint),
        joined.blueprint,
        counting.make_blueprint(services),
        listings.make_blueprint(services),
        channels.make_blueprint(services, station),
        screen.make_blueprint(services, Roll(services), limiter),
        screenings.make_blueprint(services),
        shelves.make_blueprint(services),
        offline.make_blueprint(services),
        people.make_blueprint(services),
        sharing.make_blueprint(services),
        subscribing.make_blueprint(services),
        reporting.make_blueprint(services, limiter),
        signing_in.make_blueprint(services, limiter),
        desk.make_blueprint(services, limiter, station),
    )


def _install_what_knows_addresses(app: Flask, services: Services) -> None:
    """Who is excused from a form's token, and what looks at answers by where they come from."""
    all_of_it.install(app)
    counting.install(app, services)
    # A television bears its token in a header, which no other site's form can send.
    app.extensions["csrf"].exempt(app.blueprints["screen"])
    offline.tell_what_may_be_kept(app, services)


def _wrap(app: Flask, services: Services) -> None:
    """What is done to a question before Flask sees it; the last one first."""
    app.wsgi_app = LiveAnswers(app.wsgi_app)  # type: ignore[method-assign]
    app.wsgi_app = keys.PathKeys(app.wsgi_app)  # type: ignore[method-assign]
    app.wsgi_app = PathScreens(app.wsgi_app)  # type: ignore[method-assign]
    if proxies := services.settings.server.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]


def _give_templates_their_words(app: Flask, services: Services) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        prose=prose.prose,
        editorial=prose.editorial,
        duration=words.clock,
        position=words.position,
        month=formats.month,
        megabytes=formats.megabytes,
        stated_day=formats.stated_day,
        marked=formats.marked,
        snippet=formats.snippet,
        theme_name=formats.theme_name,
        file_name=naming.file_name,
        language_name=formats.language_name,
    )
    app.jinja_env.globals.update(
        site=services.settings.site,
        rendition_name=formats.rendition_name,
        language_tag=i18n.language_tag,
        large_type=lambda: request.cookies.get("size") == "large",
        theme_choice=_theme_choice,
        absolute=lambda path: naming.absolute(services, path),
    )


def _theme_choice() -> str:
    """The colours that this device chose; "" follows the system."""
    choice = request.cookies.get("theme", "")
    return choice if choice in ("light", "dark") else ""
