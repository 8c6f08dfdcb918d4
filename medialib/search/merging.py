"""Which segments of the index become one, and when: questions slow down with every segment."""

from collections.abc import Iterable

from whoosh.codec.base import Segment
from whoosh.reading import SegmentReader

from medialib.search.building import SegmentBuilder
from medialib.search.damage import reading

MOST_SEGMENTS = 10
"""Questions take 5 ms at 1 segment, 15 at 11, 38 at 57 (100,000 lessons, Whoosh's own matchers)."""
SMALL_SEGMENT = 50
"""Lessons of a segment that is merged right after a commit when there are ten of them: half a second at most."""


def merge_smallest(writer: SegmentBuilder, segments: list[Segment]) -> list[Segment]:
    """Merge those that take no time: a quiet moment may be long in coming."""
    small = [segment for segment in segments if is_small(segment)]
    _take_over(writer, small)
    return [segment for segment in segments if segment not in small]


def is_small(segment: Segment) -> bool:
    return bool(segment.doc_count_all() <= SMALL_SEGMENT)


def merge_smaller(writer: SegmentBuilder, segments: list[Segment]) -> list[Segment]:
    """Merge from the smallest up; a segment larger than all smaller ones together stays as it is.

    So a lesson is rewritten a logarithmic number of times. A segment with a fifth deleted is merged too.
    """
    kept: list[Segment] = []
    merged = 0
    for segment in sorted(segments, key=Segment.doc_count):
        large = merged > 0 and segment.doc_count() > 2 * merged and len(kept) < MOST_SEGMENTS // 2
        if large and segment.deleted_count() * 5 < segment.doc_count_all():
            kept.append(segment)
            continue
        merged += segment.doc_count()
        _take_over(writer, [segment])
    return kept


def _take_over(writer: SegmentBuilder, segments: Iterable[Segment]) -> None:
    with reading():
        for segment in segments:
            writer.add_reader(SegmentReader(writer.storage, writer.schema, segment))
