"""Who is signed in on this device: a cookie that holds a token, and a row that says whose it is."""

from flask import g, request
from werkzeug.wrappers import Response

from medialib.catalogue import people_edits, people_lookups
from medialib.catalogue.people import Person, SignIn
from medialib.services import Services
from medialib.web import bearers

_DAY_SECONDS = 86_400


def current(services: Services) -> Person | None:
    """The person who is signed in, or whom a program acts for, asked once for each request, and only of those who
    bring a token.
    """
    acting = bearers.bearer(services)
    if acting:
        return acting[0]
    found = _found(services)
    return found[0] if found else None


def this_device(services: Services) -> SignIn | None:
    found = _found(services)
    return found[1] if found else None


def _found(services: Services) -> tuple[Person, SignIn] | None:
    if "signed_in" not in g:
        token = request.cookies.get(_cookie(), "")
        g.signed_in = _ask(services, token) if token else None
    found: tuple[Person, SignIn] | None = g.signed_in
    return found


def _ask(services: Services, token: str) -> tuple[Person, SignIn] | None:
    with services.database.read() as session:
        found = people_lookups.signed_in(session, token)
    if found and people_edits.is_long_unseen(found[1]):
        with services.database.begin() as session:
            people_edits.see(session, found[1].id)
    return found


def start(services: Services, response: Response, person: Person) -> None:
    """Sign this device in; where somebody was signed in on it before, they no longer are."""
    days = services.settings.access.signed_in_days
    before = _found(services)
    with services.database.begin() as session:
        if before:
            people_edits.end_sign_in(session, before[0], before[1].id, act="signed.out")
        token = people_edits.sign_in(session, person, device=_device(), days=days)
    response.set_cookie(
        _cookie(), token, max_age=int(days * _DAY_SECONDS), httponly=True, samesite="Lax", secure=request.is_secure
    )


def stop(services: Services, response: Response) -> None:
    """Sign this device out."""
    if found := _found(services):
        with services.database.begin() as session:
            people_edits.end_sign_in(session, found[0], found[1].id, act="signed.out")
    response.delete_cookie(_cookie(), httponly=True, samesite="Lax", secure=request.is_secure)


def _cookie() -> str:
    """Over TLS a name that browsers take only from this very host, for all of it, and never without TLS."""
    return "__Host-person" if request.is_secure else "person"


def _device() -> str:
    """What kind of device this is, as its owner would call it."""
    told = request.user_agent.string
    app = next((name for mark, name in _BROWSERS if mark in told), "")
    machine = next((name for mark, name in _MACHINES if mark in told), "")
    return " · ".join(filter(None, (machine, app)))


# The first that fits: many browsers say that they are others too.
_BROWSERS = (
    ("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("Firefox", "Firefox"), ("QQBrowser", "QQ"), ("UCBrowser", "UC"),
    ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_MACHINES = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("Windows", "Windows"),
    ("Macintosh", "Mac"), ("Linux", "Linux"),
)  # fmt: skip
