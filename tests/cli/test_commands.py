"""What the commands print, and with what they end."""

import json
import os
import re
import resource
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import media
import once
import pytest
from click.testing import CliRunner, Result
from PIL import Image
from rich.console import Console
from sqlalchemy.exc import OperationalError
from web.factories import make_services

from medialib.catalogue import work_lookups
from medialib.cli import Library, main, processes
from medialib.cli.import_report import Report, told_of
from medialib.cli.import_waiting import _ended
from medialib.cli.imports import _take_in_all
from medialib.cli.processes import _require_port, allow_many_open_files, forget_figures_of_the_dead
from medialib.settings import Server, Settings

KEYS = {"file", "status", "reason", "lesson", "title", "kind", "seconds", "page", "master", "ts_master", "audio"}


class Shell:
    """Calls commands on a library in a folder of its own."""

    def __init__(self, folder: Path):
        once.with_migrations(folder / "store" / "medialib.db")
        self._config = folder / "config.yaml"
        self._config.write_text(
            f"store: {{url: {folder / 'store'}}}\n"
            "jobs: {backoff_seconds: 0.01, lease_seconds: 2, renew_seconds: 0.5, reconcile_seconds: 1}\n"
            "ladder: {segment_seconds: 2, preset: ultrafast, start_rung: 240}\n"
            f"tools: {json.dumps(media.AT_ONCE)}\n"
        )

    def __call__(self, *arguments: str | Path) -> Result:
        return CliRunner().invoke(main, ["--config", str(self._config), *map(str, arguments)])

    def json(self, *arguments: str | Path) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self(*arguments, "--json").stdout.splitlines()]


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    for name in [name for name in os.environ if name.startswith("MEDIALIB__")]:
        monkeypatch.delenv(name)
    return Shell(tmp_path)


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """A folder with two recordings, one of them twice, and other things."""
    folder = tmp_path / "recordings"
    (folder / "deeper" / "still").mkdir(parents=True)
    media.tone(folder / "a.mp3", seconds=1, more=("-metadata", "title=竹编"))
    media.film(folder / "deeper" / "still" / "b.MP4", seconds=1)
    (folder / "deeper" / "copy.mp3").write_bytes((folder / "a.mp3").read_bytes())
    (folder / "deeper" / "broken.mkv").write_bytes(b"garbage" * 100)
    (folder / "letter.txt").write_text("no recording")
    (folder / "._a.mp3").write_bytes(b"what a Mac knows of a file")
    for thrown_away in (".Trash-1000", "$RECYCLE.BIN"):
        (folder / thrown_away).mkdir()
        (folder / thrown_away / "secret.mp3").write_bytes((folder / "a.mp3").read_bytes() + b"more")
    (folder / "a.yaml").write_text("unit: 马迹塘镇\nthemes: [技能培训]\n", encoding="utf-8")
    return folder


def by_name(lines: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {Path(line["file"]).name: line for line in lines}


def test_import_tells_of_every_recording_below_a_folder(shell: Shell, recordings: Path) -> None:
    lines = shell.json("import", recordings)
    assert all(set(line) == KEYS for line in lines)
    told = by_name(lines)
    statuses = {name: line["status"] for name, line in told.items()}
    assert statuses == {"a.mp3": "published", "copy.mp3": "duplicate", "broken.mkv": "refused", "b.MP4": "published"}
    assert told["a.mp3"]["title"] == "竹编"
    assert told["a.mp3"]["lesson"] == told["copy.mp3"]["lesson"]
    assert (told["b.MP4"]["kind"], told["b.MP4"]["seconds"], told["b.MP4"]["reason"]) == ("video", 1.0, None)
    assert told["b.MP4"]["master"] == f"/media/{told['b.MP4']['lesson']}/master.m3u8"
    assert told["broken.mkv"]["lesson"] is None
    assert told["broken.mkv"]["reason"].startswith("This is a text, not a recording.")


def test_import_ends_with_1_when_something_was_refused_and_0_otherwise(shell: Shell, recordings: Path) -> None:
    assert shell("import", recordings / "a.mp3").exit_code == 0
    assert shell("import", recordings / "a.mp3").exit_code == 0
    assert shell("import", recordings / "deeper").exit_code == 1
    assert shell("import", recordings / "absent.mp3").exit_code == 2


def test_what_is_imported_without_a_server_is_found_at_once_with_its_sidecar(shell: Shell, recordings: Path) -> None:
    shell("import", recordings / "a.mp3")
    (found,) = shell.json("search", "zhubian")
    assert (found["total"], [one["title"] for one in found["results"]]) == (1, ["竹编"])
    assert shell.json("list", "--theme", "技能培训")[0]["total"] == 1
    assert shell.json("list", "--unit", "马迹塘镇")[0]["total"] == 1
    assert shell("list", "--unit", "三堂街镇").exit_code == 1
    (detail,) = shell.json("show", found["results"][0]["id"])
    assert (detail["unit"], detail["state"]) == ("马迹塘镇", "published")


def test_a_dry_run_only_says_what_would_be_done(shell: Shell, recordings: Path) -> None:
    shell("import", recordings / "a.mp3")
    told = by_name(shell.json("import", "--dry-run", recordings))
    assert {name: line["status"] for name, line in told.items()} == {
        "a.mp3": "duplicate", "copy.mp3": "duplicate", "broken.mkv": "refused", "b.MP4": "new",
    }  # fmt: skip
    assert shell.json("list")[0]["total"] == 1


def test_a_dry_run_foretells_refusals_and_twins(shell: Shell, recordings: Path) -> None:
    (recordings / "a.yaml").write_text("titel: x", encoding="utf-8")
    (recordings / "empty.mp4").touch()
    assert shell("import", "--dry-run", recordings).exit_code == 1
    told = by_name(shell.json("import", "--dry-run", recordings))
    assert {name: line["status"] for name, line in told.items()} == {
        "a.mp3": "refused", "copy.mp3": "new", "broken.mkv": "refused", "b.MP4": "new", "empty.mp4": "refused",
    }  # fmt: skip
    assert "titel" in told["a.mp3"]["reason"]
    assert told["broken.mkv"]["reason"].startswith("This is a text, not a recording.")
    assert told["b.MP4"]["reason"] is None
    assert [one.name for one in (recordings.parent / "store" / "tmp").iterdir()] == []
    (recordings / "a.yaml").unlink()
    told = by_name(shell.json("import", "--dry-run", recordings / "a.mp3", recordings / "deeper"))
    assert told["copy.mp3"]["status"] == "duplicate"
    assert told["copy.mp3"]["reason"].startswith("the same as ")


def test_a_sidecar_beside_a_duplicate_is_said_to_be_unread(shell: Shell, recordings: Path) -> None:
    shell("import", recordings / "a.mp3")
    (recordings / "a.yaml").write_text("title: 新", encoding="utf-8")
    (line,) = shell.json("import", recordings / "a.mp3")
    assert (line["status"], line["reason"]) == ("duplicate", "its description beside it is not read again")


def test_retry_says_when_nothing_has_failed(shell: Shell, recordings: Path) -> None:
    (line,) = shell.json("import", recordings / "a.mp3")
    assert "nothing has failed" in shell("retry", line["lesson"]).stdout


@pytest.mark.parametrize("command", ["serve", "run"])
def test_a_port_that_is_taken_is_a_sentence(shell: Shell, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_PORT_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("MEDIALIB__SERVER__PORT", str(taken.getsockname()[1]))
        done = shell(command)
    assert done.exit_code == 1
    assert "Another program may have this port" in done.stderr


def test_import_waits_until_a_lesson_is_complete_and_works_when_nobody_else_does(
    shell: Shell, recordings: Path
) -> None:
    (line,) = shell.json("import", "--wait", "complete", recordings / "deeper" / "still")
    assert line["status"] == "complete"
    (detail,) = shell.json("show", line["lesson"])
    assert detail["state"] == "complete"
    assert all(row["complete"] and row["size_bytes"] for row in detail["renditions"])
    assert detail["poster"]
    assert "v180" in shell("show", line["lesson"]).stdout


def test_an_import_that_was_cut_off_and_is_begun_again_waits_for_what_is_not_complete(
    shell: Shell, recordings: Path
) -> None:
    (cut_off,) = shell.json("import", recordings / "a.mp3")
    (again,) = shell.json("import", "--wait", "complete", recordings / "a.mp3")
    assert (again["status"], again["lesson"]) == ("duplicate", cut_off["lesson"])
    assert shell.json("show", again["lesson"])[0]["state"] == "complete"


def test_a_wrong_sidecar_refuses_its_file_only_and_names_the_key(shell: Shell, recordings: Path) -> None:
    (recordings / "a.yaml").write_text("titel: 竹编\n", encoding="utf-8")
    told = by_name(shell.json("import", recordings))
    assert told["a.mp3"]["status"] == "refused"
    assert "a.yaml" in told["a.mp3"]["reason"] and "titel" in told["a.mp3"]["reason"]
    assert told["b.MP4"]["status"] == "published"


def test_a_file_whose_name_is_no_text_does_not_end_the_import(shell: Shell, recordings: Path) -> None:
    strange = os.fsencode(recordings) + b"/\xff\xfe.mp3"
    Path(os.fsdecode(strange)).write_bytes(media.tone(recordings / "c.mp3", seconds=1, hertz=220).read_bytes())
    (recordings / "c.mp3").unlink()
    result = shell("import", "--json", recordings)
    assert result.exit_code == 1  # broken.mkv
    statuses = [json.loads(line)["status"] for line in result.stdout.splitlines()]
    assert sorted(statuses) == ["duplicate", "published", "published", "published", "refused"]


def test_a_parked_lesson_says_why_and_can_be_tried_again(shell: Shell, recordings: Path, tmp_path: Path) -> None:
    (line,) = shell.json("import", recordings / "a.mp3")
    source = next((tmp_path / "store").glob("lessons/*/*/source.mp3"))
    content = source.read_bytes()
    source.write_bytes(b"garbage")
    media.tone(recordings / "d.mp3", seconds=1, hertz=200)
    (other,) = shell.json("import", "--wait", "complete", recordings / "d.mp3")
    assert other["status"] == "complete"
    (detail,) = shell.json("show", line["lesson"])
    assert re.search(r"\(attempt \d\)\n    \S", shell("show", line["lesson"]).output)
    if detail["state"] == "published":  # its rests were longer than the other lesson's work
        shell("retry", line["lesson"])
    source.write_bytes(content)
    assert shell("retry", line["lesson"]).exit_code == 0
    for hertz in (250, 260, 270):  # only while an import waits is anything made, and two lessons at the same time
        media.tone(recordings / "e.mp3", seconds=1, hertz=hertz)
        shell.json("import", "--wait", "complete", recordings / "e.mp3")
        (detail,) = shell.json("show", line["lesson"])
        if detail["state"] == "complete":
            break
    assert (detail["state"], detail["reason"]) == ("complete", None)


@pytest.mark.parametrize("command", [["show", "nosuch2345"], ["retry", "nosuch2345"], ["list", "--theme", "nosuch"]])
def test_what_is_not_there_is_one_sentence_without_a_traceback(shell: Shell, command: list[str]) -> None:
    result = shell(*command)
    assert result.exit_code == 1
    assert result.stderr.startswith("medialib: There is no such ")
    assert "Traceback" not in result.output


def test_the_index_can_be_built_anew(shell: Shell, recordings: Path) -> None:
    shell("import", recordings / "a.mp3")
    assert shell("reindex").stdout == "1 lessons indexed\n"
    assert shell.json("search", "竹编")[0]["total"] == 1


def test_doctor_ends_with_0_when_everything_needed_is_there(shell: Shell) -> None:
    result = shell("doctor")
    assert result.exit_code == 0
    assert "ffmpeg" in result.stdout and "sandbox" in result.stdout


def test_doctor_and_import_say_what_is_missing(shell: Shell, recordings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIALIB__TOOLS__FFMPEG", "/nowhere/ffmpeg")
    result = shell("doctor")
    assert result.exit_code == 1
    assert "tools.ffmpeg" in result.stdout
    refused = shell("import", recordings / "a.mp3")
    assert refused.exit_code == 1
    assert "No usable ffmpeg was found" in refused.output
    assert "Traceback" not in refused.output


@pytest.mark.parametrize("title", ["[intro] 竹编 [/x]", "[bold]竹编", ":smile: 竹编", "竹编 \\[x]"])
def test_titles_are_shown_as_they_are_written(shell: Shell, recordings: Path, title: str) -> None:
    path = recordings / "[red]a.mp3"
    (recordings / "a.mp3").rename(path)
    path.with_suffix(".yaml").write_text(f"title: '{title}'\nspeaker: '[/y]'\n", encoding="utf-8")
    taken = shell("import", path)
    assert (taken.exit_code, title in taken.output, str(path) in taken.output) == (0, True, True)
    (found,) = shell.json("list")
    for told in (shell("list"), shell("search", "竹编"), shell("show", found["results"][0]["id"])):
        assert told.exit_code == 0
        assert title in told.stdout
    assert "[/y]" in told.stdout


@pytest.mark.parametrize(
    "command",
    [
        ["doctor"],
        ["bench", "--only", "nosuch"],
        ["bench", "nosuch"],
        ["--help"],
        ["import", "--help"],
        ["serve", "--help"],
        ["nosuch"],
    ],
)
def test_who_only_asks_gets_no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    CliRunner().invoke(main, command)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["list", "import", "doctor"])
def test_a_store_that_cannot_be_written_to_is_a_sentence(
    shell: Shell, tmp_path: Path, recordings: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("MEDIALIB__STORE__URL", str(tmp_path / "file" / "store"))
    result = shell(command, *([recordings] if command == "import" else []))
    assert result.exit_code == 1
    assert "The store cannot be written to." in result.output
    assert isinstance(result.exception, SystemExit)


def test_a_directory_with_other_things_in_it_does_not_become_a_store(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its tmp/ and cache/ would be swept."""
    letter = tmp_path / "home" / "tmp" / "0123456789abcdef" / "letter.txt"
    letter.parent.mkdir(parents=True)
    letter.touch()
    monkeypatch.setenv("MEDIALIB__STORE__URL", str(tmp_path / "home"))
    result = shell("list")
    assert (result.exit_code, letter.exists()) == (1, True)
    assert "There are other things in the directory that store.url names." in result.output
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["tmp"]
    monkeypatch.setenv("MEDIALIB__STORE__URL", str(tmp_path / "home" / "library"))
    assert shell("list").exit_code == 0 and shell("list").exit_code == 0


def test_a_catalogue_that_belongs_to_another_user_is_a_sentence(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shell("list").exit_code == 0
    monkeypatch.setattr(os, "access", lambda path, _mode: not str(path).endswith("medialib.db"))
    result = shell("list")
    assert result.exit_code == 1
    assert "The store cannot be written to." in result.output and "belongs to another user" in result.output


def test_a_damaged_catalogue_is_a_sentence(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "store" / "medialib.db").write_bytes(b"no database at all" * 100)
    result = shell("list")
    assert isinstance(result.exception, SystemExit) and result.exit_code == 1
    assert "The catalogue (database.url)" in result.output and "(file is not a database)" in result.output


def test_an_import_tells_of_a_database_that_fails_in_one_line() -> None:
    error = OperationalError("INSERT INTO leases", {}, sqlite3.OperationalError("database is locked"))
    assert told_of(error, ours=Path("/store")) == "The catalogue cannot be written to now. Please try again."


def test_an_import_tells_of_a_file_that_cannot_be_read_in_its_own_words() -> None:
    def of(code: int, *paths: str) -> str:
        error = OSError(code, os.strerror(code), paths[0], None, *paths[1:])
        return told_of(error, ours=Path("/store"))

    told = {code: of(code, "/media/stick/a.mp4") for code in (2, 5, 13, 1, 28, 22)}
    assert told[2] == "This file is no longer there."
    assert "copy it once more" in told[5]
    assert told[13] == told[1] and "may not be read" in told[13]
    assert "no room" in told[28]
    assert told[22] == "This file cannot be read just now. Please try again."
    assert not any("/media" in one or os.strerror(code) in one for code, one in told.items())
    ours = {of(code, "/store/tmp/a/source") for code in (2, 13, 30)} | {of(13, "/media/a.mp4", "/store/lessons/a")}
    assert len(ours) == 1 and "its own folder" in ours.pop(), "the file is not to blame"
    assert "no room" in of(28, "/store/tmp/a/source")


def test_what_an_import_counts_is_kept_until_a_server_begins_anew(recordings: Path, tmp_path: Path) -> None:
    """And what else is commanded, each day by a timer too, leaves nothing on the disk."""
    store = tmp_path / "store"
    usual = {key: value for key, value in os.environ.items() if not key.startswith(("MEDIALIB__", "PROMETHEUS_"))}
    for arguments in (["import", recordings / "a.mp3"], ["list"]):
        subprocess.run(
            [sys.executable, "-m", "medialib", *arguments],
            env={**usual, "MEDIALIB__STORE__URL": str(store)}, cwd=tmp_path, check=True, capture_output=True,
        )  # fmt: skip
    assert len({one.stem.rpartition("_")[2] for one in store.glob("metrics/*.db")}) == 1
    (counted, *_) = store.glob("metrics/*.db")
    living = counted.with_stem(f"counter_{os.getpid()}")
    living.touch()
    forget_figures_of_the_dead(store / "metrics")
    assert list(store.glob("metrics/*.db")) == [living]


@pytest.fixture
def few_open_files() -> Iterator[None]:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(512, limits[1]), limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@pytest.mark.usefixtures("few_open_files")
def test_the_server_asks_for_as_many_open_files_as_it_may_have() -> None:
    allow_many_open_files()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert soft == (65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_free_port_is_free_on_every_kind_of_address_and_let_go_again(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, 0), family=family) as server:
            port = server.getsockname()[1]
    except OSError:
        pytest.skip("this machine has no such address")
    _require_port(Library(None, Settings(server=Server(host=host, port=port))))
    with socket.create_server((host, port), family=family) as server:
        assert server.getsockname()[1] == port


def test_a_wrong_setting_is_named_with_its_line(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(f"store: {{url: {tmp_path}}}\nserver:\n  prot: 80\n")
    result = CliRunner().invoke(main, ["--config", str(config), "list"])
    assert result.exit_code == 1
    assert result.stderr == "medialib: config.yaml, line 3, server.prot: there is no such setting\n"


@pytest.mark.parametrize("command", main.list_commands(click.Context(main)))
def test_every_command_explains_itself(shell: Shell, command: str) -> None:
    assert shell(command, "--help").exit_code == 0


def test_captions_beside_a_recording_come_in_with_it_and_more_are_added_later(shell: Shell, tmp_path: Path) -> None:
    path = media.tone(tmp_path / "课.mp3", seconds=5)
    srt = "1\n00:00:01,000 --> 00:00:02,000\n竹荪\n"
    (tmp_path / "课.srt").write_bytes(srt.encode("gb18030"))
    (tmp_path / "课.en.srt").write_text("no captions")
    (line,) = shell.json("import", path)
    assert line["status"] == "published"
    lesson = line["lesson"]
    (shown,) = shell.json("show", lesson)
    assert [one["language"] for one in shown["captions"]] == ["zh"]
    assert shown["notices"] == ["The captions 课.en.srt cannot be read. Please save them as SRT or WebVTT."]
    (found,) = shell.json("search", "竹荪")
    assert [one["id"] for one in found["results"]] == [lesson]

    more = tmp_path / "other.srt"
    more.write_text(srt.replace("竹荪", "mushroom") + "\n2\n00:01:00,000 --> 00:01:01,000\nlate\n")
    added = shell("captions", lesson, more)
    assert (added.exit_code, added.stderr) == (
        0, "The captions other.srt are longer than the recording: 1 lines are left out.\n",
    )  # fmt: skip
    (listed,) = shell.json("captions", lesson)
    assert [(one["language"], one["label"], one["lines"]) for one in listed["captions"]] == [
        ("zh", "中文", 1), ("en", "English", 1),
    ]  # fmt: skip
    assert shell.json("search", "mushroom")[0]["total"] == 1
    assert shell("captions", lesson, "--remove", "--language", "en").exit_code == 0
    assert shell.json("search", "mushroom")[0]["total"] == 0
    assert "zh  中文  1" in shell("captions", lesson).stdout


def test_wrong_captions_are_refused_with_a_sentence(shell: Shell, tmp_path: Path) -> None:
    path = media.tone(tmp_path / "课.mp3", seconds=1)
    (line,) = shell.json("import", path)
    bad = tmp_path / "bad.srt"
    bad.write_bytes(b"\0\xff")
    for arguments, sentence in (
        ((bad,), "cannot be read"),
        ((bad, "--language", "klingon"), "is not a language tag"),
        (("--remove", "--language", "fr"), "no captions in this language"),
        (("--remove",), "--remove goes with --language"),
    ):
        done = shell("captions", line["lesson"], *arguments)
        assert done.exit_code in (1, 2)
        assert sentence in done.stderr
    assert shell("captions", "nosuch2345").exit_code == 1
    assert shell("captions", line["lesson"]).stdout == "no captions\n"


def test_another_picture_can_be_chosen(shell: Shell, recordings: Path) -> None:
    beside = Image.new("RGB", (400, 400), "#DDB566")
    beside.save(recordings / "a.jpg")
    (line,) = shell.json("import", "--wait", "complete", recordings / "a.mp3")
    (told,) = shell.json("poster", line["lesson"])
    assert [(one["number"], one["chosen"], one["origin"]) for one in told["posters"]] == [(0, True, "beside")]
    assert shell.json("poster", "--choose", "0", line["lesson"]) == [told]
    assert "400x400" in shell("poster", line["lesson"]).stdout
    refused, unknown = shell("poster", "--choose", "1", line["lesson"]), shell("poster", "nosuch2345")
    assert (refused.exit_code, unknown.exit_code) == (1, 1)
    assert "numbered from 0 to 0" in refused.stderr
    assert "no such lesson" in unknown.stderr


def test_themes_prints_the_tree_and_proposes_for_a_lesson(shell: Shell, recordings: Path) -> None:
    tree = shell("themes").stdout.splitlines()
    assert tree[0].startswith("ideas  思想理论")
    assert any(line.startswith("  bamboo  竹笋竹林") for line in tree)
    (known,) = shell.json("themes")
    assert {"slug", "path", "zh", "en", "words", "lessons"} == set(known["themes"][0])

    (recordings / "a.yaml").write_text("title: 毛竹春笋采挖\n", encoding="utf-8")
    (told,) = shell.json("import", recordings / "a.mp3")
    (proposed,) = shell.json("themes", told["lesson"])
    assert (proposed["lesson"], proposed["proposals"][0]["slug"]) == (told["lesson"], "bamboo")
    assert "skills/bamboo" in shell("themes", told["lesson"]).stdout
    assert "medialib themes" in shell("show", told["lesson"]).stdout
    assert shell("themes", "nosuch").exit_code == 1


def test_a_collection_is_begun_filled_ordered_published_and_withdrawn(shell: Shell, recordings: Path) -> None:
    first, second = (line["lesson"] for line in shell.json("import", recordings) if line["status"] == "published")
    slug = shell("collection", "create", "featured", "县里精选", "--description", "最好的").stdout.strip()
    assert slug == "xianlijingxuan"
    assert shell("collection", "publish", slug).exit_code == 1
    assert shell("collection", "add", "县里精选", first, second).stdout == f"{slug}: 2 lessons, draft\n"
    assert shell("collection", "order", slug, second).exit_code == 0
    assert shell("collection", "publish", slug).stdout == f"{slug}: 2 lessons, published\n"
    (shown,) = shell.json("collection", "show", slug)
    assert [one["id"] for one in shown["lessons"]] == [second, first]
    listed = json.loads(shell("collection", "list", "--json").stdout)
    assert listed == [{**shown, "lessons": 2}]
    assert "县里精选" in shell("collection", "list").stdout and "published" in shell("collection", "show", slug).stdout
    assert shell("collection", "remove", slug, first).stdout == f"{slug}: 1 lessons, published\n"
    assert shell("collection", "withdraw", slug).stdout == f"{slug}: 1 lessons, draft\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("create", "shelf", "精选"), "Invalid value for 'KIND'"),
        (("create", "issue", "精选", "--dated", "May"), "“May” is not a year, a month or a day such as 2024-05."),
        (("add", "nothing", "abcdefgh23"), "There is no such collection."),
        (("show", "nothing"), "There is no such collection."),
    ],
)
def test_a_mistake_with_collections_is_told(shell: Shell, arguments: tuple[str, ...], sentence: str) -> None:
    result = shell("collection", *arguments)
    assert result.exit_code != 0
    assert sentence in result.stderr


def orphan(tmp_path: Path, shelf: str) -> Path:
    """A folder of a lesson that no catalogue knows, and has not known for long."""
    folder = tmp_path / "store" / shelf / "orphan2345"
    folder.mkdir(parents=True)
    (folder / "source.mp3").write_bytes(bytes(2_000_000))
    os.utime(folder, (0, 0))
    return folder


def test_doctor_tells_of_lost_recordings_and_repairs_only_when_told_to(
    shell: Shell, recordings: Path, tmp_path: Path
) -> None:
    assert "nothing to repair" in shell("doctor", "--repair").stdout
    shell("import", recordings / "a.mp3")
    aside, left = orphan(tmp_path, "lost"), orphan(tmp_path, "lessons/or")
    told = shell("doctor")
    assert told.exit_code == 0 and "1, 2.0 MB" in told.stdout and "doctor --repair" in told.stdout
    asked = shell("doctor", "--repair")  # nobody answers
    assert asked.exit_code == 1 and asked.stdout.count("orphan2345    2.0 MB  with an original recording") == 2
    assert aside.exists() and left.exists()
    done = shell("doctor", "--repair", "--yes")
    assert done.exit_code == 0 and "2 deleted, 4.0 MB in all." in done.stdout
    assert not aside.exists() and not left.exists()
    assert shell.json("list")[0]["total"] == 1
    assert "doctor --repair" not in shell("doctor").stdout


def test_doctor_repairs_nothing_beside_an_empty_catalogue(shell: Shell, tmp_path: Path) -> None:
    folder = orphan(tmp_path, "lost")
    refused = shell("doctor", "--repair", "--yes")
    assert refused.exit_code == 1 and "The catalogue knows no lesson at all" in refused.output
    assert folder.exists()


def test_names_that_are_long_or_come_from_windows_are_read(shell: Shell, recordings: Path) -> None:
    content, folder = (recordings / "a.mp3").read_bytes().replace(b"TIT2", b"TPUB"), recordings / "names"
    folder.mkdir()
    names = ["竹笋采挖技术".encode("gb18030"), ("长" * 83).encode() + b"xx", b"two\nlines\x1b[31m"]
    for number, name in enumerate(names):
        (folder / os.fsdecode(name + b".mp3")).write_bytes(content + bytes([number]))
    lines = shell.json("import", recordings / "names")
    assert sorted(line["title"] for line in lines) == ["two lines [31m", "竹笋采挖技术", "长" * 83 + "xx"]
    assert shell("import", recordings / "names").exit_code == 0


def test_a_file_that_vanishes_does_not_end_the_import(recordings: Path, tmp_path: Path) -> None:
    services = make_services(tmp_path / "store")
    console = Console(stderr=True)
    report = Report(services, console, as_json=True)
    files = [recordings / "pulled.mp3", recordings / "a.mp3"]
    taken = _take_in_all(services, files, report, console, wait="published")
    assert (report.counts, list(taken.values())) == ({"failed": 1, "published": 1}, files[1:])
    services.database.close()


def test_a_lesson_that_is_removed_is_waited_for_no_longer(tmp_path: Path) -> None:
    services = make_services(tmp_path / "store")
    report = Report(services, Console(stderr=True), as_json=True)
    assert _ended(services, {"gone234567": tmp_path / "a.mp3"}, report) == ["gone234567"]
    assert report.counts == {"failed": 1}
    services.database.close()


def test_a_queue_that_is_locked_does_not_end_the_import(recordings: Path, tmp_path: Path) -> None:
    services = make_services(tmp_path / "store")
    report = Report(services, Console(stderr=True), as_json=True)
    for queue in services.queues._queues.values():
        queue.storage._timeout = 0.3  # instead of five seconds for each message
    assert services.queues.depth("hot") == 0
    [queue] = (tmp_path / "store").rglob("hot.db")
    lock = sqlite3.connect(queue, isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    taken = _take_in_all(services, [recordings / "a.mp3"], report, Console(stderr=True), wait="published")
    lock.close()
    assert report.counts == {"published": 1}
    with services.database.read() as session:
        assert work_lookups.steps_left(session, *taken)
    services.database.close()
