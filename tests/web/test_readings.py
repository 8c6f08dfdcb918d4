"""Readings of a lesson: what is attached, what is refused, who may have it, what becomes of it."""

import hashlib
import io
import time
import zipfile
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import update
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from medialib import leaving
from medialib.catalogue import collecting, edits, lookups, people_lookups, readings
from medialib.catalogue.readings import Reading
from medialib.errors import BadRequest
from medialib.ingest import reading_files
from medialib.services import Services
from medialib.tasks import index_stale

from .factories import add_lesson
from .signing import acts, add_person, client_of, send, send_files

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def document(*parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for part in ("[Content_Types].xml", *parts):
            file.writestr(part, "<x/>")
    return out.getvalue()


def picture(form: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, form)
    return out.getvalue()


DOCX = document("word/document.xml")


def test_an_archive_whose_list_of_contents_would_fill_the_memory_is_no_document() -> None:
    """Nothing of it is unpacked, but its list is read: 20 bytes of file may stand for 500 in memory."""
    end = DOCX.index(b"PK\x05\x06")
    said = int.from_bytes(DOCX[end + 12 : end + 16], "little")
    long = DOCX[: end + 12] + (2 << 20).to_bytes(4, "little") + DOCX[end + 16 :]
    hidden = DOCX + b"PK\x05\x06" + b"\0" * 8 + (2 << 20).to_bytes(4, "little") + b"\0" * 6
    far = DOCX[:end] + b"PK\x06\x07" + b"\0" * 16 + DOCX[end:]
    assert said < 1000 and reading_files.kind_of(io.BytesIO(DOCX), "a.docx") == ".docx"
    for archive in (long, hidden, far):
        with pytest.raises(BadRequest):
            reading_files.kind_of(io.BytesIO(archive), "a.docx")


@pytest.fixture
def client(services: Services) -> FlaskClient:
    add_person(services, "curator", "curator")
    return client_of(services, "curator")


def attach(client: FlaskClient, lesson_id: str, *files: tuple[bytes, str]) -> TestResponse:
    page = f"/desk/lessons/{lesson_id}"
    told = {"readings": [FileStorage(io.BytesIO(content), name) for content, name in files]}
    return send_files(client, f"{page}/readings", page, told)


def change(client: FlaskClient, one: Reading, what: str, **fields: str) -> TestResponse:
    page = f"/desk/lessons/{one.lesson_id}"
    return send(client, f"{page}/readings/{one.id}", page=page, what=what, **fields)


def there(services: Services, lesson_id: str) -> list[Reading]:
    with services.database.read() as session:
        return list(readings.of(session, lesson_id))


def test_several_files_are_attached_and_downloaded_as_what_they_are(client: FlaskClient, services: Services) -> None:
    lesson = add_lesson(services)
    files = [
        (PDF, "种植 手册.pdf"), (DOCX, "../../表格.docx"), (picture("PNG"), "a.exe"), (picture("JPEG"), "图.jpeg"),
        (picture("WEBP"), ""),
    ]  # fmt: skip
    assert attach(client, lesson, *files[:4]).status_code == 302
    found = there(services, lesson)
    assert [(one.name, one.extension) for one in found] == [
        ("种植 手册", ".pdf"), ("表格", ".docx"), ("a", ".png"), ("图", ".jpg"),
    ]  # fmt: skip
    assert acts(services)[0] == "reading.added"
    for one, (content, _) in zip(found, files, strict=False):
        answer = client_of(services).get(one.path)
        assert answer.data == content
        assert hashlib.sha256(content).hexdigest() == one.sha256
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.mimetype == reading_files.TYPES[one.extension]
    assert quote("种植 手册.pdf") in client.get(found[0].path).headers["Content-Disposition"]

    page = client_of(services).get(f"/lessons/{lesson}").text
    assert all(one.path in page and one.name in page for one in found)
    told = client.get(f"/api/lessons/{lesson}").get_json()["readings"]
    assert told[0] == {"name": "种植 手册", "type": "pdf", "size_bytes": len(PDF), "url": found[0].path}


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script></html>", b"MZ\x90\x00", b"", b"PK\x03\x04 broken", b"<svg/>",
        document("xl/workbook.xml"), document("word/document.xml", "word/vbaProject.bin"), document(), b"GIF89a" + PDF,
        b"\x00" * 5000,
    ],
)  # fmt: skip
def test_what_is_something_else_is_refused_whatever_it_is_called(
    client: FlaskClient, services: Services, content: bytes
) -> None:
    lesson = add_lesson(services)
    answer = attach(client, lesson, (content, "a.pdf"), (PDF, "b.pdf"))
    assert answer.status_code == 400
    assert "“a.pdf”不能附上" in answer.text
    assert [one.name for one in there(services, lesson)] == ["b"]
    assert len(list(services.store.readings(lesson).iterdir())) == 1


def test_limits_are_told(client: FlaskClient, services: Services) -> None:
    lesson = add_lesson(services)
    assert "请先选一个文件" in attach(client, lesson).text
    large = PDF + bytes(reading_files.LARGEST_BYTES)
    assert "太大" in attach(client, lesson, (large, "a.pdf")).text
    attach(client, lesson, *((PDF + b"%d" % number, f"{number}.pdf") for number in range(20)))
    assert "已经有了" not in attach(client, lesson, (PDF + b"20", "20.pdf")).text
    assert len(there(services, lesson)) == 20
    assert "最多附 20 份" in attach(client, lesson, (PDF + b"21", "21.pdf")).text
    change(client, there(services, lesson)[0], "remove")
    assert "已经有了" in attach(client, lesson, (PDF + b"5", "again.pdf")).text


def test_readings_are_named_ordered_removed_and_brought_back(client: FlaskClient, services: Services) -> None:
    lesson = add_lesson(services)
    attach(client, lesson, (PDF, "a.pdf"), (PDF + b"1", "b.pdf"), (PDF + b"2", "c.pdf"))
    first, second, _ = there(services, lesson)
    change(client, second, "up")
    change(client, first, "name", name=" 新/名字 ")
    assert [one.name for one in there(services, lesson)] == ["b", "新 名字", "c"]
    assert change(client, first, "name", name="///").status_code == 400

    answer = change(client, first, "remove")
    assert 'value="back"' in client.get(answer.location).text
    assert [one.name for one in there(services, lesson)] == ["b", "c"]
    assert client.get(first.path).status_code == 404
    reading_files.let_go(services.workshop)
    change(client, first, "back")
    assert [one.name for one in there(services, lesson)] == ["b", "新 名字", "c"]
    assert client.get(first.path).status_code == 200
    assert change(client, first, "nonsense").status_code == 400
    told = acts(services)[:4]
    assert told == ["reading.restored", "reading.removed", "reading.renamed", "reading.moved"]


def test_what_was_removed_long_ago_is_let_go(client: FlaskClient, services: Services) -> None:
    lesson = add_lesson(services)
    attach(client, lesson, (PDF, "a.pdf"), (PDF + b"1", "b.pdf"))
    gone, stays = there(services, lesson)
    change(client, gone, "remove")
    with services.database.begin() as session:
        session.execute(update(Reading).where(Reading.id == gone.id).values(removed_at=time.time() - 4e7))
    reading_files.let_go(services.workshop)
    assert not reading_files.place_of(services.store, gone).exists()
    assert reading_files.place_of(services.store, stays).exists()
    assert change(client, gone, "back").status_code == 404


def test_readings_are_for_those_who_may_watch(client: FlaskClient, services: Services) -> None:
    lesson, other = add_lesson(services), add_lesson(services)
    attach(client, lesson, (PDF, "a.pdf"))
    (one,) = there(services, lesson)
    with services.database.begin() as session:
        lookups.lesson(session, lesson).access = "signed-in"
    assert client_of(services).get(one.path).status_code in (401, 403, 404)
    assert client.get(one.path).status_code == 200
    assert client.get(one.path.replace(lesson, other)).status_code == 404
    page = f"/desk/lessons/{other}"
    assert send(client, f"{page}/readings/{one.id}", page=page, what="remove").status_code == 404


def test_a_deleted_lesson_takes_its_readings_along_and_brings_them_back(
    client: FlaskClient, services: Services
) -> None:
    lesson = add_lesson(services)
    attach(client, lesson, (PDF, "a.pdf"))
    (one,) = there(services, lesson)
    with services.database.begin() as session:
        lookups.lesson(session, lesson).stage = "archived"
        by = people_lookups.people(session)[0]
    services.store.source(lesson, ".mp4").write_bytes(b"x")
    leaving.leave(services, lesson, by=by, at=time.time())
    assert client.get(one.path).status_code == 404
    assert not services.store.readings(lesson).exists()
    leaving.come_back(services, lesson, by=by)
    assert client.get(one.path).data == PDF


def test_a_lesson_is_found_by_the_name_of_a_reading(client: FlaskClient, services: Services) -> None:
    lesson = add_lesson(services)
    attach(client, lesson, (PDF, "猕猴桃病害图谱.pdf"))
    index_stale(services)
    assert [one["id"] for one in client.get("/api/lessons?q=猕猴桃病害").get_json()["results"]] == [lesson]


def test_a_monthly_package_shows_the_readings_of_its_lessons(client: FlaskClient, services: Services) -> None:
    lesson = add_lesson(services)
    attach(client, lesson, (PDF, "a.pdf"))
    with services.database.begin() as session:
        package = edits.new_collection(session, kind="package", title="五月", dated="2023-05")
        collecting.add(session, package, [lesson])
        collecting.publish(session, package)
        slug = package.slug
    assert there(services, lesson)[0].path in client_of(services).get(f"/collections/{slug}").text
