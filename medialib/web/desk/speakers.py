"""Who speaks: names that are known, while somebody types one, by characters, pinyin and initials."""

from functools import lru_cache

from flask import Blueprint, Response, jsonify, request

from medialib.catalogue import worklist
from medialib.search.completing import Completion, Completions
from medialib.services import Services
from medialib.web import access

_MOST = 6


def add_to(blueprint: Blueprint, services: Services) -> None:
    blueprint.add_url_rule("/speakers", "speakers", access.at_least("editor")(lambda: _known(services)))


def _known(services: Services) -> Response:
    """JSON for the page's script."""
    response = jsonify({"names": known(services, request.args.get("q", "").strip()[:60])})
    response.headers["Cache-Control"] = "private, no-store"
    return response


def known(services: Services, typed: str) -> list[str]:
    """Those that begin with what is typed, or the busiest when nothing is; for the page and the API."""
    with services.database.read() as session:
        names = tuple(worklist.speakers(session))
    return [one.text for _, one in _completions(names).find(typed, _MOST)] if typed else [*names[:_MOST]]


@lru_cache(maxsize=8)
def _completions(names: tuple[str, ...]) -> Completions:
    return Completions([Completion(text=name, kind="speaker", key=name) for name in names])
