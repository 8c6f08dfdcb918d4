"""Who may call what, written a second time beside the marks: a view with a wrong mark fails here, and one
that is new and is not meant for all members is put down by hand.
"""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from medialib.app import create_app
from medialib.services import Services
from medialib.web import access
from medialib.web.access import Mark

PUBLIC, MEMBERS, LESSON_EDITORS = access.PUBLIC, access.MEMBERS, access.LESSON_EDITORS
ACCOUNT, EDITOR, CURATOR, ADMIN = (
    Mark("signed in", role="viewer"), *(Mark(f"at least {role}", role=role) for role in ("editor", "curator", "admin")),
)  # fmt: skip

PAGES: tuple[tuple[str, Mark], ...] = (
    (r"/desk/(people|units|webhooks|log|settings)\b.*", ADMIN),
    (r"/desk/(collections|themes|channels|review)\b.*", CURATOR),
    (r"/desk/lessons/<lesson:lesson_id>.*", LESSON_EDITORS),
    (r"/desk/(lessons|screens|screenings|reports|statistics|uploads?|speakers|todo)\b.*", EDITOR),
    (r"/desk/(account\b.*)?", ACCOUNT),
    (r"/api/desk/lessons/<lesson_id>.*", LESSON_EDITORS),
    (r"/api/(people|units|webhooks|log|settings)\b.*", ADMIN),
    (r"/api/(collections\b.*|channels\b.*|channel-pauses\b.*|statistics/searches)", CURATOR),
    (r"/api/(desk/(lessons|speakers|themes)|uploads|tus|screens|screenings|reports|statistics)\b.*", EDITOR),
    (r"/api/me\b.*", ACCOUNT),
    (r"/(healthz|readyz|metrics|sw\.js|manifest\.webmanifest|mine|static/.*|size/.*|theme/.*)", PUBLIC),
    (r"/(sign-in|sign-out|invitation/<token>|password/<token>|visitors/<token>|s/<token>/.*)", PUBLIC),
    (r"/tv(/(beat|picture|pairing.*|token|worker\.js))?", PUBLIC),
    (r"/media/no-captions\.vtt", PUBLIC),
)
"""Addresses and what their views say; the first that fits. All others are for whoever the library is for."""

CHANGES_THEMES = re.compile(r"/api/themes\b.*")
OF_A_LESSON = re.compile(r"/(media|lessons|desk/lessons|desk/review|api/lessons|api/desk/lessons)/<")

SCOPES: tuple[tuple[str, str, str], ...] = (
    (r".*", r"/api/(people|units|webhooks|log|settings)\b.*", "admin"),
    (r"GET", r".*", "read"),
    (r".*", r"/api/(collections|themes|channels|channel-pauses)\b.*", "publish"),
    (r".*", r".*", "edit"),
)
"""What a key must be allowed, by method and address."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    from .factories import make_services

    services: Services = make_services(tmp_path_factory.mktemp("marks") / "store")
    yield create_app(services)
    services.index.close()
    services.database.close()


def methods(rule: Rule) -> set[str]:
    return (rule.methods or set()) - {"HEAD", "OPTIONS"}


def expected(rule: Rule) -> Mark:
    if CHANGES_THEMES.fullmatch(rule.rule) and methods(rule) != {"GET"}:
        return CURATOR
    return next((mark for address, mark in PAGES if re.fullmatch(address, rule.rule)), MEMBERS)


def test_every_view_bears_the_mark_that_was_agreed_on(app: Flask) -> None:
    found = {rule.rule: access.mark_of(app.view_functions[rule.endpoint]) for rule in app.url_map.iter_rules()}
    assert len(found) > 250
    wrong = [
        (rule.rule, rule.methods, access.mark_of(app.view_functions[rule.endpoint]))
        for rule in app.url_map.iter_rules()
        if access.mark_of(app.view_functions[rule.endpoint]) != expected(rule)
    ]
    assert wrong == []


def test_an_address_below_a_lesson_names_it_as_the_guard_knows_it(app: Flask) -> None:
    """A view that called it otherwise would be asked of the library only."""
    below = [rule for rule in app.url_map.iter_rules() if OF_A_LESSON.match(rule.rule)]
    assert len(below) > 80
    assert [rule.rule for rule in below if "lesson_id" not in rule.arguments and "batch" not in rule.arguments] == []


def test_what_changes_something_answers_to_no_get(app: Flask) -> None:
    """A link, a picture or a look ahead of the browser must change nothing; and only forms ask for their token."""
    changing = re.compile(r".*/(remove|restore|undo|disable|enable|publish|withdraw|delete|stop|go-on|retry|end-keys)")
    assert [
        rule.rule for rule in app.url_map.iter_rules() if changing.fullmatch(rule.rule) and "GET" in methods(rule)
    ] == []


def test_every_operation_asks_of_a_key_the_scope_that_was_agreed_on(app: Flask) -> None:
    asked = 0
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if rule.endpoint.startswith("api_desk.") and access.role_of(view):
            for method in methods(rule):
                scope = next(s for m, a, s in SCOPES if re.fullmatch(m, method) and re.fullmatch(a, rule.rule))
                assert getattr(view, "api_scope", None) == scope, (rule.rule, method)
                asked += 1
    assert asked > 80
