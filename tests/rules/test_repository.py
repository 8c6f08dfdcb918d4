"""What must never be committed."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Written in two parts, so that this file does not name them either.
REGISTRIES = tuple(
    first + second
    for first, second in (
        ("pypi", ".org"),
        ("pythonhosted", ".org"),
        ("npmjs", ".org"),
        ("npmjs", ".com"),
        ("yarnpkg", ".com"),
        ("deb.debian", ".org"),
        ("index-", "url"),
    )
)
PLACES = re.compile(r"(?<![\w.*<>-])/(?:work|root|home/[a-z]\w+|Users/\w+)/")
MEDIA = {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".ts", ".flv", ".3gp", ".mp3", ".m4a", ".wav"}
MEDIA |= {".flac", ".ogg", ".opus", ".amr", ".m4s", ".db", ".mo"}
LARGEST_BYTES = 2_000_000


@pytest.fixture(scope="module")
def files() -> list[Path]:
    """All that git keeps or would keep."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True
    )
    if listed.returncode:
        pytest.skip("not a git checkout: what is committed cannot be told")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def texts(files: list[Path]) -> dict[Path, str]:
    found = {}
    for path in files:
        try:
            found[path] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def test_no_registry_is_named(texts: dict[Path, str]) -> None:
    assert [(path.name, host) for path, text in texts.items() for host in REGISTRIES if host in text] == []


def test_no_place_of_a_developers_machine_is_named(texts: dict[Path, str]) -> None:
    named = {path.name: match.group() for path, text in texts.items() if (match := PLACES.search(text))}
    assert named == {}


def test_the_lock_of_the_front_end_holds_digests_and_no_addresses() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    third_party = [package for name, package in packages.items() if name]
    assert third_party
    assert all("integrity" in package and "resolved" not in package for package in third_party)


def test_every_package_that_is_asked_for_is_in_the_lock() -> None:
    pins = {name(line): line for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line}
    asked = re.findall(r"^    ([\w.-]+)(?:\[\w+\])?(==\S+)$", (ROOT / "setup.cfg").read_text(), re.MULTILINE)
    assert asked
    assert [one for one, version in asked if pins.get(name(one), "").partition("==")[2] != version[2:]] == []


def name(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", requirement.partition("==")[0]).lower()


def test_no_media_and_nothing_large_is_committed(files: list[Path]) -> None:
    assert [path.name for path in files if path.suffix.lower() in MEDIA] == []
    assert [path.name for path in files if path.stat().st_size > LARGEST_BYTES] == []


def test_no_third_party_file_of_the_front_end_is_committed(files: list[Path]) -> None:
    assert [path for path in files if "vendor" in path.parts or "node_modules" in path.parts] == []
