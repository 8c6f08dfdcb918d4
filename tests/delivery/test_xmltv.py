"""The guide is what the DTD of XMLTV asks for, whatever the lessons are called."""

import shutil
import subprocess
from pathlib import Path

import pytest

from medialib.delivery.xmltv import Programme, Station, render_guide

from .xmltv_rules import problems

STATION = Station(id="field", name="田间 <频道> & \0\ud800", address="http://localhost/channels/field.m3u8")
PLAIN = Programme(station="field", begin=1_700_000_000.4, end=1_700_000_600.6, title="凉席")
FULL = Programme(
    station="field", begin=1_700_000_600.6, end=1_700_001_200, title="a]]>b\x1b", description="一\n二\ufffe",
    categories=(("zh", "技能"), ("en", "Bamboo")), picture="http://localhost/a.jpg?x=1&y=2", address="http://localhost/lessons/a",
    language="zh-Hans",
)  # fmt: skip
DTD = Path("/usr/share/xmltv/xmltv.dtd")
GUIDES = pytest.mark.parametrize(
    ("stations", "programmes"),
    [((), ()), ((STATION,), ()), ((STATION, Station(id="b", name="b", address="c", icon="d")), (PLAIN, FULL))],
)


@GUIDES
def test_a_guide_is_valid(stations: tuple[Station, ...], programmes: tuple[Programme, ...]) -> None:
    assert problems(render_guide(stations, programmes, source="http://localhost/")) == []


@pytest.mark.skipif(
    not (DTD.exists() and shutil.which("xmllint")),
    reason="NOT TESTED: no DTD of XMLTV or no xmllint here (Debian: apt install xmltv-util libxml2-utils)",
)
@GUIDES
def test_the_dtd_itself_says_so_too(stations: tuple[Station, ...], programmes: tuple[Programme, ...]) -> None:
    guide = render_guide(stations, programmes, source="http://localhost/")
    argv = ["xmllint", "--noout", "--nonet", "--valid", "-"]  # against what its document type names, which is here
    told = subprocess.run(argv, input=guide, text=True, capture_output=True, timeout=60, check=False, cwd=DTD.parent)
    assert (told.returncode, told.stderr) == (0, "")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("<title", "<url>x</url><title"), "programme holds url title"),
        (("<length", "<credits/><length"), "credits is not among"),
        (('start="', 'start="x'), "programme has start"),
        ((' channel="field"', ""), "programme lacks channel"),
        ((' channel="field"', ' channel="other"'), "other is no channel"),
        (('units="seconds"', 'units="days"'), "length has units"),
        (("</channel>", "x</channel>"), "channel holds text"),
        (("<!DOCTYPE tv", "<!DOCTYPE TV"), "the document type"),
    ],
)
def test_what_the_dtd_forbids_is_found(change: tuple[str, str], problem: str) -> None:
    guide = render_guide([STATION], [PLAIN], source="http://localhost/")
    found = problems(guide.replace(*change, 1))
    assert any(one.startswith(problem) for one in found), found
