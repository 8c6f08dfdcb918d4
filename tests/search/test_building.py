"""Our writer of segments against Whoosh's own: whatever is read of the index must be the same."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from whoosh import fields
from whoosh.codec.whoosh3 import W3Codec
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex
from whoosh.query import And, Or, Phrase, Prefix, Term
from whoosh.reading import IndexReader, SegmentReader
from whoosh.writing import SegmentWriter

from medialib.search.blocks import BLOCK
from medialib.search.building import SegmentBuilder
from medialib.search.schema import Document, index_fields, make_schema
from medialib.search.segments import IndexStorage

from .conftest import make_document

WORDS = ["竹席", "编织", "养鸡", "银行", "excel", "2016", "茶园", "合作社", "zhu", "笋"]


def lessons(count: int, *, seed: int) -> list[Document]:
    """Lessons of few words, so that terms have many postings, and of rare ones."""
    dice = random.Random(seed)

    def words(most: int) -> str:
        return "，".join([*dice.choices(WORDS, k=dice.randrange(most)), f"罕{chr(0x4E00 + dice.randrange(9000))}"])

    return [
        make_document(
            f"{seed}-{number}", words(4), description=words(20), transcript=words(300), speaker="李秀英",
            themes=tuple(dice.sample(["a", "b", "c"], dice.randrange(3))), year=dice.choice([None, 2020, 2021]),
            place=dice.choice([None, "square"]), seconds=number, published=number * 1.5,
        )
        for number in range(count)
    ]  # fmt: skip


def schema() -> fields.Schema:
    """Ours, and a field with positions."""
    made = make_schema()
    made.add("placed", fields.TEXT())
    return made


def terms(document: Document) -> dict[str, object]:
    """What is indexed of a lesson."""
    return {**index_fields(document), "placed": " ".join(document.description.split("，"))}


def ours(folder: Path, *parts: Sequence[Document], most_bytes: int = 1 << 28) -> FileIndex:
    """An index by our writer, a segment for each part."""
    folder.mkdir()
    index = FileIndex.create(IndexStorage(str(folder)), schema())
    for part in parts:
        writer = SegmentBuilder(index, most_bytes=most_bytes)
        for document in part:
            writer.add_document(**terms(document))
        writer.commit(merge=False)
    return index


def stock(folder: Path, *parts: Sequence[Document]) -> FileIndex:
    """The same by Whoosh's own writer and codec."""
    folder.mkdir()
    index = FileIndex.create(FileStorage(str(folder), supports_mmap=False), schema())
    for part in parts:
        writer = SegmentWriter(index, codec=W3Codec())
        for document in part:
            writer.add_document(**terms(document))
        writer.commit(merge=False)
    return index


def told(reader: IndexReader, *, rounded: bool = False) -> dict[str, Any]:
    """Everything that can be read of an index; `rounded` leaves out what merging rounds, in Whoosh too."""
    everything: dict[str, Any] = {"stored": list(reader.all_stored_fields()), "count": reader.doc_count()}
    for field, term in reader.all_terms():
        info = reader.term_info(field, term)
        matcher = reader.postings(field, term)
        postings = []
        while matcher.is_active():
            postings.append((matcher.id(), matcher.weight(), matcher.value() or b""))
            matcher.next()
        everything[f"{field}:{term!r}"] = (
            postings, info.weight(), info.doc_frequency(), info.min_length(), info.max_length(), info.max_weight(),
            info.min_id(), info.max_id(),
        )  # fmt: skip
    for name, field in reader.schema.items():
        everything[f"length {name}"] = [reader.doc_field_length(number, name) for number in alive(reader)]
        if not rounded:
            everything[f"total {name}"] = reader.field_length(name)
        if field.column_type:
            column = reader.column_reader(name)
            everything[f"column {name}"] = [column[number] for number in alive(reader)]
    return everything


def alive(reader: IndexReader) -> list[int]:
    return list(reader.all_doc_ids())


@pytest.mark.parametrize("most_bytes", [1 << 28, 200_000, 1])
def test_the_index_holds_what_whoosh_would_write(tmp_path: Path, most_bytes: int) -> None:
    documents = lessons(150, seed=1)
    index = ours(tmp_path / "ours", documents, most_bytes=most_bytes)
    with index.reader() as mine, stock(tmp_path / "stock", documents).reader() as theirs:
        assert told(mine) == told(theirs)
    assert {path.suffix for path in (tmp_path / "ours").iterdir()} <= {".toc", ".seg", ""}


def test_long_lists_of_several_blocks_are_the_same(tmp_path: Path) -> None:
    documents = [make_document(f"{n}", "竹席" if n % 9 else "竹席养鸡", seconds=n % 7) for n in range(BLOCK + 300)]
    with ours(tmp_path / "ours", documents).reader() as mine, stock(tmp_path / "stock", documents).reader() as theirs:
        assert told(mine) == told(theirs)


def test_whooshs_queries_find_the_same_with_the_same_scores(tmp_path: Path) -> None:
    documents = lessons(400, seed=2)
    queries = [
        Term("transcript", "养鸡"),
        And([Term("title", "竹席"), Term("description", "茶园")]),
        Or([Term("title", "excel"), Term("transcript", "银行"), Term("names", "李秀英")]),
        Phrase("placed", ["合作社", "养鸡"]),
        Prefix("title_sounds", "zhu"),
        Term("year", "2020"),
    ]
    with (
        ours(tmp_path / "ours", documents).searcher() as mine,
        stock(tmp_path / "stock", documents).searcher() as theirs,
    ):
        for query in queries:
            found, expected = mine.search(query, limit=None), theirs.search(query, limit=None)
            assert found.top_n == expected.top_n and len(expected) > 0
            few, fewer = mine.search(query, limit=5), theirs.search(query, limit=5)
            assert few.top_n == fewer.top_n


def merge_all(writer: SegmentWriter, segments: Sequence[Any]) -> list[Any]:
    for segment in segments:
        writer.add_reader(SegmentReader(writer.storage, writer.schema, segment))
    return []


@pytest.mark.parametrize("added", [0, 20])
def test_merging_keeps_what_is_left_and_what_is_new(tmp_path: Path, added: int) -> None:
    parts = [lessons(60, seed=seed) for seed in range(3)]
    index = ours(tmp_path / "ours", *parts)
    writer = SegmentBuilder(index, most_bytes=1 << 20)
    for number in (0, 7, 61, 62, 179):
        writer.delete_document(number)
    new = lessons(added, seed=9)
    for document in new:
        writer.add_document(**terms(document))
    writer.commit(mergetype=merge_all)
    before = [one for part in parts for one in part]
    left = [*new, *(one for number, one in enumerate(before) if number not in (0, 7, 61, 62, 179))]
    with index.reader() as mine, stock(tmp_path / "stock", left).reader() as theirs:
        assert mine.is_atomic()
        assert told(mine, rounded=True) == told(theirs, rounded=True)


def test_giving_up_leaves_nothing_behind(tmp_path: Path) -> None:
    index = ours(tmp_path / "ours", lessons(5, seed=1))
    before = {path.name for path in (tmp_path / "ours").iterdir()}
    writer = SegmentBuilder(index, most_bytes=1)
    for document in lessons(5, seed=2):
        writer.add_document(**terms(document))
    writer.cancel()
    left = {path.name for path in (tmp_path / "ours").iterdir() if path.suffix == ".toc" or path.stat().st_size}
    assert index.doc_count() == 5 and before <= left | {"MAIN_WRITELOCK"}
