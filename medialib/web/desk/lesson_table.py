"""What the address of the desk's table of lessons says, checked: filters, order, page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from medialib.catalogue import worklist
from medialib.catalogue.narrowing import Wanted
from medialib.catalogue.places import PLACES
from medialib.catalogue.stages import STAGES

PER_PAGE = 50
_LAST_PAGE = 2_000
_FIELDS = ("stage", "unit", "theme", "speaker", "kind", "place", "year", "parked", "q", "sort")


@dataclass(frozen=True, kw_only=True)
class Table:
    """What is asked for; what means nothing is as if it were not there."""

    stage: str = ""
    unit: str = ""
    theme: str = ""
    speaker: str = ""
    kind: str = ""
    place: str = ""
    year: str = ""
    parked: str = ""
    q: str = ""
    sort: str = ""
    page: int = 1

    def asked(self, found: Sequence[str] | None) -> worklist.Asked:
        """`found` are the lessons that hold the words, if there are any words."""
        wanted = Wanted(
            theme=self.theme or None, kind=self.kind or None, unit=self.unit or None, place=self.place or None,
            year=int(self.year) if self.year else None,
        )  # fmt: skip
        return worklist.Asked(
            wanted=wanted, found=found, stage=self.stage or None, speaker=self.speaker or None, parked=bool(self.parked)
        )

    @property
    def narrowed(self) -> bool:
        """Whether something besides the stage narrows it."""
        return replace(self, stage="", sort="", page=1) != Table()

    def query(self, **changes: Any) -> str:
        """The address's query with some of it changed; a change of anything but the page begins anew."""
        values = {name: getattr(self, name) for name in _FIELDS} | {"page": 1 if changes else self.page} | changes
        return urlencode({name: value for name, value in values.items() if value not in ("", None, 1)})


def read_table(arguments: MultiDict[str, str]) -> Table:
    """Odd values are dropped: an address of a year ago still opens the table."""
    told = {name: arguments.get(name, "").replace("\0", "").strip()[:200] for name in _FIELDS}
    allowed = {
        "stage": STAGES,
        "kind": ("video", "audio"),
        "place": [one.slug for one in PLACES],
        "sort": worklist.ORDERS,
        "parked": ("1",),
    }
    for name, values in allowed.items():
        if told[name] not in values:
            told[name] = ""
    if not (told["year"].isdecimal() and 1900 <= int(told["year"][:4]) <= 2999):
        told["year"] = ""
    told["year"] = told["year"][:4]
    number = arguments.get("page", 1, type=int)
    return Table(**told, page=min(max(number, 1), _LAST_PAGE))
