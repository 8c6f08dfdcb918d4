"""What the demonstration lessons say, show and sound like: complete, honest, within the picture, without a box."""

from importlib import resources
from itertools import chain, pairwise
from pathlib import Path

import pysubs2
import pytest
import webvtt
import yaml
from PIL import Image

from medialib.demo.covers import COVERS
from medialib.demo.film import film_parts
from medialib.demo.lessons import Demonstration, demonstrations
from medialib.demo.motion import STILL, Glide, Motion
from medialib.demo.recording import draw_poster, write_sidecars
from medialib.demo.scenes import SCENES
from medialib.demo.shelves import SERIES_COVERS
from medialib.demo.slides import HEADING, KICKER, LINE, NUMBER, PANEL_LEFT, TEXT_WIDE, stays
from medialib.demo.tune import phrase
from medialib.demo.typeface import FETCHED, TEXT, TITLE, Typeface, find_typeface
from medialib.errors import MissingTool
from medialib.ingest.beside import look_beside

ALL = demonstrations()
FILMS = [one for one in ALL if one.is_film]
THEMES = yaml.safe_load(resources.files("medialib.catalogue").joinpath("themes.yaml").read_text(encoding="utf-8"))
each = pytest.mark.parametrize("lesson", ALL, ids=lambda one: one.slug)
each_film = pytest.mark.parametrize("lesson", FILMS, ids=lambda one: one.slug)


@pytest.fixture(scope="module")
def typeface() -> Typeface:
    try:
        return find_typeface()
    except MissingTool:
        pytest.skip("NOT TESTED: no typeface was fetched (make setup) and this machine has none with Chinese")


def test_there_are_ten_films_and_a_series_of_four_readings() -> None:
    readings = [one for one in ALL if not one.is_film]
    assert len(FILMS) == 10
    assert sorted(one.details.number or 0 for one in readings) == [1, 2, 3, 4]
    assert len({one.details.series for one in readings}) == 1
    assert all(one.picture in COVERS for one in readings)
    assert {one.picture for one in FILMS} == set(SCENES)
    assert {one.details.series for one in FILMS} == set(SERIES_COVERS)


def test_the_page_of_places_is_full_from_the_first_day() -> None:
    places = [one.described().place for one in ALL]
    assert all(places) and len(set(places)) >= 6


def test_every_lesson_is_different() -> None:
    for values in (
        [one.slug for one in ALL], [one.picture for one in ALL], [one.tune for one in ALL],
        [one.details.title for one in ALL], [one.details.description for one in ALL],
    ):  # fmt: skip
        assert len(set(values)) == len(ALL)


def test_the_parts_of_a_series_are_numbered_without_a_gap() -> None:
    series: dict[str | None, list[int | None]] = {}
    for one in ALL:
        series.setdefault(one.details.series, []).append(one.details.number)
    assert all(sorted(map(int, map(str, numbers))) == list(range(1, len(numbers) + 1)) for numbers in series.values())


@each
def test_the_details_are_complete_and_honest(lesson: Demonstration) -> None:
    details = lesson.described()
    assert "（示例" in details.description
    assert details.unit.endswith("镇")
    assert details.speaker.endswith(("组", "站"))  # a role, never a person
    assert details.recorded is not None
    assert details.recorded[:4] in {"2023", "2024"}
    assert details.themes
    assert set(details.themes) <= set(THEMES)


@each
def test_a_lesson_lasts_twenty_to_sixty_seconds_and_gives_time_to_read(lesson: Demonstration) -> None:
    assert 20 <= lesson.seconds <= 60
    for beat, (begin, end) in zip(lesson.beats, pairwise(lesson.starts), strict=True):
        assert len(beat.says) / (end - begin) <= 6, beat.says  # characters a second


@each
def test_no_word_is_drawn_as_an_empty_box(lesson: Demonstration, typeface: Typeface) -> None:
    assert typeface.lacking("".join(words(lesson))) == set()


@each_film
def test_every_line_fits_its_panel(lesson: Demonstration, typeface: Typeface) -> None:
    for beat in lesson.beats:
        if slide := beat.slide:
            assert typeface.width(slide.kicker, 100, TITLE) * KICKER / 100 <= TEXT_WIDE
            assert typeface.width(slide.title, 100, TITLE) * HEADING / 100 <= TEXT_WIDE
            assert typeface.width(slide.number, 100, TITLE) * NUMBER / 100 <= TEXT_WIDE
            for line in slide.lines:
                assert typeface.width(line, 100, TEXT) * LINE / 100 <= TEXT_WIDE - 10, line
            assert len(slide.lines) <= (2 if slide.number else 3)
    assert max(map(len, lesson.remember)) <= 6


@each_film
def test_a_panel_hides_what_the_scene_uncovers_when_it_gives_way(lesson: Demonstration) -> None:
    assert stays(lesson)
    deepest = max(layer.depth for layer in SCENES[lesson.picture].layers)
    assert deepest * 58 < 320 - PANEL_LEFT


@each_film
def test_the_poster_is_its_scene_alone_and_as_sharp_as_any(
    lesson: Demonstration, typeface: Typeface, tmp_path: Path
) -> None:
    draw_poster(lesson, typeface, tmp_path)
    with Image.open(tmp_path / f"{lesson.slug}.png") as poster:
        assert poster.size == (1280, 720)
    assert look_beside(tmp_path / f"{lesson.slug}.mp4").picture == tmp_path / f"{lesson.slug}.png"
    assert stays(lesson)[-1].end < lesson.seconds - 1, "the last panel has gone by then"


@each_film
def test_something_moves_at_any_time(lesson: Demonstration) -> None:
    motions = [part.motion for part in film_parts(lesson)]
    assert any(motion.bob for motion in motions) or any(
        glide.end - glide.begin == lesson.seconds for motion in motions for glide in motion.glides
    )


@each
def test_captions_tell_every_sentence_in_its_time(lesson: Demonstration, tmp_path: Path) -> None:
    write_sidecars(lesson, tmp_path / "lesson.mp4")
    captions = pysubs2.load(str(tmp_path / "lesson.zh.srt"), encoding="utf-8")
    assert [one.plaintext for one in captions] == [beat.says for beat in lesson.beats]
    assert [one.start / 1000 for one in captions] == pytest.approx(list(lesson.starts[:-1]), abs=0.002)
    assert all(one.end < after.start for one, after in pairwise(captions))
    assert captions[-1].end / 1000 <= lesson.seconds


def test_chapters_follow_each_other_to_the_end(tmp_path: Path) -> None:
    lesson = next(one for one in ALL if one.slug == "bamboo")
    write_sidecars(lesson, tmp_path / "lesson.mp4")
    chapters = webvtt.read(str(tmp_path / "lesson.chapters.vtt")).captions
    assert [one.text for one in chapters][:2] == ["为什么冬天管", "第一步：看竹留竹"]
    assert chapters[0].start_in_seconds == 0
    assert [one.end for one in chapters[:-1]] == [one.start for one in chapters[1:]]
    assert chapters[-1].end_in_seconds == pytest.approx(lesson.seconds, abs=1)


def test_a_lesson_without_chapters_gets_no_file_of_them(tmp_path: Path) -> None:
    write_sidecars(next(one for one in ALL if one.slug == "tea"), tmp_path / "lesson.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["lesson.zh.srt"]


@each
def test_tunes_are_written_in_known_notes_and_both_voices_last_as_long(lesson: Demonstration) -> None:
    assert set(lesson.tune.notes + lesson.tune.bass) <= set(".12345689")
    assert len(lesson.tune.notes) == len(lesson.tune.bass)


def test_a_rest_is_silent_and_every_note_rings_across_the_end() -> None:
    tune = ALL[0].tune.model_copy(update={"notes": "1.", "bass": "..", "root_hertz": 220, "beat_seconds": 0.5})
    assert phrase(tune).count("if(") == 1
    assert "mod(t-0.000+1.000,1.000)" in phrase(tune)


@pytest.mark.parametrize(
    ("motion", "expression"),
    [
        (STILL, "40.00"),
        (Motion(start=(10, 0)), "60.00"),
        (Motion(glides=(Glide(begin=1, end=3, by=(5, 9), even=True),)), "40.00+10.00*clip((t-1.000)/2.000,0,1)"),
        (Motion(glides=(Glide(begin=1, end=3, by=(0, 9)),)), "40.00"),
        (
            Motion(glides=(Glide(begin=0, end=2, by=(-1, 0)),)),
            "40.00+-2.00*st(0,clip((t-0.000)/2.000,0,1))*ld(0)*(3-2*ld(0))",
        ),
    ],
)
def test_a_motion_becomes_a_place_in_pixels(motion: Motion, expression: str) -> None:
    assert motion.expression(0, 40, 2) == expression


def test_a_place_is_what_the_expression_says() -> None:
    motion = Motion(start=(2, 0), glides=(Glide(begin=1, end=3, by=(8, 4)), Glide(begin=4, end=5, by=(-2, 0))))
    assert [motion.place(at) for at in (0, 2, 3, 9)] == [(2, 0), (6, 2), (10, 4), (8, 4)]
    assert [Motion(appears=1, vanishes=2).is_seen(at) for at in (0.5, 1, 2)] == [False, True, False]


def test_what_hops_does_so_upwards_and_what_appears_says_when() -> None:
    motion = Motion(bob=3, bob_seconds=2, appears=1.5)
    assert motion.expression(1, 0, 2) == "0.00+-6.00*abs(sin(PI*t/2))"
    assert motion.expression(0, 0, 2) == "0.00"
    assert motion.shown == "between(t,1.500,1000000.000)"
    assert STILL.shown is None


def test_without_the_fetched_typeface_one_of_this_machine_draws(tmp_path: Path) -> None:
    try:
        typeface = find_typeface(tmp_path)
    except MissingTool as error:
        assert "make setup" in str(error)
    else:
        assert typeface.lacking("竹") == set()


def test_the_fetched_typeface_knows_what_it_lacks() -> None:
    if not (FETCHED / "unicode.json").exists():
        pytest.skip("NOT TESTED: the typeface was not fetched (make setup)")
    typeface = find_typeface()
    assert typeface.lacking("竹 山\U00010380") == {"\U00010380"}
    assert typeface.width("一二", 50, TITLE) == 100


def words(lesson: Demonstration) -> list[str]:
    """All that is drawn for a lesson, and what it says."""
    slides = [beat.slide for beat in lesson.beats if beat.slide]
    shown = ([one.kicker, one.title, one.number, *one.lines, *(bar.label for bar in one.bars)] for one in slides)
    return [
        *chain.from_iterable(shown),
        *lesson.remember,
        *(beat.says for beat in lesson.beats),
        "记住收支公开字体大小天晴了上山去节气里的农事立春谷雨芒种霜降",
    ]
