"""What makes the pages an app: its manifest, its service worker, and which pages a phone may keep."""

import hashlib
import json
from pathlib import Path

from flask import Blueprint, Flask, Response, g, jsonify, request, url_for

from medialib.services import Services
from medialib.web import access, signing
from medialib.web.i18n import language_tag
from medialib.web.keeping import asked_again

_STATIC = Path(__file__).parent.parent / "static"
_MEMBERS = ("phone.", "shelves.", "people.", "sharing.")
KEEP = "Medialib-Keep"
"""The header of pages that are the same for everyone: only those are kept by the service worker."""

# What pages need to be shown without a network; the player's library comes with the first lesson that is saved.
_SHELL = (
    "tokens.css", "phone.css", "player.css", "icons.svg", "icon.svg", "bundled/page.js", "unscripted.js",
)  # fmt: skip


def make_blueprint(services: Services) -> Blueprint:
    blueprint = Blueprint("offline", __name__)
    blueprint.add_url_rule("/manifest.webmanifest", "manifest", access.public(lambda: _manifest(services)))
    blueprint.add_url_rule("/sw.js", "worker", access.public(_worker))
    return blueprint


def tell_what_may_be_kept(app: Flask, services: Services) -> None:
    """Pages that nobody had to sign in for bear a mark; what is not for everyone never does."""

    @app.after_request
    def mark(response: Response) -> Response:
        page = response.mimetype == "text/html" and response.status_code == 200
        if page and (request.endpoint or "").startswith(_MEMBERS) and not g.get("private"):
            anyone = signing.current(services) is None
            response.headers[KEEP] = "yes" if anyone and "lang" not in request.args else "no"
        return response


def _manifest(services: Services) -> Response:
    name = services.settings.site.name
    icons = [
        {"src": url_for("static", filename=f"icons/{file}.png"), "sizes": size, "type": "image/png", "purpose": purpose}
        for file, size, purpose in (
            ("icon-192", "192x192", "any"), ("icon-512", "512x512", "any"), ("maskable-512", "512x512", "maskable"),
        )
    ]  # fmt: skip
    response = jsonify(
        {
            "name": name,
            "short_name": name[:12],
            "lang": language_tag(),
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#FAF7F2",
            "theme_color": "#FAF7F2",
            "icons": icons,
        }
    )
    response.mimetype = "application/manifest+json"
    return asked_again(response)


def _worker() -> Response:
    """The service worker, which knows the version of everything that it keeps."""
    shell = [url_for("static", filename=name) for name in _SHELL]
    version = hashlib.sha256("".join(shell).encode()).hexdigest()[:10]
    told = json.dumps({"version": version, "shell": shell, "mine": url_for("people.mine")})
    text = f"const SHELL = {told};\n{(_STATIC / 'worker.js').read_text(encoding='utf-8')}"
    return asked_again(Response(text, mimetype="text/javascript"))
