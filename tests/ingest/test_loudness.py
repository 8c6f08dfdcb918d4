"""Loudness and gain, from figures alone."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialib.ingest import loudness
from medialib.ingest.loudness import Channels, Heard
from medialib.settings import Sound

SOUND = Sound()
SPEECH = [-30.0, -27.0, -26.0, -29.0, -34.0] * 60
COUGH = [-8.0] * 6
levels = st.floats(-120, 0)


def test_steady_sound_is_as_loud_as_each_of_its_blocks() -> None:
    assert loudness.integrated([-20.0] * 50) == pytest.approx(-20)


def test_silence_between_words_does_not_count() -> None:
    assert loudness.integrated([-20.0] * 50 + [-75.0] * 500 + [-45.0] * 100) == pytest.approx(-20)


@pytest.mark.parametrize("blocks", [[], [-math.inf] * 100, [-71.0] * 100])
def test_silence_has_no_loudness_and_gets_no_gain(blocks: list[float]) -> None:
    assert loudness.integrated(blocks) is None
    assert loudness.choose_gain(blocks, SOUND) == 0


def test_the_gain_leads_to_the_target() -> None:
    assert loudness.choose_gain([-24.5] * 50, SOUND) == 8.5
    assert loudness.choose_gain([-5.0] * 50, SOUND) == -11
    assert loudness.choose_gain([-24.5] * 50, Sound(loudness_lufs=-23)) == 1.5


@pytest.mark.parametrize(("lufs", "gain"), [(-45, 29), (-50, 34), (-55, 25), (-60, 15), (-68, 0)])
def test_faint_speech_is_brought_to_the_target_but_noise_is_not(lufs: float, gain: float) -> None:
    assert loudness.choose_gain([lufs] * 50, SOUND) == gain


def test_a_cough_does_not_hold_speech_down() -> None:
    alone = loudness.choose_gain(SPEECH, SOUND)
    coughed = [*SPEECH[:100], *COUGH, *SPEECH[100:200], *COUGH, *SPEECH[200:]]
    assert loudness.choose_gain(coughed, SOUND) == pytest.approx(alone, abs=0.1)
    assert SOUND.loudness_lufs - (loudness.integrated(coughed) or 0) < alone - 5


def test_what_stays_loud_is_not_taken_for_a_cough() -> None:
    jingle = [-10.0] * 25
    assert len(loudness.without_bursts([*jingle, *SPEECH])) == len(jingle) + len(SPEECH)


def test_speech_alone_holds_no_bursts() -> None:
    assert loudness.without_bursts(SPEECH) == SPEECH


@given(st.lists(levels, max_size=300))
def test_no_recording_gets_more_than_the_most_gain(blocks: list[float]) -> None:
    assert loudness.choose_gain(blocks, SOUND) <= SOUND.most_gain_db


@given(st.lists(levels, min_size=1, max_size=300))
def test_loudness_lies_between_the_faintest_and_the_loudest_block(blocks: list[float]) -> None:
    found = loudness.integrated(blocks)
    assert found is None or min(blocks) - 1e-6 <= found <= max(blocks) + 1e-6


def test_it_is_measured_again_when_the_limiter_bites_or_a_burst_was_left_out() -> None:
    quiet = Heard(blocks=tuple(SPEECH), peaks_db=(-18.0,) * 300, channels=None)
    assert not loudness.is_held_down(quiet, 10.0, -3.0)
    assert loudness.is_held_down(quiet, 18.0, -3.0)
    coughed = Heard(blocks=(*SPEECH, *COUGH), peaks_db=(-18.0,) * 300, channels=None)
    assert loudness.is_held_down(coughed, 10.0, -3.0)


def test_what_the_limiter_took_is_given_back_within_bounds() -> None:
    assert loudness.correct_gain(10.0, [-17.5] * 50, SOUND) == 11.5
    assert loudness.correct_gain(10.0, [-14.0] * 50, SOUND) == 8
    assert loudness.correct_gain(10.0, [-40.0] * 50, SOUND) == 16
    assert loudness.correct_gain(33.0, [-30.0] * 50, SOUND) == 35
    assert loudness.correct_gain(10.0, [], SOUND) == 10


def test_the_mix_to_one_channel_is_corrected_by_itself() -> None:
    assert loudness.correct_mono_gain(2.0, [-17.5] * 50, SOUND) == 3.5
    assert loudness.correct_mono_gain(2.0, [-40.0] * 50, SOUND) == 8
    assert loudness.correct_mono_gain(2.0, [], SOUND) == 2


@pytest.mark.parametrize(
    ("left", "right", "middle", "chosen"),
    [
        (-20.0, -20.0, -20.0, ()),  # mono in two channels
        (-20.0, -22.0, -24.0, ()),  # wide stereo
        (-20.0, -math.inf, -26.0, (0, 0)),  # only the left cable was plugged in
        (-70.0, -25.0, -31.0, (1, 1)),  # only the right one, the left one hums
        (-20.0, -20.1, -60.0, (0, 0)),  # a twisted cable
        (-math.inf, -math.inf, -math.inf, ()),  # silence
    ],
)
def test_a_dead_channel_and_a_twisted_cable_are_mended(
    left: float, right: float, middle: float, chosen: tuple[int, ...]
) -> None:
    assert loudness.choose_channels(Channels(left_db=left, right_db=right, middle_db=middle)) == chosen


@pytest.mark.parametrize(
    ("peak", "loud", "clipped"), [(-3.01, -3.9, True), (0.0, -1.0, True), (-3.01, -8.9, False), (-18.0, -18.0, False)]
)
def test_what_was_cut_off_is_told_from_what_is_only_dense(peak: float, loud: float, clipped: bool) -> None:
    heard = Heard(blocks=(loud,) * 50, peaks_db=(peak,) * 50, channels=None)
    assert loudness.is_clipped(heard) is clipped


def test_a_channel_given_to_both_sides_is_three_decibels_louder() -> None:
    alone = Channels(left_db=-20, right_db=-math.inf, middle_db=-26)
    assert loudness.doubling_db(alone, (0, 0)) == pytest.approx(3.01, abs=0.01)
    twisted = Channels(left_db=-20, right_db=-20, middle_db=-math.inf)
    assert loudness.doubling_db(twisted, (0, 0)) == pytest.approx(0)
    assert loudness.doubling_db(twisted, ()) == 0


@pytest.mark.parametrize(("middle", "gain"), [(-20.0, 0.0), (-23.01, 3.01), (-31.0, 6.0), (-math.inf, 0.0)])
def test_the_mix_to_one_channel_gets_back_what_it_loses(middle: float, gain: float) -> None:
    assert loudness.mono_gain_db(Channels(left_db=-20, right_db=-20, middle_db=middle)) == pytest.approx(gain, abs=0.01)


def test_noise_is_what_is_heard_where_nobody_speaks() -> None:
    assert loudness.noise_db([*SPEECH, *[-52.0] * 60]) == -52
    assert loudness.noise_db([*SPEECH, *[-math.inf] * 60]) is None
    assert loudness.noise_db([]) is None


@pytest.mark.parametrize("seconds", [0.5, 5, 300])
def test_a_short_recording_is_heard_whole(seconds: float) -> None:
    assert loudness.windows(seconds) == [(0.0, seconds)]


@pytest.mark.parametrize("seconds", [301, 3600, 12 * 3600])
def test_four_minutes_of_a_long_recording_are_heard_spread_over_it(seconds: float) -> None:
    found = loudness.windows(seconds)
    assert sum(length for _, length in found) == 240
    assert found[0][0] < seconds / 10 and found[-1][0] > seconds * 0.9
    assert all(begin + length <= seconds for begin, length in found)


def test_figures_are_read_from_what_ffmpeg_prints() -> None:
    text = "frame:0    pts:0       pts_time:0\nlavfi.r128.M=-120.691\nframe:1 pts:4800\nlavfi.r128.M=-23.5\n"
    assert loudness.read_figures(text) == (-120.691, -23.5)
    assert loudness.read_figures("lavfi.a=-inf\nlavfi.a=nan\n") == (-math.inf, -math.inf)
    assert loudness.read_blocks("lavfi.a=-1\n" * 5) == (-1, -1)
    assert loudness.read_figures("") == ()


def peaks(seconds: int, *loud: float) -> Heard:
    """Of a recording, or of what is heard of it, that has its highest peaks at these seconds."""
    found = [-20.0] * (seconds * 10)
    for number, moment in enumerate(loud):
        found[round(moment * 10)] = -1.0 - number
    return Heard(blocks=(), peaks_db=tuple(found), channels=None)


def test_the_loudest_moments_are_encoded_on_trial() -> None:
    assert loudness.loudest(peaks(60, 31.2, 31.4, 58.0, 10.0), 60) == [(7.5, 5), (pytest.approx(28.7), 5), (55, 5)]
    assert loudness.loudest(peaks(3, 1.0), 3) == [(0, 3)]
    assert loudness.loudest(peaks(0), 3) == []


def test_the_loudest_moments_of_a_long_recording_are_where_they_were_heard() -> None:
    """The third of the windows, which begins at 555 s of an hour."""
    begin, length = loudness.loudest(peaks(240, 37.0), 3600)[-1]
    assert begin == pytest.approx(559.5)
    assert length == 5


@pytest.mark.parametrize(
    ("highest", "overshoot"), [(-3.0, 3.5), (0.0, 6.5), (-9.0, 1.5), (30.0, 10.0), (-math.inf, 1.5)]
)
def test_as_much_room_is_left_as_the_encoder_takes_and_a_bit(highest: float, overshoot: float) -> None:
    assert loudness.overshoot_db([-20.0, highest, -12.0], -6.0) == overshoot
    assert loudness.overshoot_db([], -6.0) == 1.5
