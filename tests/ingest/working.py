"""What tests of the engine do with a library: work off what is to be done, and look a lesson up."""

import time

from medialib.catalogue import lookups
from medialib.catalogue.lessons import Lesson
from medialib.ingest import pipeline
from medialib.services import Services

_LOOKS = 6
_PAUSE_SECONDS = 0.05


def work_off(services: Services, *, until: str = "") -> None:
    """All that can be done now, or all that comes before the step `until`."""
    while pipeline.advance(services.workshop, lambda: True, before=until):
        pass


def work_off_patiently(services: Services) -> None:
    """Also what rests for a moment after a failure."""
    idle = 0
    while idle < _LOOKS:
        if pipeline.advance(services.workshop, lambda: True):
            idle = 0
        else:
            idle += 1
            time.sleep(_PAUSE_SECONDS)


def lesson_of(services: Services, lesson_id: str) -> Lesson:
    with services.database.read() as session:
        return lookups.lesson(session, lesson_id)
