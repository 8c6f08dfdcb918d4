"""What a player is offered, as far as it is made."""

from dataclasses import replace
from typing import Any

import pytest
from web.factories import make_plan

from medialib.catalogue.lessons import Captions, RenditionProgress
from medialib.catalogue.plans import Plan
from medialib.catalogue.source_uses import SoundUse
from medialib.delivery import offer


def rows(plan: Plan, *complete: str, **figures: Any) -> list[RenditionProgress]:
    found = []
    for one in plan.renditions:
        measured = {"complete": True, "peak_bits_per_second": 300_000, "average_bits_per_second": 200_000} | figures
        found.append(
            RenditionProgress(
                lesson_id="x", version=1, name=one.name, seconds_total=float(one.seconds), codecs=one.codecs,
                **(measured if one.name in complete else {}),
            )
        )  # fmt: skip
    return found


@pytest.mark.parametrize(
    ("complete", "offered"),
    [
        ((), ["v480", "a64"]),
        (("a64",), ["v480", "a64"]),
        (("v480", "a64", "v720"), ["v480", "v720", "a64"]),
        (("v240", "v480", "v720", "a64"), ["v480", "v240", "v720", "a64"]),
    ],
)
def test_the_start_rung_comes_first_and_the_others_when_they_are_complete(
    complete: tuple[str, ...], offered: list[str]
) -> None:
    plan = make_plan()
    found = offer.variants(plan, rows(plan, *complete))
    assert [variant.uri for variant in found] == [f"v1/{name}/index.m3u8" for name in offered]


def test_before_it_is_measured_a_rung_is_told_at_its_ceiling_and_more() -> None:
    plan = make_plan()
    picture, sound = offer.variants(plan, rows(plan))
    assert (picture.peak_bits_per_second, picture.average_bits_per_second) == (1_350_000 + 96_000, 964_000)
    assert (sound.peak_bits_per_second, sound.average_bits_per_second) == (96_000, 64_000)


def test_a_measured_rung_is_told_as_measured_with_its_sound() -> None:
    plan = make_plan()
    picture, sound = offer.variants(plan, rows(plan, "v480", "a64"))
    assert (picture.peak_bits_per_second, picture.average_bits_per_second) == (600_000, 400_000)
    assert (sound.peak_bits_per_second, sound.average_bits_per_second) == (300_000, 200_000)
    assert picture.codecs == "avc1.64001f,mp4a.40.2"
    assert (picture.resolution, picture.frames_per_second, picture.audio_group) == ((852, 480), 25, "sound")


def test_a_silent_film_has_no_sound_to_go_with_it() -> None:
    plan = make_plan(sound=False)
    (picture,) = offer.variants(plan, rows(plan))
    assert (picture.audio_group, picture.codecs) == (None, "avc1.64001f")
    assert offer.sounds(plan, language="zh") == ()


def test_sound_alone_is_offered_best_first_without_a_group() -> None:
    plan = make_plan(kind="audio")
    assert [one.uri for one in offer.variants(plan, rows(plan))] == ["v1/a64/index.m3u8"]
    assert [one.audio_group for one in offer.audio_variants(plan, rows(plan))] == [None]


def with_sounds(*uses: SoundUse) -> Plan:
    plan = make_plan()
    others = tuple(replace(plan.audio[0], name=f"a64t{track}", track=track) for track in range(1, len(uses)))
    return replace(plan, audio=(*others, *plan.audio), source=replace(plan.source, sounds=uses))


def use(index: int, language: str = "", **parts: Any) -> SoundUse:
    return SoundUse(index=index, end_seconds=600, language=language, **parts)


def test_every_sound_track_is_offered_beside_the_picture_the_usual_one_by_itself() -> None:
    plan = with_sounds(use(1, "zh"), use(2, "en"), use(3, "wuu"))
    found = offer.sounds(plan, language="zh")
    assert [(one.name, one.language, one.uri) for one in found] == [
        ("中文", "zh", "v1/a64/index.m3u8"),
        ("English", "en", "v1/a64t1/index.m3u8"),
        ("Wu Chinese", "wuu", "v1/a64t2/index.m3u8"),
    ]
    assert [(one.group, one.default, one.automatic) for one in found] == [
        ("sound", True, True), ("sound", False, True), ("sound", False, True),
    ]  # fmt: skip


def test_no_two_sound_tracks_have_one_name_or_are_chosen_by_one_language() -> None:
    plan = with_sounds(use(1), use(2, "zh"), use(3, "zh", title="导演讲评", commentary=True), use(4, "zh"), use(5))
    found = offer.sounds(plan, language="zh")
    assert [one.name for one in found] == ["中文", "中文 (2)", "导演讲评", "中文 (3)", "5"]
    assert [one.automatic for one in found] == [True, False, False, False, True]


def test_of_several_sound_tracks_the_one_that_needs_most_counts_where_it_can_be_chosen() -> None:
    plan = with_sounds(use(1, "zh"), use(2, "en"))
    found = rows(plan, "v480", "a64", "a64t1")
    for row in found:
        if row.name == "a64t1":
            row.peak_bits_per_second, row.average_bits_per_second = 400_000, 250_000
    told = [(one.peak_bits_per_second, one.average_bits_per_second) for one in offer.variants(plan, found)]
    alone = [
        (one.peak_bits_per_second, one.average_bits_per_second) for one in offer.variants(plan, found, choice=False)
    ]
    assert (told, alone) == ([(700_000, 450_000), (300_000, 200_000)], [(600_000, 400_000), (300_000, 200_000)])


def test_listening_knows_one_track_and_the_list_of_variants_the_usual_one() -> None:
    plan = with_sounds(use(1, "zh"), use(2, "en"))
    assert [one.uri for one in offer.audio_variants(plan, rows(plan))] == ["v1/a64/index.m3u8"]
    assert [one.uri for one in offer.audio_variants(plan, rows(plan), track=1)] == ["v1/a64t1/index.m3u8"]
    assert [one.uri for one in offer.ts_audio_variants(plan, rows(plan), track=1)] == ["v1/a64t1/ts.m3u8"]
    assert [one.audio_group for one in offer.variants(plan, rows(plan))] == ["sound", None]


@pytest.mark.parametrize(("language", "told"), [("zh", "zh"), ("", "und")])
def test_the_sound_bears_its_language(language: str, told: str) -> None:
    (sound,) = offer.sounds(make_plan(), language=language)
    assert (sound.language, sound.channels, sound.uri) == (told, 2, "v1/a64/index.m3u8")


def test_ts_offers_the_same_rungs_with_their_sound_inside() -> None:
    plan = make_plan()
    found = offer.ts_variants(plan, rows(plan, "v240", "v480", "a64"))
    assert [one.uri for one in found] == [f"v1/{name}/ts.m3u8" for name in ("v480", "v240", "a64")]
    assert [one.audio_group for one in found] == [None] * 3
    assert [one.codecs for one in found] == ["avc1.64001f,mp4a.40.2"] * 2 + ["mp4a.40.2"]
    assert found[0].resolution == (852, 480)


def test_ts_is_told_as_measured_or_as_more_than_the_same_in_fmp4() -> None:
    plan = make_plan()
    picture, sound = offer.ts_variants(plan, rows(plan))
    fmp4 = offer.variants(plan, rows(plan))
    for ts, one in zip((picture, sound), fmp4, strict=True):
        assert one.peak_bits_per_second * 1.02 < ts.peak_bits_per_second < one.peak_bits_per_second * 1.2
        assert one.average_bits_per_second < ts.average_bits_per_second < one.average_bits_per_second * 1.2
    measured = rows(plan, "v480", "a64", ts_peak_bits_per_second=400_000, ts_average_bits_per_second=250_000)
    picture, sound = offer.ts_variants(plan, measured)
    assert (picture.peak_bits_per_second, picture.average_bits_per_second) == (800_000, 500_000)
    assert (sound.peak_bits_per_second, sound.average_bits_per_second) == (400_000, 250_000)


def test_silent_films_and_recordings_have_ts_too() -> None:
    silent, heard = make_plan(sound=False), make_plan(kind="audio")
    (picture,) = offer.ts_variants(silent, rows(silent))
    assert (picture.uri, picture.codecs) == ("v1/v480/ts.m3u8", "avc1.64001f")
    assert [one.uri for one in offer.ts_variants(heard, rows(heard))] == ["v1/a64/ts.m3u8"]


def test_a_film_of_a_moment_has_no_sound_alone_in_ts() -> None:
    heard, second = make_plan(kind="audio"), make_plan(seconds=1)
    heard = replace(heard, audio=tuple(replace(one, frames=18) for one in heard.audio))
    moment = replace(second, video=tuple(replace(one, frames=10) for one in second.video), audio=heard.audio)
    assert [one.uri for one in offer.ts_variants(moment, rows(moment))] == ["v1/v480/ts.m3u8"]
    assert len(offer.ts_variants(second, rows(second))) == 2
    assert [one.uri for one in offer.ts_variants(heard, rows(heard))] == ["v1/a64/ts.m3u8"]


def test_keyframes_are_offered_of_complete_and_measured_rungs_only() -> None:
    plan = make_plan()
    assert offer.keyframes(plan, rows(plan, "v240", "v480", "a64")) == ()
    measured = {"keyframes_peak_bits_per_second": 50_000, "keyframes_average_bits_per_second": 30_000}
    found = offer.keyframes(plan, rows(plan, "v240", "v480", "a64", **measured))
    assert [one.uri for one in found] == ["v1/v240/keyframes.m3u8", "v1/v480/keyframes.m3u8"]
    assert (found[0].peak_bits_per_second, found[0].average_bits_per_second) == (50_000, 30_000)
    assert (found[0].codecs, found[0].resolution) == ("avc1.64001f", (426, 240))


def test_captions_beside_ts_have_addresses_of_their_own() -> None:
    plan = make_plan()
    captions = [Captions(lesson_id="x", language="zh", label="中文", revision=2)]
    subtitles = offer.subtitles(plan, captions, language="zh")
    assert [one.uri for one in offer.ts_subtitles(subtitles)] == ["v1/captions/zh/2/ts/index.m3u8"]
