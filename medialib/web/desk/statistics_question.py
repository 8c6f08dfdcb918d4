"""What the statistics are asked for: from which day to which, and of which unit, as far as this person may see."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from flask import request
from sqlalchemy.orm import Session

from medialib.catalogue import unit_tree
from medialib.catalogue.people import Person
from medialib.catalogue.rights import viewer_of
from medialib.catalogue.statistics import Span
from medialib.errors import N_, NotAllowed
from medialib.services import Services
from medialib.web.desk.shell import me

SPANS = {"30": N_("Last 30 days"), "365": N_("Last 12 months"), "chosen": N_("Chosen days")}
_LONGEST_DAYS = 366 * 5


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the page is asked for: a span, as it was chosen, and the units to choose from."""

    span: Span
    chosen: str
    unit: str
    units: list[unit_tree.Row]

    @property
    def days(self) -> int:
        return (date.fromisoformat(self.span.last) - date.fromisoformat(self.span.first)).days + 1

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the same question at another address."""
        told = {"span": self.chosen, "unit": self.unit}
        if self.chosen == "chosen":
            told |= {"since": self.span.first, "until": self.span.last}
        return {key: value for key, value in told.items() if value and (key, value) != ("span", "30")}


def asked(services: Services) -> Asked:
    """What the address asks for; raises NotAllowed for an editor without a unit, or another's unit."""
    person = me(services)
    with services.database.read() as session:
        units = _units_of(session, person)
    unit = request.args.get("unit", "")
    path = next((row.unit.path for row in units if row.unit.slug == unit), "")
    if not viewer_of(person).at_least("curator"):
        if not person.unit_path:
            raise NotAllowed(N_("Your account belongs to no unit yet. Please ask an administrator."))
        if unit and not path:
            raise NotAllowed(N_("This is about another unit."))
        path = path or person.unit_path
    chosen = request.args.get("span", "30")
    first, last = _days(chosen if chosen in SPANS else "30")
    return Asked(
        span=Span(first=first.isoformat(), last=last.isoformat(), unit_path=path),
        chosen=chosen if chosen in SPANS else "30",
        unit=unit if path else "",
        units=units,
    )


def _units_of(session: Session, person: Person) -> list[unit_tree.Row]:
    """All units for the county's office; for an editor the own one and those below it."""
    rows = unit_tree.rows(session)
    if viewer_of(person).at_least("curator"):
        return rows
    mine = [row for row in rows if person.unit_path and row.unit.path.startswith(person.unit_path)]
    return [replace(row, depth=row.depth - mine[0].depth) for row in mine]


def _days(chosen: str) -> tuple[date, date]:
    today = date.today()
    if chosen == "30":
        return today - timedelta(days=29), today
    if chosen == "365":  # whole months, this one among them
        return (today.replace(day=1) - timedelta(days=330)).replace(day=1), today
    last = _day(request.args.get("until", "")) or today
    first = _day(request.args.get("since", "")) or last - timedelta(days=29)
    first, last = min(first, last), max(first, last)
    return max(first, last - timedelta(days=_LONGEST_DAYS)), last


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2999 else None
