"""How figures are written for people: days, months, how often, how large."""

from datetime import date

from medialib.catalogue.plays import LEAST_SHOWN
from medialib.web.i18n import gettext, language


def day_name(day: str) -> str:
    at = date.fromisoformat(day)
    return f"{at.month}月{at.day}日" if language().startswith("zh") else f"{at.day} {at:%b}"


def month_name(month: str) -> str:
    year, number = month.split("-")[:2]
    return f"{int(number)}月" if language().startswith("zh") else f"{date(int(year), int(number), 1):%b}"


def count(number: int) -> str:
    """How often, as it may be shown."""
    return f"{number:,}" if number >= LEAST_SHOWN else gettext("under %(least)s", least=LEAST_SHOWN) if number else "0"


def told_bytes(size_bytes: float) -> str:
    """A size as people say it: 240 GB."""
    for limit, unit in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB")):
        if size_bytes >= limit:
            value = size_bytes / limit
            return f"{value:,.0f} {unit}" if value >= 100 else f"{value:,.1f} {unit}"
    return gettext("under 1 MB") if size_bytes else "0"
