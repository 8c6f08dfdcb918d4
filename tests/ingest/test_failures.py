"""A stall, a kill, a full memory and damage are told apart, each with what a person can do."""

import pytest

from medialib.errors import NothingDecoded, ToolFailed, ToolKilled, ToolStalled, TooMuchDecoded
from medialib.ingest.failures import advice, failed, no_room, unforeseen
from medialib.ingest.steps import STEPS, name_of


@pytest.mark.parametrize(
    ("kind", "detail", "told"),
    [
        (ToolStalled, "no progress for 60 s", "took too long"),
        (ToolKilled, "ffmpeg ended with -9: ", "broke this work off"),
        (ToolFailed, "ffmpeg ended with 1: Error while filtering: Cannot allocate memory", "broke this work off"),
        (ToolFailed, "ffmpeg ended with 1: a.mp4: Invalid data found when processing input", "is damaged"),
        (ToolFailed, "ffmpeg ended with 1: moov atom not found", "is damaged"),
        (NothingDecoded, "v480 segment 3 holds 0 of 100 samples", "is damaged"),
        (ToolFailed, "v480 segment 3 holds 7 of 100 samples", "could not be converted"),
        (TooMuchDecoded, "v480 segment 3 holds 200 of 100 samples", "could not be converted"),
    ],
)
def test_every_kind_of_failure_has_a_sentence_and_something_to_do(
    kind: type[ToolFailed], detail: str, told: str
) -> None:
    error = failed(detail, kind=kind)
    assert type(error) is kind
    assert told in error.message
    assert error.detail == detail and detail not in error.message
    assert advice(error.message)


def test_what_a_file_is_called_does_not_say_that_it_is_damaged() -> None:
    name = "/srv/corrupt files/moov atom not found.mp4"
    detail = f"ffmpeg ended with 1: file:{name}: Permission denied"
    assert "is damaged" not in failed(detail, names={name}).message
    assert "is damaged" in failed(f"{detail}: corrupt decoded frame in stream 0", names={name}).message
    assert failed(detail, names={name}).detail == detail


def test_what_nobody_foresaw_has_something_to_do_and_a_full_disk_goes_on_by_itself() -> None:
    assert "log" in advice(unforeseen(ValueError("x")).message)
    assert advice(no_room("x").message) == "", "its sentence says what to do"
    assert advice("a sentence of before") == ""


def test_every_step_has_a_name_for_people() -> None:
    assert name_of("hot:v480:7") not in [name_of(one) for one in (*STEPS, "file:film", "ts:v240:1")], "none is left out"
