"""Dates of which the month or the day may be left open, such as 2024 or 2024-05: when a lesson was recorded (pure)."""

import re
from datetime import date

from medialib.errors import N_, BadRequest

_DATE = re.compile(r"\d{4}(-\d{2}){0,2}")


def check_date(told: str | None) -> None:
    """Raises BadRequest for what is no year, month or day; None is none."""
    if told is None:
        return
    try:
        if not _DATE.fullmatch(told):
            raise ValueError
        date.fromisoformat(f"{told}-01-01"[:10])
    except ValueError as error:
        raise BadRequest(
            N_("“%(date)s” is not a year, a month or a day such as 2024-05."), values={"date": told[:40]}
        ) from error
