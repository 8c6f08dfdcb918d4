"""What all ffmpeg commands for a lesson share: the run that is wanted, a source opened, and their first words; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from medialib.catalogue.plans import Plan
from medialib.ingest.inputs import reading

INPUT = reading()


@dataclass(frozen=True, kw_only=True)
class Run:
    """Segments first .. first+count-1 of some renditions of one kind, made by one ffmpeg.

    Somebody waits for a `hot` run: it trades a few bits for speed.
    """

    names: tuple[str, ...]
    first: int
    count: int
    hot: bool = False

    @property
    def numbers(self) -> range:
        return range(self.first, self.first + self.count)


def open_at(source: Path, plan: Plan, seconds: float, **options: str | None) -> Any:
    """The source from so many seconds of the lesson on.

    Whoever wants the beginning does not seek: some files cannot, and are then at their end.
    """
    use = plan.source
    return open_source(source, use.start_seconds + seconds if seconds > use.before_seconds else 0.0, **options)


def open_source(source: Path, seek_seconds: float, **options: str | None) -> Any:
    """The source from the keyframe before `seek_seconds`, on its own clock.

    Pictures before that time are kept (noaccurate_seek): one of them may still be on show at the run's start. Where
    to end is said by trim: a length would be counted from that keyframe, which may be ten seconds earlier.
    """
    options |= {"noaccurate_seek": None, **INPUT}
    if seek_seconds > 0:
        # Without seek_timestamp ffmpeg would add the source's start a second time.
        options |= {"seek_timestamp": "1", "ss": f"{seek_seconds:.6f}"}
    return ffmpeg.input(f"file:{source}", **options)


def complete(program: str, outputs: Sequence[Any]) -> list[str]:
    joined = outputs[0] if len(outputs) == 1 else ffmpeg.merge_outputs(*outputs)
    arguments: Iterable[str] = ffmpeg.get_args(joined)
    return [
        program,
        *("-nostdin", "-hide_banner", "-y"),
        "-copyts",
        *("-v", "error"),
        *("-progress", "pipe:1"),
        *("-stats_period", "1"),
        # Damaged pictures are not a reason to give up: keep what decodes.
        *("-max_error_rate", "1"),
        *arguments,
    ]
