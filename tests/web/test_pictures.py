"""Pictures, thumbnails and peaks on pages, in JSON and at their addresses."""

import pytest
from flask.testing import FlaskClient

from medialib.catalogue import edits
from medialib.services import Services

from .factories import add_lesson, add_posters, write

LESSON = "poster2345"


@pytest.fixture
def lesson(services: Services) -> str:
    add_lesson(services, lesson_id=LESSON)
    add_posters(services, LESSON, "frame", "frame", "cover")
    return LESSON


def test_pictures_are_kept_for_ever_and_may_be_read_from_elsewhere(client: FlaskClient, lesson: str) -> None:
    for name, kind, content in (
        ("poster/1/640.jpg", "image/jpeg", b"1 640 jpg"),
        ("poster/2/320.webp", "image/webp", b"2 320 webp"),
        ("poster.jpg", "image/jpeg", b"0 640 jpg"),
    ):
        with client.get(f"/media/{lesson}/v1/{name}") as answer:
            assert (answer.status_code, answer.mimetype, answer.data) == (200, kind, content)
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_browsers_that_ask_first_whether_they_may_ask_for_a_range_may(client: FlaskClient, lesson: str) -> None:
    answer = client.options(f"/media/{lesson}/v1/poster/1/640.jpg", headers={"Origin": "https://elsewhere.example"})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert "Range" in answer.headers["Access-Control-Allow-Headers"]


def test_thumbnails_and_peaks_have_their_types(client: FlaskClient, services: Services, lesson: str) -> None:
    write(services.store.thumbnails(lesson, 1), "WEBVTT\n")
    write(services.store.sheet(lesson, 1, 0), "sheet")
    write(services.store.peaks(lesson, 1), "{}")
    for name, kind in (
        ("sheets/thumbnails.vtt", "text/vtt"), ("sheets/0.jpg", "image/jpeg"), ("peaks.json", "application/json"),
    ):  # fmt: skip
        with client.get(f"/media/{lesson}/v1/{name}") as answer:
            assert (answer.status_code, answer.mimetype) == (200, kind)
    document = client.get(f"/api/lessons/{lesson}").get_json()
    assert document["thumbnails"] == f"/media/{lesson}/v1/sheets/thumbnails.vtt"
    assert document["peaks"] == f"/media/{lesson}/v1/peaks.json"


@pytest.mark.parametrize(
    "name",
    [
        "poster/9/640.jpg", "poster/0/641.jpg", "poster/0/640.svg", "poster/0/640.json", "poster/posters.json",
        "poster/0/../../../source.mp4", "poster/%2e%2e/640.jpg", "sheets/0.jpg", "sheets/thumbnails.vtt",
        "sheets/99999999.jpg", "peaks.json",
    ],
)  # fmt: skip
def test_what_is_not_there_is_404(client: FlaskClient, lesson: str, name: str) -> None:
    assert client.get(f"/media/{lesson}/v1/{name}").status_code == 404


def test_a_lesson_without_pictures_has_no_poster(client: FlaskClient, services: Services) -> None:
    add_lesson(services, lesson_id=LESSON)
    assert client.get(f"/media/{LESSON}/v1/poster.jpg").status_code == 404
    document = client.get(f"/api/lessons/{LESSON}").get_json()
    assert (document["poster"], document["posters"]) == (None, [])
    assert (document["thumbnails"], document["peaks"]) == (None, None)


def test_the_lesson_is_shown_by_the_picture_that_was_chosen(
    client: FlaskClient, services: Services, lesson: str
) -> None:
    for choice, number in ((0, 0), (2, 2), (7, 0)):
        with services.database.begin() as session:
            edits.choose_poster(session, lesson, choice)
        address = f"/media/{lesson}/v1/poster/{number}/640.jpg"
        document = client.get(f"/api/lessons/{lesson}").get_json()
        assert document["poster"] == address
        assert [one["chosen"] for one in document["posters"]] == [number == place for place in range(3)]
        assert client.get("/api/lessons").get_json()["results"][0]["poster"] == address
        assert f'poster="{address}"' in client.get(f"/lessons/{lesson}").text


def test_every_candidate_is_described(client: FlaskClient, lesson: str) -> None:
    last = client.get(f"/api/lessons/{lesson}").get_json()["posters"][2]
    assert (last["number"], last["origin"], last["at_seconds"]) == (2, "cover", 3.0)
    assert last["sizes"][0] == {
        "width": 320,
        "height": 180,
        "jpeg": f"/media/{lesson}/v1/poster/2/320.jpg",
        "webp": f"/media/{lesson}/v1/poster/2/320.webp",
    }


def test_a_page_offers_webp_in_all_sizes_and_jpeg_for_the_others(client: FlaskClient, lesson: str) -> None:
    page = client.get("/").text
    start = f"/media/{lesson}/v1/poster/0/"
    assert f'type="image/webp" srcset="{start}320.webp 320w, {start}640.webp 640w, {start}1280.webp 1280w"' in page
    assert f'srcset="{start}320.jpg 320w' in page


def test_a_reading_with_peaks_has_a_waveform(client: FlaskClient, services: Services) -> None:
    add_lesson(services, lesson_id=LESSON, kind="audio")
    assert "data-peaks" not in client.get(f"/lessons/{LESSON}").text
    write(services.store.peaks(LESSON, 1), "{}")
    page = client.get(f"/lessons/{LESSON}").text
    assert f'data-peaks="/media/{LESSON}/v1/peaks.json"' in page
    assert 'role="slider"' in page and 'aria-valuemax="600"' in page
