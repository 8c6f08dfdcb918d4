"""The demonstration's collections: a featured shelf and a monthly package, so that the first page shows them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from medialib.catalogue import collected, collecting
from medialib.catalogue.collections import CollectionKind


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A collection of demonstration lessons by their slugs, in order."""

    kind: CollectionKind
    title: str
    slugs: tuple[str, ...]
    description: str = ""
    dated: str | None = None


SHELVES = (
    Shelf(kind="featured", title="示例精选", slugs=("bamboo", "chickens", "weaving", "bridge", "meeting", "live")),
    Shelf(
        kind="package",
        title="春笋下山，本领上身",
        slugs=("bamboo", "bridge", "accounts", "spring"),
        description="示例：一月一课一片，再加一段边干活边听的。",
        dated="2024-03",
    ),
)

# Their own pictures are films' frames with words at an edge, which a square cuts off.
SERIES_COVERS = {
    "竹乡技能课": "mat", "议事小课堂": "meeting", "数字乡村课": "market", "家乡故事": "bridge", "平安一分钟": "village",
}  # fmt: skip


def fill_shelves(session: Session, there: Mapping[str, str]) -> None:
    """Put the lessons that are `there` (ids by slug) onto their shelves; what somebody has changed is left."""
    for shelf in SHELVES:
        wanted = [there[slug] for slug in shelf.slugs if slug in there]
        if not wanted:
            continue
        one = collected.same_title(session, shelf.kind, shelf.title)
        if one is None:
            one = collecting.create(
                session, kind=shelf.kind, title=shelf.title, description=shelf.description, dated=shelf.dated
            )
        known = {lesson.id for lesson in collected.lessons_of(session, one, whole=True)}
        collecting.add(session, one, [lesson_id for lesson_id in wanted if lesson_id not in known])
        if {lesson.id for lesson in collected.lessons_of(session, one, whole=True)} == set(wanted):
            collecting.order(session, one, wanted)
        if not known:
            collecting.publish(session, one)
    for title, drawing in SERIES_COVERS.items():
        series = collected.same_title(session, "series", title)
        if series is not None and not series.cover:
            series.cover = f"drawn:{drawing}"


def clear_shelves(session: Session) -> None:
    """Take the shelves away that have nothing on them."""
    for shelf in SHELVES:
        one = collected.same_title(session, shelf.kind, shelf.title)
        if one is not None and collected.count_of(session, one, whole=True) == 0:
            session.delete(one)
