"""Where a lesson's pictures are, for pages and programs; pure. Addresses are paths below the site's root."""

from dataclasses import dataclass
from typing import Any

from medialib.catalogue.lessons import Lesson
from medialib.catalogue.posters import ENDINGS, Candidate, Posters

USUAL_WIDTH = 640


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One picture of a lesson: `address` of a JPEG of a usual size, and all sizes for an img's srcset."""

    address: str
    width: int
    height: int
    webp: str
    jpeg: str


def shown(lesson: Lesson, posters: Posters) -> Shown:
    """The picture that stands for the lesson."""
    number = posters.chosen(lesson.poster_choice)
    candidate = posters.picture(number)
    width = candidate.nearest(USUAL_WIDTH)
    sets = {ending: _srcset(lesson, number, candidate, ending) for ending in ENDINGS}
    return Shown(
        address=address(lesson, number, width, "jpg"),
        width=width,
        height=candidate.height_at(width),
        webp=sets["webp"],
        jpeg=sets["jpg"],
    )


def shown_at(lesson: Lesson, posters: Posters, width: int) -> str:
    """The address of that picture as a JPEG of about this width."""
    number = posters.chosen(lesson.poster_choice)
    return address(lesson, number, posters.picture(number).nearest(width), "jpg")


def described(lesson: Lesson, posters: Posters) -> list[dict[str, Any]]:
    """All pictures as JSON: the lesson's own first, then the candidates, the best first."""
    chosen = posters.chosen(lesson.poster_choice)
    return [
        {
            "number": number,
            "chosen": number == chosen,
            "origin": one.origin,
            "at_seconds": one.at_seconds,
            "sizes": [
                {
                    "width": width,
                    "height": one.height_at(width),
                    "jpeg": address(lesson, number, width, "jpg"),
                    "webp": address(lesson, number, width, "webp"),
                }
                for width in one.widths
            ],
        }
        for number, one in posters.numbered.items()
    ]


def address(lesson: Lesson, number: int, width: int, ending: str) -> str:
    if number < 0:
        return f"/media/{lesson.id}/picture/{-number}/{width}.{ending}"
    return f"/media/{lesson.id}/v{lesson.plan_version}/poster/{number}/{width}.{ending}"


def thumbnails_path(lesson: Lesson) -> str:
    return f"/media/{lesson.id}/v{lesson.plan_version}/sheets/thumbnails.vtt"


def peaks_path(lesson: Lesson) -> str:
    return f"/media/{lesson.id}/v{lesson.plan_version}/peaks.json"


def _srcset(lesson: Lesson, number: int, candidate: Candidate, ending: str) -> str:
    return ", ".join(f"{address(lesson, number, width, ending)} {width}w" for width in candidate.widths)
