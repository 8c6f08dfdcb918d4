"""The kinds of text that bodies hold, checked as the forms of the pages check them (pure)."""

from functools import partial
from typing import Annotated

from pydantic import AfterValidator, Field

from medialib.catalogue.readable import readable

Line = Annotated[str, AfterValidator(readable)]
Text = Annotated[str, AfterValidator(partial(readable, lines=True))]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,64}$")]
LessonId = Annotated[str, Field(pattern=r"^[a-z0-9]{4,16}$")]
Seconds = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
