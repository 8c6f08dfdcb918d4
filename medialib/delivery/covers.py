"""Where a collection's own picture is, for pages and feeds; pure. Its name says what it shows and how large it is."""

import re

from medialib.catalogue.posters import ENDINGS, Candidate, widths_of
from medialib.delivery.posters import USUAL_WIDTH, Shown

COVER_NAME = re.compile(r"[0-9a-f]{16}-(\d{1,4})x(\d{1,4})")


def shown_cover(name: str) -> Shown | None:
    """The picture of this name; None for what is no name of one."""
    found = COVER_NAME.fullmatch(name)
    if found is None:
        return None
    width, height = int(found[1]), int(found[2])
    candidate = Candidate(origin="cover", width=width, height=height, widths=widths_of(width))
    usual = candidate.nearest(USUAL_WIDTH)
    sets = {ending: ", ".join(f"{_address(name, at, ending)} {at}w" for at in candidate.widths) for ending in ENDINGS}
    return Shown(
        address=_address(name, usual, "jpg"),
        width=usual,
        height=candidate.height_at(usual),
        webp=sets["webp"],
        jpeg=sets["jpg"],
    )


def largest_cover(name: str) -> str:
    """The address of the largest JPEG of it; "" for what is no name of one."""
    found = COVER_NAME.fullmatch(name)
    return _address(name, widths_of(int(found[1]))[-1], "jpg") if found else ""


def _address(name: str, width: int, ending: str) -> str:
    return f"/media/covers/{name}/{width}.{ending}"
