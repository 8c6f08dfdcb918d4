"""Collections on the desk: made, filled, ordered, noted, published, copied, removed; each change with its undo."""

import io
import os
import re
import time
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import update

from medialib.catalogue import arranging, collected, collecting, lesson_access, moves
from medialib.catalogue.curated import CuratorChange
from medialib.catalogue.lessons import Lesson
from medialib.ingest import shelf_covers
from medialib.services import Services

from .factories import add_lesson, opened_services
from .signing import acts, add_person, add_units, client_of, send

LIST = "/desk/collections"


@pytest.fixture
def desk(services: Services) -> FlaskClient:
    add_person(services, "xian", "curator")
    return client_of(services, "xian")


@pytest.fixture
def ids(services: Services) -> list[str]:
    return [add_lesson(services, title) for title in ("竹林冬管", "凉席编织", "森林防火")]


def begin(desk: FlaskClient, kind: str = "issue", title: str = "乡里本领", **more: Any) -> str:
    answer = send(desk, LIST, kind=kind, title=title, **more)
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])


def order(services: Services, address: str) -> list[str]:
    with services.database.read() as session:
        one = collected.collection(session, address.rpartition("/")[2])
        return [entry.id for entry in arranging.current(session, one).entries]


def undo(desk: FlaskClient, answer: Any) -> Any:
    page = desk.get(answer.headers["Location"]).text
    number = re.search(r'name="change" value="(\d+)"', page)
    assert number and "撤销" in page
    address = re.search(r'action="([^"]+/undo)"', page)
    assert address
    return send(desk, address[1], page=LIST, change=number[1])


def test_what_was_found_stays_for_the_next_to_be_put_in(desk: FlaskClient, ids: list[str]) -> None:
    address = begin(desk)
    found = desk.get(address, query_string={"q": "林"}).text
    assert [f'id="add-{one}"' in found for one in ids] == [True, False, True]
    begun = found.index(f'name="lesson" value="{ids[0]}"')
    fields = dict(re.findall(r'name="(lesson|q)" value="([^"]*)"', found[begun : found.index("</form>", begun)]))
    there = desk.get(send(desk, f"{address}/entries", page=address, **fields).location).text
    assert [f'id="add-{one}"' in there for one in ids] == [False, False, True]


def test_a_collection_is_begun_filled_ordered_and_published(
    services: Services, desk: FlaskClient, ids: list[str]
) -> None:
    address = begin(desk)
    for lesson in ids:
        assert send(desk, f"{address}/entries", lesson=lesson).status_code == 302
    moved = send(desk, f"{address}/entries/{ids[2]}/move", page=address, place="1")
    assert order(services, address) == [ids[2], ids[0], ids[1]]
    undo(desk, moved)
    assert order(services, address) == ids
    assert client_of(services).get(address.removeprefix("/desk")).status_code == 404
    assert send(desk, f"{address}/publish", page=address).status_code == 302
    page = client_of(services).get(address.removeprefix("/desk"))
    assert page.status_code == 200 and page.text.index("竹林冬管") < page.text.index("森林防火")
    send(desk, f"{address}/entries/{ids[0]}/remove", page=address)
    assert "竹林冬管" in client_of(services).get(address.removeprefix("/desk")).text
    shown = desk.get(address).text
    assert "存好并更新" in shown and "拿出来了：竹林冬管" in shown
    assert "竹林冬管" not in desk.get(f"{address}/preview").text
    send(desk, f"{address}/publish", page=address)
    assert "竹林冬管" not in client_of(services).get(address.removeprefix("/desk")).text
    assert acts(services)[:2] == ["collection.published", "collection.taken"]


def test_what_was_done_is_told_with_its_entry_and_nothing_is_told_of_nothing(desk: FlaskClient, ids: list[str]) -> None:
    address = begin(desk)

    def told(path: str, **fields: Any) -> str:
        page = desk.get(send(desk, f"{address}/entries{path}", page=address, **fields).headers["Location"]).text
        found = re.search(r'class="toast[^>]*><span>([^<]*)<', page)
        return found[1] if found else ""

    assert told("", lesson=ids[0]) == "《竹林冬管》放进来了，排第 1"
    told("", lesson=ids[1])
    assert told(f"/{ids[1]}/move", place="1") == "《凉席编织》挪到了第 1 位"
    assert told(f"/{ids[1]}/move", place="1") == "", "it stood there already"
    assert told(f"/{ids[0]}/remove") == "《竹林冬管》拿出来了"
    assert told("", kind="task", title="回家试一试", text="挖一株") == "任务“回家试一试”放进来了，排第 2"


def test_what_changed_is_told_of_a_collection_that_a_command_published(
    services: Services, desk: FlaskClient, ids: list[str]
) -> None:
    with services.database.begin() as session:
        one = collecting.create(session, kind="featured", title="精选")
        collecting.add(session, one, ids)
        collecting.publish(session, one)
        address = f"{LIST}/{one.slug}"
    assert "上次发布以后改了这些" not in desk.get(address).text
    send(desk, f"{address}/entries/{ids[0]}/remove", page=address)
    send(desk, f"{address}/entries/{ids[1]}", page=address, begins="2030-12-01", ends="2030-12-10", note="冬天看")
    told = desk.get(address).text
    assert "上次发布以后改了这些" in told and "拿出来了：竹林冬管" in told
    assert "2030年12月1日 周日 – 2030年12月10日 周二" in told


def test_a_package_says_what_is_missing_and_shows_its_seals(desk: FlaskClient, ids: list[str]) -> None:
    address = begin(desk, "package", "春笋下山", dated="2024-05")
    assert "还缺：" in desk.get(address).text
    for fields in (
        {"lesson": ids[0]},
        {"lesson": ids[1]},
        {"kind": "task", "title": "修一次竹林", "text": "拍三根老竹"},
    ):
        send(desk, f"{address}/entries", page=address, **fields)
    send(desk, f"{address}/entries", page=address, kind="reading", title="屋场会", link="/lessons/x")
    send(desk, f"{address}/texts", page=address, title="春笋下山，本领上身", editorial="# 五月\r\n\r\n看笋")
    text = desk.get(address).text
    assert all(seal in text for seal in ("课", "片", "做", "读"))
    assert "春笋下山，本领上身" in text
    told = desk.get(address.removeprefix("/desk") + ".json")
    assert told.status_code == 404, "a draft is told to nobody"
    send(desk, f"{address}/publish", page=address)
    entries = desk.get(address.removeprefix("/desk") + ".json").get_json()["entries"]
    assert [one["part"] for one in entries] == ["lesson", "film", "task", "reading"]
    twice = send(desk, LIST, kind="package", title="又一个", dated="2024-05")
    assert twice.status_code == 400 and "这个月已经有一份了" in twice.text and "又一个" in twice.text
    copy = send(desk, f"{address}/copy", page=address, title="六月", dated="2024-06")
    assert "修一次竹林" in desk.get(copy.headers["Location"]).text


def test_a_lesson_is_found_by_a_few_characters(desk: FlaskClient, ids: list[str]) -> None:
    address = begin(desk)
    send(desk, f"{address}/entries", page=address, lesson=ids[0])
    page = desk.get(f"{address}?q=凉席").text
    found = page[page.index('id="found"') :]
    assert f'value="{ids[1]}"' in found and f'value="{ids[0]}"' not in found
    assert "没有别的课有这几个字" in desk.get(f"{address}?q=zzqqxx").text


def test_what_is_refused_says_why_and_keeps_what_was_typed(desk: FlaskClient, ids: list[str]) -> None:
    address = begin(desk, "featured", "精选")
    empty = send(desk, f"{address}/publish", page=address)
    assert empty.status_code == 400 and "还没有课" in empty.text
    send(desk, f"{address}/entries", page=address, lesson=ids[0])
    wrong = send(desk, f"{address}/entries/{ids[0]}", page=address, begins="2024-02-03", ends="2024-02-01")
    assert wrong.status_code == 400 and "截止的日子比开始的还早" in wrong.text
    begin(desk, "featured", "别的")
    taken = send(desk, f"{address}/texts", page=address, title="别的", description="说一句")
    assert taken.status_code == 400 and "说一句" in taken.text
    assert send(desk, f"{address}/texts", page=address, cover="drawn:../x").status_code == 400
    assert send(desk, f"{address}/entries/{ids[0]}/move", page=address, place="x").status_code == 400
    assert desk.get(f"{LIST}/nosuch").status_code == 404
    stale = send(desk, f"{address}/undo", page=address, change="1")
    assert stale.status_code == 400 and "又有别的改动" in stale.text


def test_it_comes_out_at_its_date_and_goes_back(services: Services, desk: FlaskClient, ids: list[str]) -> None:
    address = begin(desk)
    send(desk, f"{address}/entries", page=address, lesson=ids[0])
    later = time.strftime("%Y-%m-%dT%H:%M", time.localtime(time.time() + 86_400))
    send(desk, f"{address}/publish", page=address, at=later)
    assert client_of(services).get(address.removeprefix("/desk")).status_code == 404
    assert "到时候发布" in desk.get(address).text
    over = send(desk, f"{address}/publish", page=address, at="2020-01-01T08:00")
    assert over.status_code == 400 and 'value="2020-01-01T08:00"' in over.text, "what was chosen stays"
    send(desk, f"{address}/publish", page=address)
    assert client_of(services).get(address.removeprefix("/desk")).status_code == 200
    send(desk, f"{address}/withdraw", page=address)
    assert client_of(services).get(address.removeprefix("/desk")).status_code == 404
    gone = send(desk, f"{address}/remove", page=address)
    assert desk.get(address).status_code == 404
    undo(desk, gone)
    assert order(services, address) == [ids[0]]


def test_the_list_is_narrowed_by_kind_and_state(desk: FlaskClient, ids: list[str]) -> None:
    begin(desk, "series", "小桃讲党课")
    address = begin(desk, "course", "村干部课")
    send(desk, f"{address}/entries", page=address, lesson=ids[0])
    send(desk, f"{address}/publish", page=address)
    assert "村干部课" not in desk.get(f"{LIST}?kind=series").text
    assert "小桃讲党课" not in desk.get(f"{LIST}?state=published").text
    assert "小桃讲党课" in desk.get(f"{LIST}?q=党课").text
    assert "还没有合集" in desk.get(f"{LIST}?kind=screening").text


def test_a_cover_is_chosen_for_lists(services: Services, desk: FlaskClient, ids: list[str]) -> None:
    address = begin(desk)
    for lesson in ids[:2]:
        send(desk, f"{address}/entries", page=address, lesson=lesson)
    send(desk, f"{address}/texts", page=address, cover="drawn:tea")
    send(desk, f"{address}/publish", page=address)
    assert "covers/tea.svg" in client_of(services).get("/collections").text


def test_editors_put_no_collections_together(services: Services) -> None:
    units = add_units(services)
    add_person(services, "wang", "editor", next(iter(units.values())))
    client = client_of(services, "wang")
    assert client.get(LIST).status_code == 403
    assert "/desk/collections" not in client.get("/desk/account").text


def test_a_note_on_a_part_of_a_series_is_kept_with_the_series(
    services: Services, desk: FlaskClient, ids: list[str]
) -> None:
    address = begin(desk, "series", "小桃讲党课")
    for lesson in ids[:2]:
        send(desk, f"{address}/entries", page=address, lesson=lesson)
    noted = send(desk, f"{address}/entries/{ids[1]}", page=address, note="先听这一讲")
    send(desk, f"{address}/publish", page=address)
    member = client_of(services).get(address.removeprefix("/desk")).text
    assert "先听这一讲" in member and "先听这一讲" in desk.get(address).text
    send(desk, f"{address}/entries/{ids[1]}/move", page=address, place="1")
    assert "先听这一讲" in desk.get(address).text
    assert noted.status_code == 302
    task = send(desk, f"{address}/entries", page=address, kind="task", title="做一做")
    assert task.status_code == 400 and "系列里只放课" in task.text


def test_a_course_shows_its_steps_with_their_days_in_order(
    services: Services, desk: FlaskClient, ids: list[str]
) -> None:
    address = begin(desk, "course", "村干部课")
    send(desk, f"{address}/entries", page=address, lesson=ids[0])
    send(desk, f"{address}/entries", page=address, kind="task", title="开一次屋场会", begins="2024-05-04")
    send(desk, f"{address}/entries", page=address, lesson=ids[1], note="带本子来", begins="2024-05-11")
    send(desk, f"{address}/publish", page=address)
    text = client_of(services).get(address.removeprefix("/desk")).text
    places = [text.index(one) for one in ("竹林冬管", "2024年5月4日 周六", "开一次屋场会", "2024年5月11日", "带本子来")]
    assert places == sorted(places)


def test_a_picture_of_its_own_covers_a_collection(services: Services, desk: FlaskClient, ids: list[str]) -> None:
    address = begin(desk)
    send(desk, f"{address}/entries", page=address, lesson=ids[0])

    def take(content: bytes) -> Any:
        return send(desk, f"{address}/cover", page=address, picture=(io.BytesIO(content), "封面.jpg"))

    assert take(picture(1600, 900)).status_code == 302
    shown = re.search(r"/media/covers/([0-9a-f]{16}-1280x720)/640\.jpg", desk.get(address).text)
    assert shown
    send(desk, f"{address}/publish", page=address)
    member = client_of(services)
    assert shown[1] in member.get(address.removeprefix("/desk")).text and shown[1] in member.get("/collections").text
    image = member.get(f"/media/covers/{shown[1]}/1280.webp")
    assert image.status_code == 200 and image.mimetype == "image/webp" and "immutable" in image.headers["Cache-Control"]
    assert shown[1] in desk.get(LIST).text
    assert member.get(f"/media/covers/{shown[1]}/999.jpg").status_code == 404
    assert member.get("/media/covers/..%2f..%2fsecret/640.jpg").status_code == 404
    for content, told in ((b"no picture", "这张图片用不了"), (picture(60, 60), "这张图片太小")):
        refused = take(content)
        assert refused.status_code == 400 and told in refused.text
    assert shown[1] in desk.get(address).text, "what was there stays"


def test_a_lesson_that_is_not_for_everyone_says_so_wherever_the_office_meets_it(
    services: Services, desk: FlaskClient, ids: list[str]
) -> None:
    with services.database.begin() as session:
        lesson_access.set_access(session, ids[0], "link", by=None)
    address = begin(desk)
    for one in ids[:2]:
        send(desk, f"{address}/entries", page=address, lesson=one)
    for page in (address, "/desk/lessons"):
        assert desk.get(page).text.count("有链接才能看") == 1, page
    assert "谁能看 · 有链接才能看" in desk.get(f"/desk/lessons/{ids[0]}").text


def test_where_the_disk_is_full_every_form_with_a_file_says_so(tmp_path: Path) -> None:
    with opened_services(tmp_path / "store", limits={"free_gigabytes": 10_000_000}) as services:
        add_person(services, "xian", "curator")
        desk, lesson = client_of(services, "xian"), f"/desk/lessons/{add_lesson(services)}"
        package = begin(desk, "package", dated="2024-05")
        pdf = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
        for page, path, field, content, more in (
            (package, "cover", "picture", picture(1600, 900), {}),
            (package, "entries", "file", pdf, {"kind": "reading", "title": "表"}),
            (lesson, "picture/file", "picture", picture(1600, 900), {}),
            (lesson, "readings", "readings", pdf, {}),
        ):
            name = "a.pdf" if content is pdf else "a.jpg"
            answer = send(desk, f"{page}/{path}", page=page, **{field: (io.BytesIO(content), name)}, **more)
            assert answer.status_code == 400 and "放不下这个文件" in answer.text, path
        assert not services.store.covers.exists()


def test_a_picture_that_was_replaced_goes_once_nothing_would_bring_it_back(
    services: Services, desk: FlaskClient, ids: list[str]
) -> None:
    address = begin(desk)
    send(desk, f"{address}/entries", page=address, lesson=ids[0])

    def take(colour: str) -> str:
        content = io.BytesIO(picture(1600, 900, colour))
        send(desk, f"{address}/cover", page=address, picture=(content, "封面.jpg"))
        return cover()

    def cover() -> str:
        with services.database.read() as session:
            return collected.collection(session, address.rpartition("/")[2]).cover.removeprefix("picture:")

    def left(*, days_later: float) -> set[str]:
        """When the worker looks so much later."""
        ago = days_later * 86_400
        for one in services.store.covers.iterdir():
            os.utime(one, (one.stat().st_mtime - ago,) * 2)
        with services.database.begin() as session:
            session.execute(update(CuratorChange).values(at=CuratorChange.at - ago))
        shelf_covers.let_go(services.workshop)
        return {one.name for one in services.store.covers.iterdir()}

    def take_back() -> None:
        with services.database.begin() as session:
            arranging.undo(session, address.rpartition("/")[2], by=None)

    green, red = take("#2F6B4F"), take("#B7321C")
    assert left(days_later=0) == {green, red}, "what was just sent may be about to be shown"
    assert left(days_later=1) == {green, red}, "the last change can be undone"
    take_back()
    assert (cover(), left(days_later=1)) == (green, {green}), "nothing leads to the other one any more"
    assert take("#B7321C") == red
    assert left(days_later=20) == {green, red}
    assert left(days_later=11) == {red}, "that is longer than anything is kept that was replaced"
    take_back()
    assert cover() == "", "there is something to go back to: the picture of the first lesson"
    assert left(days_later=0.1) == set()


def test_a_lesson_whose_publication_is_taken_back_is_nowhere_in_its_collections(
    services: Services, desk: FlaskClient, ids: list[str]
) -> None:
    address = begin(desk, "package", "冬天的课", dated="2024-12")
    with services.database.begin() as session:
        session.get_one(Lesson, ids[1]).stage = "submitted"
        change = moves.move(session, ids[1], "published", by=None).id
    for lesson in ids:
        send(desk, f"{address}/entries", page=address, lesson=lesson, note=f"记{lesson}")
    send(desk, f"{address}/publish", page=address)
    public, member = address.removeprefix("/desk"), client_of(services)

    def places() -> list[str]:
        pages = [member.get(public + ending) for ending in ("", ".json", ".m3u", ".m3u8", ".rss")]
        pages += [member.get(f"/lessons/{ids[0]}?in={public[1:]}"), member.get("/"), desk.get(public)]
        assert all(page.status_code == 200 for page in pages)
        return [page.text for page in pages if ids[1] in page.text or "凉席编织" in page.text]

    assert len(places()) >= 5
    page = f"/desk/lessons/{ids[1]}"
    assert send(desk, f"{page}/undo", page=page, change=str(change)).status_code == 302
    assert places() == []
    assert "2 课" in member.get(public).text
    assert "凉席编织" in desk.get(address).text, "its place is kept: it is there again when it is published"


def picture(width: int, height: int, colour: str = "#2F6B4F") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(made, "JPEG")
    return made.getvalue()


def test_last_months_package_is_a_pattern_for_the_next(desk: FlaskClient, ids: list[str]) -> None:
    assert "照上个月的做" not in desk.get(LIST).text
    address = begin(desk, "package", "春笋下山", dated="2024-12")
    send(desk, f"{address}/entries", page=address, lesson=ids[0], note="先看")
    page = desk.get(LIST).text
    assert "照上个月的做" in page and 'value="2025-01"' in page
    copied = send(desk, f"{address}/copy", page=LIST, title="2025年1月", dated="2025-01")
    assert "先看" in desk.get(copied.headers["Location"]).text


def test_a_file_goes_with_what_is_to_be_read(services: Services, desk: FlaskClient, ids: list[str]) -> None:
    address = begin(desk, "package", "春笋下山", dated="2024-05")
    send(desk, f"{address}/entries", page=address, lesson=ids[0])
    pdf = (io.BytesIO(b"%PDF-1.4\n1 0 obj\n"), "屋场会 记录.pdf")
    added = send(desk, f"{address}/entries", page=address, kind="reading", title="记录怎么写", link="", file=pdf)
    assert added.status_code == 302, added.text
    send(desk, f"{address}/publish", page=address)
    member = client_of(services)
    link = re.search(
        r'href="(/media/attached/[0-9a-f]{32}/[^"]+\.pdf)"', member.get(address.removeprefix("/desk")).text
    )
    assert link
    assert "还缺：一篇读的" not in desk.get(address).text
    file = member.get(link[1])
    assert file.mimetype == "application/pdf" and file.data.startswith(b"%PDF")
    assert "attachment" in file.headers["Content-Disposition"]
    for wrong in (
        link[1].replace(".pdf", ".html"),
        "/media/attached/" + "0" * 32 + "/x.pdf",
        "/media/attached/x/x.pdf",
        "/media/attached/" + "0" * 32 + "/a%0d%0aSet-Cookie:%20a=b.pdf",
    ):
        assert member.get(wrong).status_code == 404
    page = (io.BytesIO(b"<script>alert(1)</script>"), "记录.pdf")
    refused = send(desk, f"{address}/entries", page=address, kind="reading", title="网页", file=page)
    assert refused.status_code == 400 and "网页" in refused.text
    told = {"kind": "task", "title": "做一做", "text": "写了很久的字", "link": "not a link"}
    refused = send(desk, f"{address}/entries", page=address, **told)
    assert refused.status_code == 400 and "写了很久的字" in refused.text
    wrong = send(desk, f"{address}/entries/{ids[0]}", page=address, note="讲" * 501)
    assert wrong.status_code == 400 and "讲" * 501 in wrong.text, "what was typed is still there"
