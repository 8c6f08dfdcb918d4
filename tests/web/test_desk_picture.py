"""The picture of a lesson, taken from its film or sent, and taken back."""

import io
import os
from pathlib import Path

import media
import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from medialib import showing
from medialib.catalogue import lookups
from medialib.catalogue.edits import Details
from medialib.catalogue.lessons import Lesson
from medialib.errors import BadRequest
from medialib.ingest import artwork, own_pictures
from medialib.ingest.errand import Errand
from medialib.ingest.intake import take_in
from medialib.ingest.recording import load
from medialib.jobs.queue import HOT
from medialib.services import Services

from .factories import add_lesson, add_posters
from .signing import acts, add_person, client_of, send, send_files


@pytest.fixture
def client(services: Services) -> FlaskClient:
    add_person(services, "curator", "curator")
    return client_of(services, "curator")


def lesson_of(services: Services, lesson_id: str) -> Lesson:
    with services.database.read() as session:
        return lookups.lesson(session, lesson_id)


def picture(size: tuple[int, int] = (1400, 700), form: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#B7321C").save(out, form)
    return out.getvalue()


def send_file(client: FlaskClient, lesson_id: str, content: bytes, name: str = "a.png") -> TestResponse:
    page = f"/desk/lessons/{lesson_id}"
    return send_files(client, f"{page}/picture/file", page, {"picture": FileStorage(io.BytesIO(content), name)})


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_picture_that_is_sent_is_the_lessons_and_is_taken_back(
    client: FlaskClient, services: Services, form: str
) -> None:
    lesson = add_lesson(services)
    add_posters(services, lesson, "frame", "frame")
    answer = send_file(client, lesson, picture(form=form))
    choice = lesson_of(services, lesson).poster_choice
    assert choice < 0
    poster = f"/media/{lesson}/picture/{-choice}/640.jpg"
    assert client.get("/api/lessons").get_json()["results"][0]["poster"] == poster
    with Image.open(io.BytesIO(client.get(poster).data)) as shown:
        assert (shown.format, shown.size) == ("JPEG", (640, 320))
    assert client.get(f"/media/{lesson}/picture/{-choice}/1280.webp").mimetype == "image/webp"
    page = f"/desk/lessons/{lesson}"
    assert f'value="{choice}" class="poster" aria-current="true"' in client.get(page).text

    send(client, f"{page}/undo", page=page, change=answer.location.rpartition("=")[2])
    assert lesson_of(services, lesson).poster_choice == 0
    send(client, f"{page}/poster", page=page, choice=choice)
    assert lesson_of(services, lesson).poster_choice == choice
    send(client, f"{page}/poster", page=page, choice=-5)
    assert lesson_of(services, lesson).poster_choice == choice


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "这张图片用不了"), (picture((40, 40)), "太小"),
        (picture((30, 30), "GIF"), "这张图片用不了"), (b"", "请先选一张图片"),
        (picture((9000, 9000)), "这张图片用不了"),
    ],
)  # fmt: skip
def test_what_is_no_picture_is_told(client: FlaskClient, services: Services, content: bytes, sentence: str) -> None:
    lesson = add_lesson(services)
    answer = send_file(client, lesson, content, "a.png" if content else "")
    assert (answer.status_code, sentence in answer.text) == (400, True)
    assert lesson_of(services, lesson).poster_choice == 0


def test_a_picture_that_is_too_large_is_refused(client: FlaskClient, services: Services) -> None:
    lesson = add_lesson(services)
    form = {"data": bytes(own_pictures.LARGEST_BYTES + 200_000), "content_type": "multipart/form-data; boundary=x"}
    assert client.post(f"/desk/lessons/{lesson}/picture/file", **form).status_code == 413


@pytest.mark.parametrize(("at", "sentence"), [("10:01", "长 10:00"), ("soon", "时间请写成"), ("", "请先选好")])
def test_a_moment_outside_the_film_is_told(client: FlaskClient, services: Services, at: str, sentence: str) -> None:
    lesson = add_lesson(services)
    page = f"/desk/lessons/{lesson}"
    answer = send(client, f"{page}/picture", page=page, at=at)
    assert (answer.status_code, sentence in answer.text) == (400, True)


def test_a_reading_shows_a_square_of_what_is_sent(client: FlaskClient, services: Services) -> None:
    lesson = add_lesson(services, kind="audio")
    send_file(client, lesson, picture((600, 500)))
    own = own_pictures.everything(services.store, lesson)
    assert [(one.origin, one.width, one.height) for one in own.values()] == [("sent", 500, 500)]


def test_a_picture_of_its_own_is_removed_and_brought_back(client: FlaskClient, services: Services) -> None:
    lesson = add_lesson(services)
    add_posters(services, lesson, "frame")
    page = f"/desk/lessons/{lesson}"
    send_file(client, lesson, picture())
    number = -lesson_of(services, lesson).poster_choice
    place = f"{page}/picture/{number}"
    assert f'formaction="{place}"' not in client.get(page).text
    answer = send(client, place, page=page, what="remove")
    assert (answer.status_code, "请先换一张" in answer.text) == (400, True), "the lesson is shown by it"
    send(client, f"{page}/poster", page=page, choice=0)
    assert f'formaction="{place}"' in client.get(page).text
    answer = send(client, place, page=page, what="remove")
    assert own_pictures.everything(services.store, lesson) == {}
    assert client.get(f"/media/{lesson}/picture/{number}/640.jpg").status_code == 404
    assert "删掉了" in (told := client.get(answer.location).text) and f'action="{place}"' in told
    send(client, place, page=page, what="back")
    assert list(own_pictures.everything(services.store, lesson)) == [-number]
    assert acts(services)[:2] == ["picture.restored", "picture.removed"]
    assert send(client, f"{page}/picture/5", page=page, what="remove").status_code == 400


def test_of_the_pictures_that_were_removed_the_last_can_be_brought_back(services: Services) -> None:
    lesson = lesson_of(services, add_lesson(services))
    folder = services.store.own_pictures(lesson.id)
    for number in range(1, 6):
        (folder / str(number)).mkdir(parents=True)
        own_pictures.remove(services.store, lesson, number)
        os.utime(folder / f"away-{number}", (number, number))
    with pytest.raises(BadRequest):
        own_pictures.bring_back(services.store, lesson.id, 1)
    own_pictures.bring_back(services.store, lesson.id, 5)


def test_a_picture_that_goes_while_they_are_looked_at_is_left_out(services: Services) -> None:
    lesson = lesson_of(services, add_lesson(services))
    folder = services.store.own_pictures(lesson.id)
    for name in ("3", "away-4"):
        (folder / name).mkdir(parents=True)
    for name in ("5", "away-6"):  # listed, and gone when its age is asked for
        (folder / name).symlink_to(folder / "nothing")
    assert own_pictures.removed(services.store, lesson.id) == [-4]
    assert own_pictures.everything(services.store, lesson.id) == {}
    own_pictures.remove(services.store, lesson, 3)
    assert own_pictures.removed(services.store, lesson.id) == [-3, -4]


def test_of_many_pictures_the_oldest_go(services: Services) -> None:
    lesson = lesson_of(services, add_lesson(services))
    for number in range(1, 35):
        folder = services.store.own_pictures(lesson.id) / str(number)
        folder.mkdir(parents=True)
        os.utime(folder, (number, number))
    lesson.poster_choice = -1
    own_pictures.forget_old(services.store, lesson)
    left = {int(one.name) for one in services.store.own_pictures(lesson.id).iterdir()}
    assert left == {1, *range(5, 35)}


def test_the_moment_on_show_is_taken_by_the_worker(client: FlaskClient, services: Services, tmp_path: Path) -> None:
    ramp = "color=gray:size=320x180:rate=25:duration=4,geq=lum='20+N*2':cb=128:cr=128"
    path = tmp_path / "a.mp4"
    media.run_ffmpeg("-f", "lavfi", "-i", ramp, "-c:v", "libx264", "-crf", "10", "-pix_fmt", "yuv420p", f"file:{path}")
    lesson = take_in(services.workshop, path, Details(title="a"), name="a.mp4").lesson
    services.queues.on("picture", lambda *asked: own_pictures.take(services.workshop, *asked))
    consumer = services.queues.consumer(HOT, workers=1, poll_seconds=0.02)
    services.queues.on("index", lambda: None)
    services.queues.on("prepare", lambda *_: None)
    consumer.start()
    page = f"/desk/lessons/{lesson.id}"
    try:
        for at, level in (("0:01.5", 20 + 2 * 37.5), ("0:04", 20 + 2 * 99), ("0", 20)):
            assert send(client, f"{page}/picture", page=page, at=at).status_code == 302
            choice = lesson_of(services, lesson.id).poster_choice
            with Image.open(services.store.own_picture(lesson.id, -choice, 320, "jpg")) as shown:
                mean = sum(shown.convert("L").resize((1, 1)).tobytes())
            # From the film's 16 to 235 to the picture's 0 to 255.
            assert mean == pytest.approx((level - 16) * 255 / 219, abs=4)
    finally:
        consumer.stop(graceful=True)


def test_a_chosen_candidate_stays_when_the_lesson_is_planned_anew(services: Services) -> None:
    lesson_id = add_lesson(services)
    add_posters(services, lesson_id, "frame", "frame")
    with services.database.begin() as session:
        lookups.lesson(session, lesson_id).poster_choice = 1
    with services.leases.hold("x") as lease:
        assert lease is not None
        errand = Errand(workshop=services.workshop, recording=load(services.workshop, lesson_id), lease=lease)
        artwork.keep_what_was_chosen(errand, lesson_of(services, lesson_id))
    lesson = lesson_of(services, lesson_id)
    found = showing.posters(services, lesson)
    assert found is not None
    assert found.chosen(lesson.poster_choice) == lesson.poster_choice < 0
    place = own_pictures.place_of(services.store, lesson, lesson.poster_choice, 640)
    assert place.read_text() == "1 640 jpg"
