"""Forms that only our own pages can send, and attempts that are counted."""

import math
import time
from collections.abc import Callable
from typing import Any

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.wrappers import Response

from medialib.errors import N_
from medialib.services import Services
from medialib.web.errors import answer
from medialib.web.i18n import gettext

_TOO_OLD = N_("This form has been open for too long. Please go back, load the page again, and send it once more.")
_TOO_OFTEN = N_("That was tried too often. Please wait %(minutes)s minutes and try again.")

View = Callable[..., Any]


class _FormCookie(SecureCookieSessionInterface):
    """A signed cookie that holds nothing but what forms are compared with."""

    def get_cookie_name(self, app: Flask) -> str:  # noqa: ARG002
        return "__Host-form" if request.is_secure else "form"

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002
        return request.is_secure


def install(app: Flask, services: Services) -> Limiter:
    """Every form must bear the token of its page; returns what counts attempts."""
    app.secret_key = services.store.secret()
    app.session_interface = _FormCookie()
    app.config.update(
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_TIME_LIMIT=None,  # a form may stay open in an office for a day
        WTF_CSRF_SSL_STRICT=False,  # it would ask for a Referer, and our pages send none
    )
    CSRFProtect(app)
    app.register_error_handler(CSRFError, _no_token)
    settings = services.settings.access
    limiter = Limiter(
        get_remote_address,
        app=app,
        storage_uri=settings.tries_url or "memory://",
        strategy="fixed-window",
        in_memory_fallback_enabled=bool(settings.tries_url),
        in_memory_fallback=[],
    )
    app.register_error_handler(429, lambda _error: _too_often(limiter, otherwise_seconds=settings.tries_minutes * 60))
    return limiter


def count_tries(limiter: Limiter, services: Services, name: str, view: View) -> View:
    """Count the answers of this view that refuse (403, 404), by address and by the sign-in name that was typed.

    The limiter knows views by their names: `name` is one that no other view bears.
    """
    access = services.settings.access
    window = f"per {int(access.tries_minutes)} minutes"
    by_address = limiter.shared_limit(f"{access.tries_per_address} {window}", scope="tries", deduct_when=_was_refused)
    by_account = limiter.shared_limit(
        f"{access.tries_per_account} {window}",
        scope="tries",
        key_func=lambda: "account:" + _typed_login(),
        exempt_when=lambda: not _typed_login(),
        deduct_when=_was_refused,
    )

    def tried(**parts: Any) -> Any:
        return view(**parts)

    tried.__name__ = tried.__qualname__ = name
    counted: View = by_address(by_account(tried))
    return counted


def _typed_login() -> str:
    return request.form.get("login", "").strip().casefold()[:64]


def _was_refused(response: Response) -> bool:
    return response.status_code in (403, 404)


def _no_token(_error: CSRFError) -> ResponseReturnValue:
    return answer(400, gettext(_TOO_OLD))


def _too_often(limiter: Limiter, *, otherwise_seconds: float) -> ResponseReturnValue:
    """With how long it is until the limit that was reached lets somebody in again: each has a time of its own."""
    reached, left_seconds = limiter.current_limit, otherwise_seconds
    if reached is not None and reached.breached:
        left_seconds = min(max(1, reached.reset_at - time.time()), reached.limit.get_expiry())
    response = answer(429, gettext(_TOO_OFTEN, minutes=math.ceil(left_seconds / 60)))
    response.headers["Retry-After"] = str(math.ceil(left_seconds))
    return response
