"""A person's words -> the ids of all lessons that hold them, for tables that the catalogue narrows and orders."""

from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from medialib import finding
from medialib.catalogue import indexing, narrowing
from medialib.search import naming, query
from medialib.search.index import IndexUnavailable
from medialib.services import Services

MOST = 2_000
"""More lessons than this are found by words that say nothing: the best are taken."""


def sift(services: Services, session: Session, words: str) -> list[str]:
    """The best first, and at most `MOST`; what the index has yet to learn of is looked for in the catalogue.

    What is found is what the present viewer may see, drafts included for those who edit them.
    """
    services.known.learn_names()
    asked, named = naming.understood(session, words)
    filters: dict[str, Any] = {**named}
    found: list[str] = []
    whole = bool(asked.wanted)
    if whole:
        try:
            answer = query.search(
                services.index, asked, filters=query.Filters(**filters), check=partial(finding.all_said, session),
                besides=finding.besides(services, session), per_page=MOST,
            )  # fmt: skip
            found = list(answer.ids)
        except IndexUnavailable as error:
            for index in (services.index, services.withheld):
                index.distrust(error)
            whole = False
    if not whole or indexing.is_search_behind(session):
        wanted = narrowing.Wanted(words=asked.words, phrases=asked.phrases, without=asked.without, **filters)
        found += narrowing.ids_within(session, narrowing.conditions(wanted))
    return list(dict.fromkeys(found))[:MOST]
