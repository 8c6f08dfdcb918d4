"""What is found out about a recording before anything of it is stored: its plan, its steps, what is wrong with it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from medialib.catalogue.plans import Plan
from medialib.ingest.extraction import unreadable_texts
from medialib.ingest.planning import plan_recording
from medialib.ingest.probing import Look
from medialib.ingest.steps import RANKS, steps_of
from medialib.ingest.workshop import Workshop

# What the file is called in the store follows from what it is, never from what it was called.
_EXTENSIONS = {
    "mov": ".mp4", "matroska": ".mkv", "avi": ".avi", "flv": ".flv", "asf": ".asf", "mpegts": ".ts",
    "mpeg": ".mpg", "mp3": ".mp3", "aac": ".aac", "flac": ".flac", "ogg": ".ogg", "wav": ".wav",
    "aiff": ".aiff", "amr": ".amr", "ape": ".ape",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Examined:
    """`steps` with their ranks; `notices` are about the recording itself, as Lesson says."""

    seen: Look
    plan: Plan
    steps: Mapping[str, int]
    notices: tuple[dict[str, Any], ...]

    @property
    def extension(self) -> str:
        return _EXTENSIONS.get(self.seen.facts.container.partition(",")[0], ".media")

    @property
    def stored(self) -> dict[str, Any]:
        """What the catalogue keeps of the source beside its name, size and digest."""
        facts = json.loads(json.dumps(asdict(self.seen.facts), default=str))
        return {"extension": self.extension, "facts": facts}


def examine(workshop: Workshop, copy: Path, *, clean_speech: bool | None = None, version: int = 1) -> Examined:
    """Look at the file and plan what is made of it; raises UnusableMedia, and ToolFailed for the machine's faults."""
    clean = workshop.settings.sound.clean_speech if clean_speech is None else clean_speech
    planned = plan_recording(workshop, copy, clean=clean, version=version)
    texts = planned.seen.facts.texts
    steps = steps_of(planned.plan, texts=any(one.readable for one in texts))
    unread = (one.to_stored() for one in unreadable_texts(texts))
    return Examined(
        seen=planned.seen,
        plan=planned.plan,
        steps={step: RANKS[step] for step in steps},
        notices=(*planned.notices, *unread),
    )


def put_in_place(workshop: Workshop, copy: Path, read: Path, lesson_id: str, extension: str, *, version: int) -> None:
    """The copy on a mended clock, when there is one, and the source, which comes last."""
    store = workshop.store
    if read != copy:
        store.publish(read, store.mended(lesson_id, version))
    store.publish(copy, store.source(lesson_id, extension, version))
