"""Tables as files that office programs open: CSV in UTF-8, in which nothing is taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from flask import Response

_BOM = "\ufeff"
"""Office programs of old take a file for UTF-8 only when it begins with this."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Office programs in Chinese take the wide ones for the same."""


def answer(columns: Sequence[str], rows: Iterable[Sequence[str]], *, name: str, title: str) -> Response:
    """A file to keep, called `title`, and `name` where that cannot be written."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(one) for one in row] for row in rows)
    response = Response(_BOM + text.getvalue(), content_type="text/csv; charset=utf-8")
    told = f"attachment; filename=\"{name}.csv\"; filename*=UTF-8''{quote(title)}.csv"
    response.headers["Content-Disposition"] = told
    response.headers["Cache-Control"] = "no-store"
    return response


def _cell(text: str) -> str:
    """A title that begins like a formula is none; numbers bear no separators."""
    plain = text.replace(",", "")
    if plain.isdigit():
        return plain
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
