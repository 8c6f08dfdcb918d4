"""The index on disk: writing, refreshing, rebuilding, and damage."""

import random
import shutil
import subprocess
import sys
import textwrap
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from medialib.search.index import Document, IndexUnavailable, SearchIndex
from medialib.search.merging import MOST_SEGMENTS, SMALL_SEGMENT
from medialib.search.query import search
from medialib.search.segments import MappedFile

from .conftest import make_document


def ids(index: SearchIndex, words: str | None = None) -> list[str]:
    """The lessons in which the words are found, or all that the index holds."""
    if words is None:
        return sorted(stored["id"] for stored in index.searcher().all_stored_fields())
    return sorted(search(index, words, per_page=1000).ids)


def test_before_anything_is_written_there_is_no_index(index: SearchIndex) -> None:
    for ask in (index.searcher, index.count, lambda: search(index, "茶")):
        with pytest.raises(IndexUnavailable):
            ask()


def test_a_put_lesson_is_found_at_once(index: SearchIndex) -> None:
    index.put([make_document("1", "竹席编织")])
    assert (ids(index, "竹席"), index.count()) == (["1"], 1)
    index.put([make_document("2", "竹席收口"), make_document("3", "养鸡")])
    assert (ids(index, "竹席"), index.count()) == (["1", "2"], 3)


def test_putting_again_replaces(index: SearchIndex) -> None:
    index.put([make_document("1", "竹席编织"), make_document("2", "养鸡")])
    index.put([make_document("1", "水稻"), make_document("1", "炒茶")])
    assert (ids(index, "竹席"), ids(index, "水稻"), ids(index, "炒茶"), index.count()) == ([], [], ["1"], 2)


def test_putting_nothing_writes_nothing(index: SearchIndex) -> None:
    index.put([])
    index.remove([])
    with pytest.raises(IndexUnavailable):
        index.count()


def test_removed_lessons_are_gone_and_unknown_ones_no_error(index: SearchIndex) -> None:
    index.put([make_document("1", "竹席编织"), make_document("2", "竹篮")])
    index.remove(["1", "never"])
    assert (ids(index), index.count()) == (["2"], 1)


def test_an_index_emptied_of_lessons_is_no_damage(index: SearchIndex) -> None:
    index.put([make_document("1", "竹席编织")])
    index.remove(["1"])
    index.merge_if_many()
    assert (ids(index), ids(index, "竹席"), index.count()) == ([], [], 0)


def test_a_kept_searcher_shows_no_stale_or_double_lesson(index: SearchIndex) -> None:
    """Forks of Whoosh re-use segment readers with old deletions on refresh; 2.7.4 must be kept for this."""
    for turn in range(20):
        index.put([make_document(str(n), f"竹席第{turn}课") for n in range(3)])
        if turn % 5 == 4:
            index.remove(["2"])
        found = search(index, "竹席").ids
        assert sorted(found) == (["0", "1"] if turn % 5 == 4 else ["0", "1", "2"])
        assert search(index, f"第{turn}课").total == index.count() == len(found)


def test_the_searcher_is_kept_until_something_is_written(library: SearchIndex) -> None:
    first = library.searcher()
    assert library.searcher() is first
    library.put([make_document("new", "新课")])
    assert library.searcher() is not first


def test_a_searcher_in_use_survives_what_is_written(library: SearchIndex) -> None:
    in_use = library.searcher()
    library.remove(["tea"])
    library.rebuild([])
    library.rebuild([])
    assert library.count() == 0
    assert in_use.doc_count() == 4
    assert sorted(hit["id"] for hit in in_use.documents()) == ["bees", "excel", "red", "tea"]


def test_many_segments_are_merged_and_nothing_is_lost(index: SearchIndex) -> None:
    index.put(make_document(f"base{n}", "养鸡", seconds=n, published=n) for n in range(200))
    assert not index.merge_if_many()
    for n in range(MOST_SEGMENTS):
        index.put([make_document(f"{n}", f"竹编第{n}课", themes=("craft",), seconds=n, published=1000 + n)])
    index.remove(["3"])
    before = search(index, "养鸡 竹编", sort="longest", per_page=500)
    assert before.total == 209
    large, *_ = [leaf.segment().segment_id() for leaf, _ in index.searcher().reader().leaf_readers()]
    assert index.merge_if_many()
    leaves = [leaf.segment() for leaf, _ in index.searcher().reader().leaf_readers()]
    assert len(leaves) == 2 and large in [leaf.segment_id() for leaf in leaves]
    assert set(search(index, "养鸡 竹编", sort="longest", per_page=500).ids) == set(before.ids)
    assert search(index, "竹编", sort="newest").ids == tuple(str(n) for n in (9, 8, 7, 6, 5, 4, 2, 1, 0))


def test_the_smallest_segments_are_merged_at_once_as_a_quiet_moment_may_be_long_in_coming(index: SearchIndex) -> None:
    index.put(make_document(f"base{n}", "养鸡") for n in range(SMALL_SEGMENT + 1))
    for n in range(35):
        index.put([make_document(f"{n}", f"竹编第{n}课", themes=("craft",), published=n)])
        index.tidy()
        assert len(index.searcher().view.leaves) <= MOST_SEGMENTS + 1
        assert search(index, "竹编", sort="newest", per_page=50).ids == tuple(str(one) for one in range(n, -1, -1))
    assert index.count() == SMALL_SEGMENT + 36


def test_segments_are_read_in_place(library: SearchIndex) -> None:
    leaf, _ = library.searcher().reader().leaf_readers()[0]
    files = leaf.storage().a
    assert all(isinstance(files.open_file(name), MappedFile) for name in files.list())


def test_opening_copies_nothing(index: SearchIndex, tmp_path: Path) -> None:
    dice = random.Random(7)
    said = ["".join(chr(dice.randrange(0x4E00, 0x9FA0)) for _ in range(1500)) for _ in range(60)]
    index.put(make_document(f"{n}", "竹编", transcript=text) for n, text in enumerate(said))
    (segment,) = (tmp_path / "index").glob("000001/*.seg")
    index.close()
    search(index, "竹编")
    index.close()
    tracemalloc.start()
    try:
        assert search(index, "竹编").total == 60
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < segment.stat().st_size / 4


def test_a_failed_put_changes_nothing_and_the_next_one_works(library: SearchIndex) -> None:
    with pytest.raises(ValueError, match="seconds"):
        library.put([make_document("bad", "坏", seconds="seconds")])
    assert library.count() == 4
    library.put([make_document("good", "好课")])
    assert library.count() == 5


def test_a_rebuild_holds_exactly_what_it_was_given(library: SearchIndex, tmp_path: Path) -> None:
    assert library.rebuild(make_document(str(n), f"竹编第{n}课") for n in range(7)) == 7
    assert ids(library) == [str(n) for n in range(7)]
    assert ids(library, "茶") == []
    for _ in range(3):
        library.rebuild([make_document("1", "竹编"), make_document("1", "竹编")])
    assert library.count() == 1
    assert len(list((tmp_path / "index").glob("0*"))) == 2


def test_a_rebuild_that_fails_leaves_the_old_index_in_use(library: SearchIndex, tmp_path: Path) -> None:
    def broken() -> Iterator[Document]:
        yield make_document("1", "竹编")
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        library.rebuild(broken())
    assert library.count() == 4
    assert sorted(path.name for path in (tmp_path / "index").iterdir()) == ["000001", "current"]


def test_what_another_process_writes_is_found(library: SearchIndex, tmp_path: Path) -> None:
    assert library.count() == 4
    run_writer(tmp_path, "index.put([Document(id='other', title='竹席编织', published=1.0)])")
    assert ids(library, "竹席") == ["other"]
    run_writer(tmp_path, "index.rebuild([Document(id='rebuilt', title='竹席编织', published=1.0)])")
    assert ids(library, "竹席") == ["rebuilt"]


def test_readers_see_whole_answers_while_another_process_writes(tmp_path: Path) -> None:
    index = SearchIndex(tmp_path / "index")
    index.put(make_document(f"{n}", "竹席编织") for n in range(5))
    code = """
    for turn in range(12):
        lessons = [Document(id=str(n), title='竹席编织', published=turn) for n in range(5)]
        index.rebuild(lessons) if turn % 3 == 0 else index.put(lessons)
        index.merge_if_many()
    """
    writer = subprocess.Popen([sys.executable, "-W", "ignore", "-c", script(tmp_path, code)])
    reads = 0
    while writer.poll() is None:
        assert ids(index, "竹席") == ["0", "1", "2", "3", "4"]
        reads += 1
    assert writer.returncode == 0 and reads > 12


def test_a_writer_killed_at_work_does_no_harm(library: SearchIndex, tmp_path: Path) -> None:
    code = """
    import os
    def dying():
        yield Document(id='1', title='竹编', published=1.0)
        os.kill(os.getpid(), 9)
    index.rebuild(dying())
    """
    assert run_writer(tmp_path, code) == -9
    assert library.count() == 4
    library.put([make_document("5", "竹编")])
    assert library.rebuild([make_document("6", "竹编")]) == 1
    assert len(list((tmp_path / "index").glob("0*"))) == 2


def cut(path: Path, *, to: float) -> None:
    """Keep only the first part of a file, as a crash or a full disk would."""
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * to)])


def aim(link: Path, *, at: str) -> None:
    """Let the link to the current index point elsewhere."""
    link.unlink()
    link.symlink_to(at)


def replace_by(link: Path, make: Callable[[], object]) -> None:
    """What a careless copy of the library leaves of a link."""
    link.unlink()
    make()


@pytest.mark.parametrize("to", [0, 0.5])
def test_a_file_that_is_cut_off_while_it_is_read_is_damage(library: SearchIndex, tmp_path: Path, to: float) -> None:
    """To read a map beyond the end of its file would end the process."""
    assert search(library, "茶").total
    cut(next((tmp_path / "index").glob("000001/*.seg")), to=to)
    with pytest.raises(IndexUnavailable) as told:
        search(library, "茶园")
    assert told.value.lasting


@pytest.mark.parametrize("files", ["000001/*.seg", "000001/*.toc"])
def test_whoever_looks_after_the_index_sees_what_is_gone_although_it_can_read_it(
    library: SearchIndex, tmp_path: Path, files: str
) -> None:
    held = library.count()
    assert search(library, "茶").total
    next((tmp_path / "index").glob(files)).unlink()
    with pytest.raises(IndexUnavailable):
        library.count()
    library.rebuild(make_document(str(number), "竹编") for number in range(held))
    assert library.count() == held


def test_a_file_in_place_of_the_index_is_no_obstacle(index: SearchIndex, tmp_path: Path) -> None:
    (tmp_path / "index").write_text("?")
    with pytest.raises(IndexUnavailable):
        index.count()
    index.rebuild([make_document("1", "竹编")])
    assert search(index, "竹").ids == ("1",)


@pytest.mark.parametrize(
    ("files", "harm"),
    [
        ("000001", shutil.rmtree),
        ("current", Path.unlink),
        ("000001/*.toc", lambda path: cut(path, to=0)),
        ("000001/*.toc", lambda path: cut(path, to=0.1)),
        ("000001/*.toc", lambda path: cut(path, to=0.9)),
        ("000001/*.toc", lambda path: path.write_bytes(b"\0" * 3000)),
        ("000001/built-by", Path.unlink),
        ("000001/built-by", lambda path: path.write_text("an older medialib")),
        ("000001/*.toc", Path.unlink),
        ("current", lambda path: aim(path, at="000077")),
        ("current", lambda path: aim(path, at="../../etc")),
        ("current", lambda path: aim(path, at="current")),
        ("current", lambda path: replace_by(path, lambda: path.write_text("000001"))),
        ("current", lambda path: replace_by(path, lambda: shutil.copytree(path.parent / "000001", path))),
        ("000001/*.seg", Path.unlink),
        ("000001/*.seg", lambda path: cut(path, to=0)),
        ("000001/*.seg", lambda path: cut(path, to=0.5)),
        ("000001/*.seg", lambda path: path.write_bytes(bytes(range(256)) * 20)),
    ],
)
def test_damage_is_told_and_a_rebuild_mends_it(
    library: SearchIndex, tmp_path: Path, files: str, harm: Callable[[Path], object]
) -> None:
    harm(next((tmp_path / "index").glob(files)))
    fresh = SearchIndex(tmp_path / "index")
    with pytest.raises(IndexUnavailable):
        search(fresh, "茶")
    with pytest.raises(IndexUnavailable):
        fresh.put([make_document("1", "竹编")])
    assert fresh.rebuild([make_document("1", "竹编")]) == 1
    assert ids(fresh, "竹编") == ["1"]
    assert ids(library, "竹编") == ["1"]


def test_what_one_process_distrusts_no_other_goes_on_reading(library: SearchIndex, tmp_path: Path) -> None:
    other = SearchIndex(tmp_path / "index")
    assert search(other, "茶").total
    damage = IndexUnavailable("a term is in a document that there is not")
    damage.__cause__ = ValueError()
    library.distrust(damage)
    with pytest.raises(IndexUnavailable):
        search(other, "茶")
    other.rebuild([make_document("1", "竹编")])
    assert ids(other, "竹编") == ["1"]


@pytest.mark.parametrize("part", range(0, 100, 4))
def test_a_zeroed_stretch_of_a_segment_is_told_or_harmless(library: SearchIndex, tmp_path: Path, part: int) -> None:
    segment = next((tmp_path / "index").glob("000001/*.seg"))
    content = bytearray(segment.read_bytes())
    start = len(content) * part // 100
    content[start : start + 200] = b"\0" * len(content[start : start + 200])
    segment.write_bytes(content)
    library.close()
    for words in ("茶", "茶园管理", "excel", "zhongfeng", "", "不存在的词"):
        try:
            search(library, words)
        except IndexUnavailable as error:
            assert error.__cause__ is not None


def script(tmp_path: Path, code: str) -> str:
    head = f"""
    from pathlib import Path
    from medialib.search.index import Document, SearchIndex
    index = SearchIndex(Path({str(tmp_path / "index")!r}))
    """
    return textwrap.dedent(head) + textwrap.dedent(code)


def run_writer(tmp_path: Path, code: str) -> int:
    command = [sys.executable, "-W", "ignore", "-c", script(tmp_path, code)]
    return subprocess.run(command, timeout=60).returncode
