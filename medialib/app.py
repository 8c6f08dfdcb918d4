"""The web application: create_app(services) puts its parts together."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from flask_compress import Compress
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
    scripts,
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
_YEAR_SECONDS = 365 * 24 * 3600


def create_app(services: Services) -> Flask:
    """The whole site as a WSGI application for one opened library."""
    app = Flask(
        "medialib", root_path=str(_WEB), template_folder="templates", static_folder="static", static_url_path="/static"
    )
    app.config.update(
        MAX_CONTENT_LENGTH=64 * 1024,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_MIMETYPES=[
            "text/html", "text/css", "text/javascript", "application/json", "image/svg+xml", "text/vtt",
            "application/vnd.apple.mpegurl", "application/rss+xml", "application/xml",
            "audio/x-mpegurl", "application/json+chapters",
            "text/x-opml", "application/manifest+json",
        ],
        COMPRESS_STREAMS=False,
    )  # fmt: skip
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["medialib"] = services
    i18n.install(app, default=services.settings.site.language)
    errors.install(app)
    access.install(app, services)  # before guarding: who may not call an address at all is told so first
    app.before_request(lambda: tus.let_bodies_in(services))  # and this too: looking for a form's token reads the body
    limiter = guarding.install(app, services)
    headers.install(app)
    Compress(app)
    _give_templates_their_words(app, services)
    for blueprint in (pages.make_blueprint(services), api.make_blueprint(services), health.make_blueprint(services)):
        app.register_blueprint(blueprint)
    app.register_blueprint(themes.make_blueprint(services))
    app.register_blueprint(all_of_it.make_blueprint(services, limiter))
    all_of_it.install(app)
    app.register_blueprint(playback.blueprint)
    app.register_blueprint(captions.blueprint)  # these after playback, whose converters they use
    app.register_blueprint(pictures.blueprint)
    app.register_blueprint(readings.blueprint)
    app.register_blueprint(packages.blueprint)
    app.register_blueprint(attached.blueprint)
    app.register_blueprint(joined.blueprint)
    app.register_blueprint(counting.make_blueprint(services))
    counting.install(app, services)
    app.register_blueprint(listings.make_blueprint(services))
    station, roll = Station(services), Roll(services)
    app.register_blueprint(channels.make_blueprint(services, station))
    screen_blueprint = screen.make_blueprint(services, roll, limiter)
    app.register_blueprint(screen_blueprint)
    # A television bears its token in a header, which no other site's form can send.
    app.extensions["csrf"].exempt(screen_blueprint)
    app.register_blueprint(screenings.make_blueprint(services))
    app.register_blueprint(shelves.make_blueprint(services))
    app.register_blueprint(scripts.blueprint)
    app.register_blueprint(offline.make_blueprint(services))
    offline.tell_what_may_be_kept(app, services)
    app.register_blueprint(people.make_blueprint(services))
    app.register_blueprint(sharing.make_blueprint(services))
    app.register_blueprint(subscribing.make_blueprint(services))
    app.register_blueprint(reporting.make_blueprint(services, limiter))
    app.register_blueprint(signing_in.make_blueprint(services, limiter))
    app.register_blueprint(desk.make_blueprint(services, limiter, station))
    access.public(app.view_functions["static"])
    _let_static_files_be_kept(app)
    app.wsgi_app = LiveAnswers(app.wsgi_app)  # type: ignore[method-assign]
    app.wsgi_app = keys.PathKeys(app.wsgi_app)  # type: ignore[method-assign]
    app.wsgi_app = PathScreens(app.wsgi_app)  # type: ignore[method-assign]
    if proxies := services.settings.server.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]
    return app


def _give_templates_their_words(app: Flask, services: Services) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        prose=prose.prose,
        duration=words.clock,
        position=words.position,
        month=formats.month,
        megabytes=formats.megabytes,
        stated_day=formats.stated_day,
        marked=formats.marked,
        snippet=formats.snippet,
        theme_name=formats.theme_name,
    )
    app.jinja_env.globals.update(
        site=services.settings.site,
        rendition_name=formats.rendition_name,
        language_tag=i18n.language_tag,
        large_type=lambda: request.cookies.get("size") == "large",
        theme_choice=_theme_choice,
        script=scripts.address,
        absolute=lambda path: naming.absolute(services, path),
    )


def _theme_choice() -> str:
    """The colours that this device chose; "" follows the system."""
    choice = request.cookies.get("theme", "")
    return choice if choice in ("light", "dark") else ""


def _let_static_files_be_kept(app: Flask) -> None:
    """A static address bears the hash of its file, so that browsers keep it for a year."""

    @cache
    def version(filename: str) -> str:
        file = _WEB / "static" / filename
        return hashlib.sha256(file.read_bytes()).hexdigest()[:10] if file.is_file() else ""

    @cache
    def file_packed(filename: str) -> bytes:
        """Packed as tightly as can be by `make setup`: the player's library is most of what a phone fetches."""
        file = _WEB / "static" / f"{filename}.br"
        return file.read_bytes() if file.is_file() else b""

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and (known := version(values["filename"])):
            values["v"] = known

    @app.after_request
    def allow_keeping(response: Response) -> Response:
        if request.endpoint != "static" or response.status_code != 200:
            return response
        # Read here: flask-compress would replace the open file by compressed bytes and never close it.
        file = response.response
        response.direct_passthrough = False
        response.get_data()
        if hasattr(file, "close"):
            file.close()
        packed = file_packed(str((request.view_args or {})["filename"]))
        if packed and request.accept_encodings["br"]:
            response.set_data(packed)
            response.headers["Content-Encoding"] = "br"
            response.vary.add("Accept-Encoding")
        if request.args.get("v"):
            response.cache_control.no_cache = None
            response.cache_control.public = True
            response.cache_control.immutable = True
            response.cache_control.max_age = _YEAR_SECONDS
        return response
