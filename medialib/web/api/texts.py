"""The kinds of text that bodies hold, checked as the forms of the pages check them (pure)."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field


def _one_line(value: str) -> str:
    """Without control characters, and without space around it."""
    return "".join(" " if unicodedata.category(one) in ("Cc", "Cs") else one for one in value).strip()


def _lines(value: str) -> str:
    return "\n".join(_one_line(line) for line in value.splitlines()).strip()


Line = Annotated[str, AfterValidator(_one_line)]
Text = Annotated[str, AfterValidator(_lines)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,64}$")]
LessonId = Annotated[str, Field(pattern=r"^[a-z0-9]{4,16}$")]
Seconds = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
