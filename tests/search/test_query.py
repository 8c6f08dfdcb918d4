"""Questions put to the index: words, filters, order and pages."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medialib.search.index import SearchIndex
from medialib.search.query import Filters, search

from .conftest import make_document

EVERYWHERE = "高山茶园 中蜂 红色 记账"
"""Words of every lesson of the library."""


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("茶园", "tea"),
        ("茶園管理", "tea"),
        ("李秀英", "tea"),
        ("lixiuying", "tea"),
        ("蜂", "bees"),
        ("土蜂蜜", "bees"),
        ("zhong feng", "bees"),
        ("zfgx", "bees"),
        ("zhōng fēng", "bees"),
        ("zongfen", "bees"),
        ("张大山 分蜂", "bees"),
        ("县志", "red"),
        ("红色教通站", "red"),
        ("ＥＸＣＥＬ２０１６", "excel"),
        ("茶叶收入", "excel"),
        ("practical", "tea"),
        ("gscydjgl", "tea"),
        ("hsjtzjz", "red"),
        ("zonghong", "bees"),
        ("请问红色交通站的视频", "red"),
        ("我想学一下记账，有哪些方法？", "excel"),
    ],
)
def test_a_lesson_is_found_first_by(library: SearchIndex, words: str, found: str) -> None:
    assert search(library, words).ids[:1] == (found,)


def test_lessons_with_all_words_come_before_lessons_with_some(index: SearchIndex) -> None:
    index.put(
        [
            make_document("some", "水稻 水稻 水稻 水稻"),
            make_document("all", "今年的事情很多", description="也说到水稻，也说到养鸭，说到很多别的事情。"),
            make_document("other", "养鸭"),
        ]
    )
    found = search(index, "水稻养鸭")
    assert (found.total, found.ids[0], set(found.ids)) == (3, "all", {"some", "all", "other"})


def test_stray_characters_and_fillers_find_nothing_but_half_of_a_word_does(index: SearchIndex) -> None:
    index.put(
        [
            make_document("field", "耕地地力保护补贴发放"),
            make_document("fire", "森林防火人人有责"),
            make_document("moved", "县志里的大旱", description="旱灾和移民垦荒"),
            make_document("hens", "林下散养土鸡入门"),
            make_document("meet", "村民代表大会怎么开"),
        ]
    )
    assert search(index, "量子力学").ids == ()
    assert search(index, "火星移民").ids == ("moved",)
    assert search(index, "养鸡").ids == ("hens",)
    assert search(index, "鸡舍").ids == ("hens",)
    assert search(index, "怎么种西瓜").ids == ()
    assert search(index, "怎么放养鸡").ids == ("hens",)


def test_enough_lessons_with_all_words_need_no_others(index: SearchIndex) -> None:
    index.put([make_document(f"{n}", "水稻养鸭") for n in range(3)])
    index.put([make_document("some", "水稻")])
    assert search(index, "水稻养鸭").total == 3


def test_filler_words_are_not_required(index: SearchIndex) -> None:
    index.put([make_document("hens", "养鸡入门"), make_document("meet", "村民大会怎么开")])
    assert search(index, "怎么养鸡").ids[0] == "hens"
    assert search(index, "怎么").ids[0] == "meet"


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(), ("excel", "red", "bees", "tea")),
        (Filters(theme="skills"), ("bees", "tea")),
        (Filters(theme="skill"), ()),
        (Filters(kind="audio"), ("red", "bees")),
        (Filters(unit="archive"), ("excel", "red")),
        (Filters(unit="arch"), ()),
        (Filters(year=2022), ("red", "bees")),
        (Filters(year=2022, theme="stories", kind="audio", unit="qingxi"), ("bees",)),
        (Filters(theme=""), ()),
    ],
)
def test_only_what_passes_the_filters_is_found(library: SearchIndex, filters: Filters, found: tuple[str, ...]) -> None:
    listed = search(library, EVERYWHERE, filters=filters, sort="newest")
    assert (listed.ids, listed.total) == (found, len(found))


def test_filters_hold_for_words_too(library: SearchIndex) -> None:
    assert search(library, "茶").total == 2
    assert search(library, "茶", filters=Filters(kind="video", year=2021)).ids == ("tea",)
    assert search(library, "茶", filters=Filters(kind="audio")).ids == ()


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("newest", ("excel", "red", "bees", "tea")),
        ("oldest", ("tea", "bees", "red", "excel")),
        ("longest", ("red", "excel", "tea", "bees")),
        ("shortest", ("bees", "tea", "excel", "red")),
    ],
)
def test_lessons_are_sorted(library: SearchIndex, sort: str, order: tuple[str, ...]) -> None:
    assert search(library, EVERYWHERE, sort=sort).ids == order


def test_found_lessons_are_sorted_too(library: SearchIndex) -> None:
    assert search(library, "茶", sort="newest").ids == ("excel", "tea")
    assert search(library, "茶", sort="oldest").ids == ("tea", "excel")


def test_pages_make_up_the_whole(index: SearchIndex) -> None:
    for part in range(4):
        numbers = range(part * 15, part * 15 + 15)
        index.put(make_document(f"{n}", f"竹编第{n}课", published=n) for n in numbers)
    asked = (("竹编", "relevance"), ("竹编", "shortest"), ("竹编", "newest"), ("竹编 毛竹", "relevance"))
    for words, sort in asked:
        pages = [search(index, words, sort=sort, page=page, per_page=7) for page in range(1, 10)]
        assert {page.total for page in pages} == {60}
        assert [len(page.ids) for page in pages] == [7] * 8 + [4]
        assert len({id for page in pages for id in page.ids}) == 60
    assert search(index, "竹编", page=10, per_page=7).ids == ()
    assert search(index, "竹编", page=10**9, per_page=10**9).total == 60
    assert len(search(index, "竹编", page=-3, per_page=0).ids) == 1


def test_totals_are_exact_in_large_and_filtered_answers(index: SearchIndex) -> None:
    index.put(
        make_document(f"{n}", "竹编" if n % 3 else "竹编与竹席", kind="audio" if n % 2 else "video") for n in range(600)
    )
    assert search(index, "竹编", per_page=5).total == 600
    assert search(index, "竹席", per_page=5).total == 200
    assert search(index, "竹席", per_page=5, filters=Filters(kind="audio")).total == 100


@pytest.mark.parametrize(
    "words",
    ["！！？", "\x00", "\ud800", "a" * 9000, "竹" * 9000, "((", "title:", '"', "* OR NOT", "🎋", "xi'an",
     "lüse", "'", "zhe shi yi ge hen chang hen chang de ju zi", "zheshiyigehenchanghenchangdejuzi"],
)  # fmt: skip
def test_bad_questions_are_no_errors(library: SearchIndex, words: str) -> None:
    assert search(library, words).total <= 4


@pytest.mark.parametrize("words", ["，。！", "  ", ""])
def test_without_a_word_nothing_is_found(library: SearchIndex, words: str) -> None:
    assert search(library, words).total == 0


@pytest.mark.parametrize("sort", ["relevance", "newest"])
def test_only_the_lessons_of_the_page_are_read_from_the_disk(index: SearchIndex, sort: str) -> None:
    index.put(make_document(f"{n}", "竹编", published=n) for n in range(300))
    (leaf,) = index.view().leaves
    reader = leaf.segment.reader
    read: list[int] = []
    stored = reader.stored_fields

    def read_stored(document: int) -> object:
        read.append(document)
        return stored(document)

    reader.stored_fields = read_stored
    assert len(search(index, "竹编", sort=sort, page=50, per_page=5).ids) == 5
    assert len(read) == 5


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(words=st.text(st.characters(), max_size=40))
def test_any_text_can_be_asked(library: SearchIndex, words: str) -> None:
    found = search(library, words)
    assert len(found.ids) == found.total == len(set(found.ids))


LEVELS = (
    {"title": "讲解竹鼠"},
    {"title": "一", "series": "竹鼠系列"},
    {"title": "二", "speaker": "竹鼠大王"},
    {"title": "三", "description": "讲怎样养竹鼠。"},
    {"title": "四", "transcript": "这里说到竹鼠。"},
)


@pytest.mark.parametrize("words", ["竹鼠", "竹鼠 讲"])
def test_title_comes_before_series_before_names_before_description_before_captions(
    index: SearchIndex, words: str
) -> None:
    index.put(make_document(f"{n}", **parts, published=n * 1e8) for n, parts in enumerate(LEVELS))
    index.put(make_document(f"other{n}", f"别的课{n}", description="讲讲竹鼠竹鼠竹鼠") for n in range(20))
    found = search(index, words, per_page=50).ids
    leading = ("0", "1", "2") if words == "竹鼠" else ("0",)
    assert found[: len(leading)] == leading
    assert found.index("3") > found.index("0")
    assert found[-1] == "4" or words != "竹鼠"


def test_of_two_equals_the_featured_and_the_newer_come_first(index: SearchIndex) -> None:
    year = 365 * 24 * 3600.0
    index.put(make_document(f"old{n}", "竹编", published=n) for n in range(3))
    index.put([make_document("new", "竹编", published=3 * year), make_document("shelf", "竹编", featured=True)])
    index.put([make_document("about", "别的", description="竹编", featured=True, published=3 * year)])
    assert search(index, "竹编").ids == ("shelf", "new", "old2", "old1", "old0", "about")


def test_equals_keep_their_order_by_id(index: SearchIndex) -> None:
    for names in ("da", "cb", "e"):
        index.put(make_document(name, "竹编") for name in names)
    assert search(index, "竹编").ids == tuple("abcde")
    assert [search(index, "竹编", page=page, per_page=2).ids for page in (1, 2, 3)] == [("a", "b"), ("c", "d"), ("e",)]
    assert search(index, "竹编", sort="longest").ids == tuple("abcde")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ('"茶园冬季"', ("tea",)),
        ('"冬季茶园"', ()),
        ("“收捕分蜂群”", ("bees",)),
        ("“EXCEL 2016”", ("excel",)),
        ("“2016 excel”", ()),
        ("“输入茶叶收入”", ("excel",)),
        ("“茶叶输入”", ("excel",)),
        ("茶 -excel", ("tea",)),
        ("茶 -“基肥”", ("excel",)),
        ("茶 -茶", ()),
        ("-茶", ()),
        ("“县志里的故事”", ("red",)),
    ],
)
def test_phrases_and_unwanted_words(library: SearchIndex, words: str, found: tuple[str, ...]) -> None:
    assert search(library, words).ids == found


def test_phrases_in_captions_are_checked_by_whoever_has_them(library: SearchIndex) -> None:
    asked: list[tuple[list[str], list[str]]] = []

    def check(ids: Sequence[str], phrases: Sequence[str]) -> set[str]:
        asked.append((list(ids), list(phrases)))
        return set()

    assert search(library, "“茶叶输入”", check=check).ids == ()
    assert search(library, "“茶园冬季”", check=check).ids == ("tea",)
    assert asked[0] == (["excel"], ["茶叶输入"])


def test_counts_go_with_what_was_found(library: SearchIndex) -> None:
    found = search(library, "茶", filters=Filters(kind="video"), counted=True).counts
    assert found is not None
    assert (found.total, found.kinds, found.lengths) == (2, {"video": 2}, {"medium": 2})
    found = search(library, "旧址", filters=Filters(year=2023), counted=True).counts
    assert found is not None
    assert (found.total, found.years, found.kinds) == (0, {2022: 1}, {})


@pytest.mark.parametrize("words", ["茶", "茶叶 记账", "县志里的蜂", "蜂箱", "交通战", "zhong feng", "记账和老屋", "镇"])
def test_a_filter_leaves_as_many_lessons_as_were_counted_for_it(library: SearchIndex, words: str) -> None:
    library.put(
        make_document(f"more{n}", f"茶叶第{n}课", kind=("video", "audio")[n % 2], year=2020 + n) for n in range(4)
    )
    counted = search(library, words, counted=True).counts
    assert counted is not None
    assert counted.total
    for kind, number in counted.kinds.items():
        assert search(library, words, filters=Filters(kind=kind)).total == number
    for year, number in counted.years.items():
        assert search(library, words, filters=Filters(year=year)).total == number


def test_where_a_filter_would_leave_nothing_a_wider_look_is_taken(library: SearchIndex) -> None:
    library.put(make_document(f"more{n}", f"茶园管理{n}", kind="audio") for n in range(4))
    assert "excel" in search(library, "茶园记账", filters=Filters(year=2023)).ids


@pytest.mark.parametrize("words", ["zhongf", "gaoshan cha", "jiaotong zhan", "exce", "lixiuy"])
def test_words_that_are_only_begun_are_found(library: SearchIndex, words: str) -> None:
    assert search(library, words).total >= 1


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("一九三四年大旱", "1934"),
        ("亩均增收八百元", "800元"),
        ("学习二十大精神", "20大"),
        ("1934年大旱", "一九三四年"),
        ("村规20条", "二十条"),
    ],
)
def test_a_number_is_found_in_digits_and_in_characters(index: SearchIndex, written: str, asked: str) -> None:
    index.put([make_document("a", "讲座", description=written), make_document("b", "2016 条大", description="十年")])
    assert search(index, asked).ids[:1] == ("a",)


@pytest.mark.parametrize("asked", ["4议2公开", "2公开"])
def test_a_single_digit_is_found_before_what_it_counts(index: SearchIndex, asked: str) -> None:
    index.put(
        [
            make_document("hall", "村务公开"),
            make_document("vote", "村民大会怎么开", description="四议两公开流程。"),
            make_document("two", "两家人", description="四个公开的故事。"),
        ]
    )
    assert search(index, asked).ids[0] == "vote"


@pytest.mark.parametrize("asked", ["dong sun bao xian", "dongsunbaoxian"])
def test_pinyin_of_words_that_stand_apart_finds_them(index: SearchIndex, asked: str) -> None:
    index.put([make_document("shoots", "冬笋采挖与保鲜方法"), make_document("tea", "高山茶园冬季管理")])
    assert search(index, asked).ids == ("shoots",)


@pytest.mark.parametrize(
    ("asked", "first", "meant"),
    [
        ("防火视频", "fire", None),
        ("防火 视频教程", "fire", None),
        ("防伙视频吧", "fire", "防火"),
        ("excel教程", "excel", None),
        ("短视频", "film", None),
        ("乡村短视频", "film", None),
        ("套种实用教程", "mushroom", None),
    ],
)
def test_the_form_of_a_lesson_is_not_what_is_looked_for(
    index: SearchIndex, asked: str, first: str, meant: str | None
) -> None:
    index.put(
        [
            make_document("fire", "森林防火人人有责", description="清明祭扫与山火逃生。"),
            make_document("excel", "Excel记账与农产品成本核算"),
            make_document("film", "短视频拍摄与剪辑", description="用手机拍乡村短视频。"),
            make_document("mushroom", "林下套种竹荪实用教程"),
        ]
    )
    found = search(index, asked)
    assert (found.ids[0], found.meant) == (first, meant)


def test_small_differences_decide_among_lessons_that_have_all_words(index: SearchIndex) -> None:
    often, once = "施肥" * 20, "施肥" + "天气很好" * 20
    index.put(
        [
            make_document("once", "竹林", transcript=once, published=2_000.0),
            make_document("often", "竹林", transcript=often, published=1_000.0),
        ]
    )
    assert search(index, "施肥").ids == ("often", "once")


def test_initials_of_a_whole_long_title_find_it(index: SearchIndex) -> None:
    index.put([make_document("a", "林权制度改革与林权证抵押"), make_document("b", "林业")])
    assert search(index, "lqzdggylqzdy").ids == ("a",)


@pytest.mark.parametrize(
    ("asked", "first"), [("土鸡的视频", "hens"), ("视频", "films"), ("拍视频", "films"), ("教我", "other")]
)
def test_what_is_only_polite_is_not_looked_for(index: SearchIndex, asked: str, first: str) -> None:
    titles = {"films": "短视频拍摄", "hens": "林下散养土鸡", "other": "教我唱歌"}
    index.put(make_document(id, title) for id, title in titles.items())
    assert search(index, asked).ids[0] == first


def test_a_length_is_a_filter(library: SearchIndex) -> None:
    assert search(library, EVERYWHERE, filters=Filters(length="short")).ids == ("bees",)
    assert set(search(library, EVERYWHERE, filters=Filters(length="medium")).ids) == {"tea", "red", "excel"}
    assert search(library, EVERYWHERE, filters=Filters(length="long")).ids == ()
