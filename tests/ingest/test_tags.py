"""What a file says of itself, and what its sidecar says."""

import random
import resource
import zlib
from pathlib import Path

import media
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutagen.apev2 import APEv2
from mutagen.id3 import COMM, ID3, TIT2, Encoding, Frame

from medialib.errors import BadRequest
from medialib.ingest.embedded import read_tags
from medialib.ingest.sidecar import Sidecar, read_sidecar
from medialib.ingest.tags import describe, tags_of
from medialib.services import Services
from medialib.web.i18n import sentence_in

TAGS = ("-metadata", "title=凉席编织", "-metadata", "artist=贺老师", "-metadata", "album=手工课")


@pytest.mark.parametrize("name", ["a.mp3", "a.m4a", "a.ogg", "a.flac"])
def test_tags_of_each_container_are_read(tmp_path: Path, name: str) -> None:
    path = media.tone(tmp_path / name, seconds=0.3, more=(*TAGS, "-metadata", "track=3/12"))
    assert read_tags(path) == {"title": "凉席编织", "speaker": "贺老师", "series": "手工课", "number": 3}


@pytest.mark.parametrize("track", ["99999999999999999999", "9" * 5000, "三", "-1", "2023-05", "²", ""])
def test_a_track_that_is_no_small_number_is_passed_over(tmp_path: Path, track: str) -> None:
    path = media.tone(tmp_path / "a.flac", seconds=0.2, more=("-metadata", f"track={track}"))
    assert "number" not in read_tags(path)


def test_a_file_without_tags_is_called_as_its_file(services: Services, tmp_path: Path) -> None:
    path = media.tone(tmp_path / "a.wav", seconds=0.2)
    details = describe(services.workshop, path, "2023_05_凉席 编织.wav")
    assert (details.title, details.speaker, details.number, details.language) == ("2023 05 凉席 编织", "", None, "zh")


@pytest.mark.parametrize(("name", "title"), [(".mp4", ".mp4"), ("___.mp4", "___.mp4"), ("课.第一.mp4", "课.第一")])
def test_there_is_always_a_title(services: Services, tmp_path: Path, name: str, title: str) -> None:
    path = tmp_path / "absent.bin"
    path.write_bytes(b"")
    assert describe(services.workshop, path, name).title == title


@pytest.mark.parametrize("name", ["a.mp3", "a.m4a", "a.ogg", "a.flac", "a.wav", "a.wma", "a.aiff"])
def test_tags_that_are_garbage_do_no_harm(tmp_path: Path, name: str) -> None:
    content = media.tone(tmp_path / name, seconds=0.2, more=TAGS).read_bytes()
    chance = random.Random(name)
    path = tmp_path / f"broken{Path(name).suffix}"
    for _ in range(150):
        broken = bytearray(content[: chance.choice((len(content), chance.randrange(1, len(content))))])
        for _ in range(chance.choice((1, 8, 64))):
            broken[chance.randrange(min(len(broken), 2000))] = chance.randrange(256)
        path.write_bytes(broken)
        found = read_tags(path)
        assert set(found) <= {"title", "speaker", "series", "number", "description", "recorded", "language"}
        lines = [part for value in found.values() for part in str(value).split("\n")]
        assert all(line.isprintable() for line in lines)


def test_words_that_are_not_utf8_are_read_somehow(tmp_path: Path) -> None:
    path = media.tone(tmp_path / "a.mp3", seconds=0.3, more=("-write_id3v1", "0", "-id3v2_version", "0"))
    title = "凉席".encode("gb18030")
    path.write_bytes(path.read_bytes() + b"TAG" + title.ljust(30, b"\0") + b"\0" * 95)
    assert read_tags(path)["title"]


def sidecar(tmp_path: Path, text: str) -> Path:
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    return tmp_path / "a.mp4"


def test_a_sidecar_comes_before_tags_and_name(services: Services, tmp_path: Path) -> None:
    path = media.tone(tmp_path / "a.mp3", seconds=0.3, more=(*TAGS, "-metadata", "track=3"))
    sidecar(
        tmp_path,
        "title: 竹编\nunit: 马迹塘镇\nthemes: [技能培训, 手工]\nnumber: 7\nrecorded: 2023-05-01\nlanguage: zh-HK\n",
    )
    details = describe(services.workshop, path, "x.mp3")
    assert (details.title, details.speaker, details.series, details.number) == ("竹编", "贺老师", "手工课", 7)
    assert (details.unit, details.themes) == ("马迹塘镇", ("技能培训", "手工"))
    assert (details.recorded, details.language) == ("2023-05-01", "zh-HK")


@pytest.mark.parametrize(
    ("text", "clean"), [("clean_speech: true\n", True), ("clean_speech: no\n", False), ("clean_speech:\n", None)]
)
def test_a_sidecar_says_whether_speech_is_cleaned(
    services: Services, tmp_path: Path, text: str, clean: bool | None
) -> None:
    path = media.tone(tmp_path / "a.mp3", seconds=0.3)
    sidecar(tmp_path, text)
    assert describe(services.workshop, path, "x.mp3").clean_speech is clean


def test_numbers_and_dates_in_a_sidecar_are_texts_where_texts_are_wanted(tmp_path: Path) -> None:
    assert read_sidecar(sidecar(tmp_path, "title: 2023\nrecorded: 2023\n")) == {"title": "2023", "recorded": "2023"}


def test_values_are_texts_as_they_are_written_until_a_key_wants_something_else(tmp_path: Path) -> None:
    text = 'title: 12:30\nunit: yes\nnumber: 007\nspeaker: "a\\nb\\e[1m"\ndescription: |\n  一\n  二\n'
    assert read_sidecar(sidecar(tmp_path, text)) == {
        "title": "12:30", "unit": "yes", "number": 7, "speaker": "a b [1m", "description": "一\n二",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "title:\n", "title: ~\n", 'title: "  "\nlanguage: ""\n', "themes:\n"]
)
def test_an_empty_sidecar_says_nothing(tmp_path: Path, text: str) -> None:
    assert read_sidecar(sidecar(tmp_path, text)) == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("titel: 竹编\n", "titel: there is no such key; there are title"),
        ("number: seven\n", "number: write a number such as 3"),
        ("number: 99999999999999999999\n", "number"),
        ("recorded: May 2023\n", "recorded: write a year, a month or a day"),
        ("number: !!int abc\n", "number"),
        ("recorded: 2023-13\n", "recorded: there is no such date"),
        ("recorded: 2023-02-30\n", "recorded: there is no such date"),
        ("recorded: '0000'\n", "recorded: there is no such date"),
        ("themes: 技能\n", "themes"),
        ("themes: [技能, '']\n", "themes.1"),
        ("themes: [' / ']\n", "themes.0: a theme's name needs a letter or a digit"),
        ("themes: [[技能]]\n", "a list of themes"),
        ("title: [竹编]\n", "title"),
        ("title: {zh: 竹编}\n", "title"),
        ("title: &one 竹编\nunit: *one\n", "keys with a text"),
        ("description: " + "长" * 20_001, "description"),
        ("description: " + "长" * 30_000, "larger than 64 KB"),
        ("language: 'zh\"'\n", "language"),
        ("language: |\n  zh\n  x\n", "language"),
        ("language: 中文\n", "language"),
        ("clean_speech: perhaps\n", "clean_speech"),
        ('title: "\\UFFFFFFFF"\n', "a.yaml"),
        (f"title: {'长' * 501}\n", "title"),
        ("- a\n- b\n", "write one key with its value on each line"),
        ("title: [\n", "line 2: "),
        ("title: \x00\n", "a.yaml"),
        ("[" * 3000, "a.yaml"),
    ],
)
def test_a_wrong_sidecar_is_refused_and_the_key_is_named(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadRequest) as caught:
        read_sidecar(sidecar(tmp_path, text))
    assert "a.yaml" in str(caught.value)
    assert told in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("titel: 竹编\nnumber: 三\n", "number：请写数字，比如 3；titel：没有这一项；能写的有 title, "),
        ("recorded: 2023/5/4\n", "recorded：请写年、月或日：2023、2023-05 或 2023-05-04"),
        ("place: 天上\n", "place：地点只能写这些当中的一个：field (田间地头), "),
        ("title: [\n", "第 2 行看不明白"),
        (f"title: {'长' * 501}\n", "title：请不要超过 500 个字"),
    ],
)
def test_what_is_wrong_with_a_sidecar_is_told_in_chinese(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadRequest) as caught:
        read_sidecar(sidecar(tmp_path, text))
    assert sentence_in("zh_CN", caught.value).startswith("说明文件 a.yaml 写得不对：")
    assert told in sentence_in("zh_CN", caught.value)


def test_aliases_within_aliases_are_refused_at_once(tmp_path: Path) -> None:
    lines = ["a: &a0 [x]", *(f"b{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 20)), "title: *a19"]
    with pytest.raises(BadRequest):
        read_sidecar(sidecar(tmp_path, "\n".join(lines)))


@given(text=st.text(st.sampled_from("titlerecodnumb: -\n'\"[]{}&*!|>%?~#<0123456789\\xuU竹")))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_is_either_details_or_refused(tmp_path: Path, text: str) -> None:
    path = sidecar(tmp_path, text)
    try:
        assert set(read_sidecar(path)) <= set(Sidecar.model_fields)
    except BadRequest as error:
        assert "a.yaml" in str(error)


@pytest.mark.parametrize("charset", ["gb18030", "utf-8-sig", "utf-16"])
def test_a_sidecar_is_read_in_the_charsets_of_chinese_office_computers(tmp_path: Path, charset: str) -> None:
    (tmp_path / "a.yaml").write_bytes("title: 竹编入门\nunit: 马迹塘镇\n".encode(charset))
    assert read_sidecar(tmp_path / "a.mp4") == {"title": "竹编入门", "unit": "马迹塘镇"}


def test_what_else_the_tags_say_is_read(tmp_path: Path) -> None:
    more = ("-metadata", "date=2023-05-04", "-metadata", "comment=从选竹到收口", "-metadata", "language=chi")
    for name in ("a.mp3", "a.m4a", "a.ogg", "a.flac", "a.wma"):
        found = read_tags(media.tone(tmp_path / name, seconds=0.3, more=(*TAGS, *more)))
        assert found["title"] == "凉席编织", name
        assert found.get("recorded", "2023-05-04") == "2023-05-04", name
        assert found["description"] == "从选竹到收口", name
        assert found.get("language", "zh") == "zh", name


def with_id3(path: Path, *frames: Frame) -> Path:
    """A bare ID3 tag, which is all that is looked at."""
    media.tone(path, seconds=0.2, more=("-id3v2_version", "0", "-write_id3v1", "0"))
    tags = ID3()
    for frame in frames:
        tags.add(frame)
    tags.save(path)
    return path


def as_latin1(text: str, encoding: str) -> str:
    return text.encode(encoding).decode("latin-1")


@pytest.mark.parametrize(
    ("written", "title"),
    [
        (TIT2(Encoding.LATIN1, [as_latin1("凉席编织", "gbk")]), "凉席编织"),
        (TIT2(Encoding.LATIN1, [as_latin1("高山茶園冬季管理", "big5")]), "高山茶園冬季管理"),
        (TIT2(Encoding.LATIN1, [as_latin1("凉席", "utf-8")]), "凉席"),
        (TIT2(Encoding.LATIN1, ["Été à Besançon"]), "Été à Besançon"),
        (TIT2(Encoding.UTF16, ["凉席"]), "凉席"),
        (TIT2(Encoding.UTF8, ["ÄãºÃ"]), "ÄãºÃ"),
    ],
)
def test_id3_is_read_in_the_encoding_it_was_really_written_in(tmp_path: Path, written: Frame, title: str) -> None:
    assert read_tags(with_id3(tmp_path / "a.mp3", written))["title"] == title


@pytest.mark.parametrize(
    ("comment", "description"),
    [
        ("从选竹到收口\n第二行", "从选竹到收口\n第二行"),
        ("163 key(Don't modify):L64FU3W4YxX3ZFTmbZ", None),
        ("00000A2B 00000B3C 0000AAAA", None),
        ("www.example.com", None),
        ("Encoded by LAME", None),
        ("Lavf58.29", None),
        ("  ", None),
        ("0", None),
    ],
)
def test_only_what_a_person_wrote_is_a_description(tmp_path: Path, comment: str, description: str | None) -> None:
    path = with_id3(tmp_path / "a.mp3", COMM(Encoding.UTF16, "chi", "", [comment]))
    assert read_tags(path).get("description") == description


@pytest.mark.parametrize(
    ("date", "recorded"),
    [
        ("2023", "2023"), ("2023-05", "2023-05"), ("2023-05-04T10:00:00", "2023-05-04"), ("20230504", "2023-05-04"),
        ("2023/5/4", "2023-05-04"), ("2023年5月4日", "2023-05-04"), ("1970-01-01", None), ("1904-01-01", None),
        ("0000", None), ("2023-13-01", None), ("99999", None), ("May", None),
    ],
)  # fmt: skip
def test_a_date_is_one_that_was(tmp_path: Path, date: str, recorded: str | None) -> None:
    path = media.tone(tmp_path / "a.flac", seconds=0.2, more=("-metadata", f"date={date}"))
    assert read_tags(path).get("recorded") == recorded


def test_ape_tags_are_read(tmp_path: Path) -> None:
    path = media.tone(tmp_path / "a.mp3", seconds=0.3, more=("-write_id3v1", "0", "-id3v2_version", "0"))
    tags = APEv2()
    tags.update({"Title": "凉席", "Artist": "贺老师", "Year": "2021", "Track": "4/9", "Comment": "好课"})
    tags.save(path)
    assert read_tags(path) == {
        "title": "凉席",
        "speaker": "贺老师",
        "number": 4,
        "description": "好课",
        "recorded": "2021",
    }


def test_ape_tags_say_what_the_oldest_tags_cut_off(tmp_path: Path) -> None:
    long = "A very long title of a lesson about bamboo shoots"
    path = media.tone(tmp_path / "a.mp3", seconds=0.3, more=("-write_id3v1", "0", "-id3v2_version", "0"))
    with path.open("ab") as file:
        file.write(b"TAG" + long[:30].encode() + bytes(95))
    assert read_tags(path)["title"] == long[:30].strip()
    tags = APEv2()
    tags["Title"] = long
    tags.save(path)
    assert read_tags(path)["title"] == long


def test_broken_ape_tags_leave_the_others_alone(tmp_path: Path) -> None:
    path = media.tone(tmp_path / "a.mp3", seconds=0.3, more=("-write_id3v1", "0", "-metadata", "title=凉席"))
    tags = APEv2()
    tags["Artist"] = "贺老师"
    tags.save(path)
    content = bytearray(path.read_bytes())
    begin = content.index(b"Artist\0")
    content[begin - 8 : begin - 4] = (60_000).to_bytes(4, "little")  # longer than all tags together
    path.write_bytes(content)
    assert read_tags(path) == {"title": "凉席"}


def test_tags_that_unpack_to_gigabytes_are_passed_over(services: Services, tmp_path: Path) -> None:
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(900)) + packer.flush()
    frame = b"APIC" + syncsafe(4 + len(packed)) + b"\x00\x09" + syncsafe(5) + packed
    path = tmp_path / "a.mp3"
    plain = media.tone(tmp_path / "plain.mp3", seconds=0.3, more=("-id3v2_version", "0")).read_bytes()
    path.write_bytes(b"ID3\x04\x00\x00" + syncsafe(len(frame)) + frame + plain)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert describe(services.workshop, path, "讲座.mp3").title == "讲座"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


@pytest.mark.parametrize("name", ["a.mka", "a.webm", "a.avi", "a.mov", "a.wav", "a.aac"])
def test_tags_that_mutagen_does_not_know_are_read_by_ffprobe(services: Services, tmp_path: Path, name: str) -> None:
    before = ("-write_id3v2", "1") if name.endswith("aac") else ()
    path = media.tone(tmp_path / name, seconds=0.3, more=(*TAGS, *before))
    found = tags_of(services.workshop, path)
    assert (found["title"], found["speaker"]) == ("凉席编织", "贺老师")


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_what_a_track_is_called_says_nothing_of_the_lesson(services: Services, tmp_path: Path, name: str) -> None:
    """Cameras write eng into every track, and programs how its channels are arranged."""
    track = ("-metadata:s", "language=eng", "-metadata:s", "title=Surround 5.1", "-metadata:s", "comment=Main")
    path = media.film(tmp_path / name, seconds=0.4, size="64x36", more=track)
    assert tags_of(services.workshop, path) == {}
    details = describe(services.workshop, path, "竹编.mp4")
    assert (details.title, details.language) == ("竹编", "zh")


def test_ogg_keeps_the_words_of_the_file_in_its_track(services: Services, tmp_path: Path) -> None:
    encoding = ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8")  # mutagen knows no VP8 in Ogg
    path = media.film(tmp_path / "a.ogv", seconds=0.4, size="64x36", sound_seconds=0, more=(*encoding, *TAGS))
    assert read_tags(path) == {}
    assert tags_of(services.workshop, path) == {"title": "凉席编织", "speaker": "贺老师", "series": "手工课"}


def riff(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return kind + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2)


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_the_words_of_a_wave_file_are_read_in_any_encoding(services: Services, tmp_path: Path, encoding: str) -> None:
    sound = media.tone(tmp_path / "tone.wav", seconds=0.2, more=("-bitexact", "-map_metadata", "-1")).read_bytes()[12:]
    words = ((b"INAM", "凉席编织技术"), (b"IART", "贺老师"), (b"IPRD", "手工课"))
    info = riff(b"LIST", b"INFO", *(riff(key, text.encode(encoding) + b"\0") for key, text in words))
    path = tmp_path / "a.wav"
    path.write_bytes(riff(b"RIFF", b"WAVE", info, sound))
    assert tags_of(services.workshop, path) == {"title": "凉席编织技术", "speaker": "贺老师", "series": "手工课"}


def test_a_tag_that_is_no_unicode_though_it_must_be_is_read(services: Services, tmp_path: Path) -> None:
    path = media.tone(tmp_path / "a.flac", seconds=0.2, more=("-metadata", f"title={'#' * 12}"))
    path.write_bytes(path.read_bytes().replace(b"#" * 12, "凉席编织技术".encode("gbk")))
    assert tags_of(services.workshop, path)["title"] == "凉席编织技术"


def test_tags_before_a_sound_of_another_kind_are_read(tmp_path: Path) -> None:
    plain = media.tone(tmp_path / "plain.aac", seconds=0.3)
    path = with_id3(tmp_path / "a.mp3", TIT2(Encoding.UTF8, ["凉席"]))
    tags = path.read_bytes()
    end = tags.index(b"\xff\xfb") if b"\xff\xfb" in tags else len(tags)
    path.write_bytes(tags[:end] + plain.read_bytes())
    assert read_tags(path)["title"] == "凉席"


def test_marks_that_nobody_sees_are_left_out(tmp_path: Path) -> None:
    path = with_id3(tmp_path / "a.mp3", TIT2(Encoding.UTF8, ["\u202e凉\u200b席\ufeff"]))
    assert read_tags(path)["title"] == "凉席"


def syncsafe(size: int) -> bytes:
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
