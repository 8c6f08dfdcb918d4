"""A complete rendition measured: its bit rates, in fMP4 and in MPEG-TS, and where its keyframes are."""

import json

from medialib.catalogue.plans import AudioRendition, Plan, Rendition
from medialib.files import open_regular
from medialib.ingest import transmux
from medialib.ingest.bitstream import Samples, read_samples
from medialib.ingest.workshop import Workshop


def measure(
    workshop: Workshop, lesson_id: str, plan: Plan, rendition: Rendition, seconds: list[float]
) -> dict[str, int]:
    """The figures of a rendition of which every segment is there, each so many `seconds` long.

    The places of its keyframes go into the store.
    """
    sizes = workshop.store.segments(lesson_id, plan.version, rendition.name)
    numbers = range(plan.segment_count)
    samples = [_samples(workshop, lesson_id, plan, rendition, number) for number in numbers]
    sound = isinstance(rendition, AudioRendition)
    weigh = transmux.ts_bytes_of_sound if sound else transmux.ts_bytes_of_pictures
    # They are in every segment once: with the sound, when there is one.
    tables = transmux.TS_TABLES_BYTES if sound or not plan.audio else 0
    least = transmux.TS_LEAST_BYTES if sound else 0
    figures = {
        **_rates("", [sizes[number] for number in numbers], seconds),
        **_rates("ts_", [max(least, tables + weigh(one.sizes)) for one in samples], seconds),
        "size_bytes": sum(sizes[number] for number in numbers),
    }
    if not sound:
        figures |= _rates("keyframes_", [one.first[1] for one in samples], seconds)
        _keep_places(workshop, lesson_id, plan, rendition, [one.first for one in samples])
    return figures


def _samples(workshop: Workshop, lesson_id: str, plan: Plan, rendition: Rendition, number: int) -> Samples:
    with open_regular(workshop.store.segment(lesson_id, plan.version, rendition.name, number)) as file:
        return read_samples(file)


def _rates(prefix: str, sizes: list[int], seconds: list[float]) -> dict[str, int]:
    peak = max(size * 8 / length for size, length in zip(sizes, seconds, strict=True))
    return {
        f"{prefix}peak_bits_per_second": round(peak),
        f"{prefix}average_bits_per_second": round(sum(sizes) * 8 / sum(seconds)),
    }


def _keep_places(
    workshop: Workshop, lesson_id: str, plan: Plan, rendition: Rendition, places: list[tuple[int, int]]
) -> None:
    """Put them into the store, where players' questions are answered from; once, since segments never change."""
    place = workshop.store.keyframes(lesson_id, plan.version, rendition.name)
    if place.exists():
        return
    with workshop.leases.hold(f"keyframes:{lesson_id}:{plan.version}:{rendition.name}") as lease:
        if lease is None:
            return  # another is putting the same there
        try:
            finished = workshop.store.workspace(lease.token) / place.name
            finished.write_text(json.dumps(places), encoding="utf-8")
            workshop.store.publish(finished, place)
        finally:
            workshop.store.discard(lease.token)
