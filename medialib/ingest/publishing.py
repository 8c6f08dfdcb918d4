"""What ffmpeg has finished goes into the store: looked over before, since it is kept for ever."""

from pathlib import Path

from medialib.catalogue.plans import Plan
from medialib.errors import NothingDecoded, ToolFailed, TooMuchDecoded
from medialib.files import open_regular
from medialib.ingest.bitstream import count_samples, is_whole, read_codecs
from medialib.ingest.failures import failed, no_room
from medialib.ingest.recording import Recording, record_progress
from medialib.ingest.workshop import Workshop


def read_whole(path: Path) -> bytes:
    """What a program has written; raises DiskFull when its end is missing."""
    with open_regular(path) as file:
        content = file.read()
    if content and not is_whole(content):
        raise no_room(f"{path.name} was cut off after {len(content)} bytes")
    return content


def refuse_incomplete(plan: Plan, name: str, number: int, finished: Path) -> None:
    """Raise ToolFailed for a segment that lacks pictures or sound, or has too much.

    ffmpeg closes one properly even when it gives up in the middle, or could decode nothing at all.
    """
    rendition = plan.rendition(name)
    assert rendition is not None, name
    found, wanted = count_samples(read_whole(finished)), plan.samples(rendition, number)
    if found != wanted:
        kind = TooMuchDecoded if found > wanted else ToolFailed if found else NothingDecoded
        raise failed(f"{name} segment {number} holds {found} of {wanted} samples", kind=kind)


def publish_init(workshop: Workshop, recording: Recording, name: str, init: Path) -> None:
    """Whoever puts it into place first says what it holds."""
    codecs = read_codecs(read_whole(init))
    if workshop.store.publish(init, workshop.store.init(recording.lesson_id, recording.plan.version, name)):
        record_codecs(workshop, recording, name, codecs)


def record_codecs(workshop: Workshop, recording: Recording, name: str, codecs: str) -> None:
    record_progress(workshop, recording, [name], codecs=codecs)
