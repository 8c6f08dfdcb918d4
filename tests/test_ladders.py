"""Profiles fill what is left empty; what is said comes first."""

from pathlib import Path

import pytest

from medialib.errors import BadSettings
from medialib.ladders import PROFILES, Ladder
from medialib.settings import load_settings


def test_the_usual_profile_is_county() -> None:
    assert Ladder() == Ladder(profile="county")
    assert Ladder().rungs == PROFILES["county"]["rungs"]


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_is_a_whole_ladder(profile: str) -> None:
    ladder = Ladder.model_validate({"profile": profile})
    assert (
        ladder.model_dump(exclude={"profile", "segment_seconds", "rungs", "sound_tracks"}).items()
        <= PROFILES[profile].items()
    )
    assert ladder.rungs[-1].max_bits_per_second == max(rung.max_bits_per_second for rung in ladder.rungs)


def test_profiles_differ_in_the_bytes_that_they_may_take() -> None:
    most = {name: Ladder.model_validate({"profile": name}).rungs[-1].max_bits_per_second for name in PROFILES}
    assert most["tiny"] < most["county"] < most["quality"]


@pytest.mark.parametrize("empty", ["", 0, "0", None, []])
def test_what_is_empty_is_as_the_profile_says(empty: object) -> None:
    given = dict.fromkeys(("start_rung", "preset", "bulk_preset", "rungs", "mono_bits_per_second"), empty)
    assert Ladder.model_validate({"profile": "tiny", **given}) == Ladder(profile="tiny")


def test_what_is_said_comes_before_the_profile() -> None:
    ladder = Ladder.model_validate({"profile": "tiny", "start_rung": 240, "stereo_bits_per_second": 96_000})
    assert (ladder.start_rung, ladder.stereo_bits_per_second) == (240, 96_000)
    assert ladder.rungs == PROFILES["tiny"]["rungs"]


def test_a_preset_that_is_said_holds_for_all_rungs() -> None:
    assert Ladder(preset="ultrafast").bulk_preset == "ultrafast"
    assert Ladder(preset="ultrafast", bulk_preset="fast").bulk_preset == "fast"


def test_a_profile_that_is_none_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("ladder:\n  profile: huge\n")
    with pytest.raises(BadSettings, match=r"line 2, ladder\.profile: Input should be 'county', 'quality' or 'tiny'"):
        load_settings(path, {})
