"""Programs that act for a person: their secret in the header Authorization, within its scopes, below /api/ only."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import g, request

from medialib.catalogue import api_tokens
from medialib.catalogue.api_tokens import Scope
from medialib.catalogue.people import ApiToken, Person
from medialib.errors import N_, NotAllowed, SignInNeeded
from medialib.services import Services

NOT_FOR_THAT = N_("This key is not for that.")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

View = TypeVar("View", bound=Callable[..., Any])


def needs(scope: Scope) -> Callable[[View], View]:
    """What a token must be allowed for this view. One that says nothing is for reading, and for GET only."""

    def mark(view: View) -> View:
        view.api_scope = scope  # type: ignore[attr-defined]
        return view

    return mark


def is_borne() -> bool:
    """Whether this request bears a secret instead of a cookie."""
    return request.path.startswith("/api/") and "Authorization" in request.headers


def bearer(services: Services) -> tuple[Person, ApiToken] | None:
    """For whom the request acts, asked once; raises SignInNeeded for a secret that is none."""
    if not is_borne():
        return None
    if "bearer" not in g:
        g.bearer = _ask(services)
    found: tuple[Person, ApiToken] = g.bearer
    return found


def _ask(services: Services) -> tuple[Person, ApiToken]:
    authorization = request.authorization
    secret = authorization.token if authorization and authorization.type == "bearer" else None
    with services.database.read() as session:
        found = api_tokens.find(session, secret) if secret and secret.isascii() else None
    if found is None:
        raise SignInNeeded(N_("This key does not work, or no longer."))
    if api_tokens.is_long_unseen(found[1]):
        with services.database.begin() as session:
            api_tokens.see(session, found[1].id)
    return found


def check(services: Services, view: Callable[..., Any]) -> None:
    """Raises NotAllowed when the view is outside the token's scopes, SignInNeeded for a wrong token."""
    found = bearer(services)
    if found is None:
        return
    scope = getattr(view, "api_scope", "read" if request.method in SAFE_METHODS else None)
    if scope not in found[1].scopes:
        raise NotAllowed(NOT_FOR_THAT, detail=f"needs {scope}")
