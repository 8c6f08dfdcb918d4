"""A channel's timetable as the rows of its form: those of what is stored, or just as somebody has typed them."""

from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from medialib.catalogue.timetables import (
    EVERY_DAY,
    MOST_PARTS,
    ORDERS,
    SHOW_KINDS,
    Part,
    Quiet,
    Show,
    Special,
    Timetable,
)

_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, kw_only=True)
class Row:
    """A part of the day, quiet hours, or (by `at` and `minutes`) a screening; times as fields have them."""

    days: tuple[int, ...] = EVERY_DAY
    begins: str = ""
    ends: str = ""
    show: Show | None = None
    exact: bool = False
    at: str = ""
    minutes: str = "90"


@dataclass(frozen=True, kw_only=True)
class Rows:
    """With empty rows behind each, for more."""

    parts: Sequence[Row]
    specials: Sequence[Row]
    quiet: Sequence[Row]
    filler: Show | None


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def rows_of(table: Timetable) -> Rows:
    return Rows(
        parts=[*map(_of_part, table.parts), Row(), Row()],
        specials=[*map(_of_special, table.specials), Row()],
        quiet=[*map(_of_quiet, table.quiet), Row()],
        filler=table.filler,
    )


def _of_part(part: Part) -> Row:
    times = {"begins": clock(part.begins), "ends": clock(part.ends % _DAY_MINUTES)}
    return Row(days=part.days, show=part.show, exact=part.exact, **times)


def _of_special(special: Special) -> Row:
    return Row(at=special.at, minutes=str(special.minutes), show=special.show)


def _of_quiet(quiet: Quiet) -> Row:
    return Row(days=quiet.days, begins=clock(quiet.begins), ends=clock(quiet.ends % _DAY_MINUTES))


def typed_rows(form: MultiDict[str, str]) -> Rows:
    """What was typed, right or wrong: nobody types it again because of a mistake elsewhere."""
    return Rows(
        parts=[_typed(form, name) for name in names(form, "part", "show")],
        specials=[_typed(form, name) for name in names(form, "special", "show")],
        quiet=[_typed(form, name) for name in names(form, "quiet", "begins")],
        filler=typed_show(form, "filler"),
    )


def _typed(form: MultiDict[str, str], name: str) -> Row:
    return Row(
        days=typed_days(form, name),
        begins=form.get(f"{name}-begins", "")[:5],
        ends=form.get(f"{name}-ends", "")[:5],
        show=typed_show(form, name),
        exact=f"{name}-exact" in form,
        at=form.get(f"{name}-at", "")[:16],
        minutes=form.get(f"{name}-minutes", "")[:4],
    )


def names(form: MultiDict[str, str], kind: str, field: str) -> list[str]:
    """part-0, part-1 ... as far as the form has them."""
    asked = (f"{kind}-{number}" for number in range(MOST_PARTS + 4))
    return [name for name in asked if f"{name}-{field}" in form]


def typed_days(form: MultiDict[str, str], name: str) -> tuple[int, ...]:
    return tuple(sorted({int(day) for day in form.getlist(f"{name}-days") if day in "0123456" and len(day) == 1}))


def typed_show(form: MultiDict[str, str], name: str) -> Show | None:
    """A lesson or a search by its words; which lesson that is has still to be found."""
    kind, _, slug = form.get(f"{name}-show", "").partition(":")
    known = next((one for one in SHOW_KINDS if one == kind), None)
    if known is None:
        return None
    words = " ".join(form.get(f"{name}-words", "").replace("\0", "").split())[:200]
    order = next((one for one in ORDERS if one == form.get(f"{name}-order")), ORDERS[0])
    by_words = known in ("lesson", "search")
    return Show(kind=known, slug=slug[:64], words=words if by_words else "", order=order)
