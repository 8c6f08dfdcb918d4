"""The desk's statistics: who sees which numbers, and none that are about one person."""

from datetime import date, timedelta
from typing import Any

import pytest

from medialib.catalogue import collecting
from medialib.catalogue.lessons import RenditionProgress
from medialib.catalogue.plays import PlayCount, PlayCurve, PlayHour, SearchDay, SearchMiss
from medialib.catalogue.seeds import plant
from medialib.services import Services

from .factories import add_lesson
from .signing import COUNTY, OTHER_TOWN, TOWN, VILLAGE, add_person, add_units, client_of

TODAY = date.today().isoformat()


def count(services: Services, lesson: str, plays: int, *, day: str = TODAY, **more: Any) -> None:
    values: dict[str, Any] = {"device": "phone", "way": "watched", "collection": "", "seconds": plays * 60.0, **more}
    with services.database.begin() as session:
        session.add(PlayCount(day=day, lesson_id=lesson, plays=plays, **values))


@pytest.fixture
def units(services: Services) -> dict[str, str]:
    plant(services.database)
    made = add_units(services)
    add_person(services, "xian", "curator")
    add_person(services, "zhen", "editor", made[TOWN])
    return made


def test_the_office_sees_everything_and_an_editor_the_own_unit_and_below(
    services: Services, units: dict[str, str]
) -> None:
    mine, others = add_lesson(services, "村里的课", unit=VILLAGE), add_lesson(services, "邻镇的课", unit=OTHER_TOWN)
    count(services, mine, 1200)
    count(services, others, 300, way="listened")
    with services.database.begin() as session:
        session.add(PlayHour(day=TODAY, hour=20, unit_slug=units[VILLAGE], plays=1200))
    office, editor = client_of(services, "xian"), client_of(services, "zhen")
    page = office.get("/desk/statistics").text
    assert (
        "30 天播放了 1,500 次" in page and "其中 300 次只听声音" in page and "邻镇的课" in page and "20 点最多" in page
    )
    page = editor.get("/desk/statistics").text
    assert "30 天播放了 1,200 次" in page and "邻镇的课" not in page and "高桥镇" not in page
    assert "本单位和下级单位" in page and "全部单位" not in page
    assert editor.get(f"/desk/statistics?unit={units[OTHER_TOWN]}").status_code == 403
    assert "30 天播放了 1,200 次" in office.get(f"/desk/statistics?unit={units[TOWN]}").text
    assert editor.get("/desk/statistics/searches").status_code == 403
    assert editor.get("/desk/statistics/searches.csv").status_code == 403
    assert office.get("/desk/statistics/nosuch").status_code == 404
    add_person(services, "wu", "editor")
    answer = client_of(services, "wu").get("/desk/statistics")
    assert answer.status_code == 403 and "还没有归到单位" in answer.text


@pytest.mark.usefixtures("units")
def test_numbers_under_five_are_not_shown_anywhere(services: Services) -> None:
    few, many = add_lesson(services, "少"), add_lesson(services, "多")
    count(services, few, 4)
    count(services, many, 5, device="television")
    office = client_of(services, "xian")
    for address in ("/desk/statistics/lessons", "/desk/statistics/lessons.csv"):
        text = office.get(address).text
        assert "不到 5" in text and ">4<" not in text and ",4," not in text
    assert "不到 5" in office.get("/desk/statistics/devices").text
    assert ">少<" not in office.get("/desk/statistics").text, "it is not among those that are played most"


@pytest.mark.usefixtures("units")
def test_days_are_chosen_and_far_ones_left_out(services: Services) -> None:
    lesson = add_lesson(services)
    old = (date.today() - timedelta(days=100)).isoformat()
    count(services, lesson, 50, day=old)
    office = client_of(services, "xian")
    assert "这些天还没有人播放" in office.get("/desk/statistics").text
    assert "12 个月播放了 50 次" in office.get("/desk/statistics?span=365").text
    chosen = office.get(f"/desk/statistics?span=chosen&since={old}&until={old}").text
    assert "1 天播放了 50 次" in chosen
    for nonsense in ("?span=chosen&since=0001-01-01&until=x", "?span=never", "?lesson=nosuch", "?unit=nosuch"):
        assert office.get(f"/desk/statistics{nonsense}").status_code == 200


@pytest.mark.usefixtures("units")
def test_the_tables_sum_by_theme_unit_collection_and_device(services: Services) -> None:
    with services.database.begin() as session:
        slug = collecting.create(session, kind="series", title="小桃讲党课").slug
    lesson = add_lesson(services, unit=VILLAGE, themes=("skills", "bamboo"))
    count(services, lesson, 30)
    count(services, lesson, 12, collection=slug, way="listened")
    office = client_of(services, "xian")
    for table, words in {
        "themes": ("技能", "42"), "units": (VILLAGE, "42"), "collections": ("小桃讲党课", "12"),
        "devices": ("手机", "42"),
        "lessons": ("凉席编织入门", "42"), "days": (TODAY, "42"),
    }.items():  # fmt: skip
        answer = office.get(f"/desk/statistics/{table}.csv")
        assert answer.status_code == 200
        assert answer.data.startswith(b"\xef\xbb\xbf"), "old office programs need to be told that this is UTF-8"
        assert all(word in answer.text for word in words), (table, answer.text)
        assert "attachment" in answer.headers["Content-Disposition"]
        assert words[0] in office.get(f"/desk/statistics/{table}").text


@pytest.mark.usefixtures("units")
def test_a_title_is_no_formula(services: Services) -> None:
    formulas = ("=HYPERLINK(1)", "＝ＨＹＰＥＲＬＩＮＫ(1)", " @SUM(1)")
    for one in formulas:
        count(services, add_lesson(services, one), 9)
    saved = client_of(services, "xian").get("/desk/statistics/lessons.csv").text
    assert all(f"'{one}" in saved for one in formulas)


@pytest.mark.usefixtures("units")
def test_where_people_stop_is_shown_with_every_number_behind_it(services: Services) -> None:
    lesson = add_lesson(services, "看到一半", unit=VILLAGE)
    count(services, lesson, 10)
    with services.database.begin() as session:
        parts = [300.0, *[150.0] * 18, 60.0]
        session.add(PlayCurve(lesson_id=lesson, plays=10, parts=parts))
    page = client_of(services, "xian").get(f"/desk/statistics?lesson={lesson}").text
    assert "结尾 20%" in page and 'role="img"' in page
    assert "<td>9:30</td>" in page and '<td class="r">20%</td>' in page
    with services.database.begin() as session:
        session.get_one(PlayCurve, lesson).plays = 4
    assert "播放满 5 次以后才显示" in client_of(services, "xian").get(f"/desk/statistics?lesson={lesson}").text


@pytest.mark.usefixtures("units")
def test_what_was_looked_for_in_vain_leads_to_the_search(services: Services) -> None:
    with services.database.begin() as session:
        session.add(SearchDay(day=TODAY, searches=100, missed=12))
        session.add(SearchMiss(day=TODAY, digest="a", words="插秧机", times=9))
        session.add(SearchMiss(day=TODAY, digest="b", words="", times=3))
    page = client_of(services, "xian").get("/desk/statistics/searches").text
    assert "一共搜了 100 次，其中 12 次什么也没找到" in page
    assert 'href="/search?q=%E6%8F%92%E7%A7%A7%E6%9C%BA"' in page


@pytest.mark.usefixtures("units")
def test_the_disk_is_shared_out_by_unit_and_by_what_is_made(services: Services) -> None:
    lesson = add_lesson(services, unit=VILLAGE)
    with services.database.begin() as session:
        row = session.get_one(RenditionProgress, (lesson, 1, "v480"))
        row.size_bytes, row.seconds_done = 38_000_000, 600.0
    office = client_of(services, "xian")
    room = office.get("/desk/statistics/room").text
    assert VILLAGE in room and "38.0 MB" in room and "39.0 MB" in room
    made = office.get("/desk/statistics/renditions").text
    assert "画面 480 线" in made and "228 MB" in made
    assert COUNTY not in office.get("/desk/statistics/room.csv").text
    assert f"{VILLAGE},1,1.000,38.000,39.000" in office.get("/desk/statistics/room.csv").text, (
        "numbers are reckoned with"
    )
    assert ",1,38.000,228.000" in office.get("/desk/statistics/renditions.csv").text
