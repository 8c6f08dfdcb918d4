"""What a refused file is instead of a recording."""

import pytest

from medialib.errors import UnusableMedia
from medialib.ingest.inputs import DECODERS, FORMATS, reading
from medialib.ingest.refusals import explain, refuse_still, what_it_is


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"#EXTM3U\n#EXT-X-VERSION:3\n", "playlist"),
        (b"\xef\xbb\xbf#EXTM3U\r\n", "playlist"),
        (b"ffconcat version 1.0\nfile a\n", "playlist"),
        (b'<?xml version="1.0"?>\n<!-- x -->\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">', "playlist"),
        (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n", "playlist"),
        (b"[playlist]\nFile1=a.mp3\n", "playlist"),
        (b'<ASX version="3.0">', "playlist"),
        (b"<smil><body/></smil>", "playlist"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "picture"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "picture"),
        (b"GIF89a\1\0\1\0", "picture"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "picture"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "picture"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "picture"),
        (b'<!DOCTYPE svg PUBLIC "x" "y"><svg/>', "picture"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "document"),
        (b"PK\x03\x04\x14\0\6\0", "archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office document"),
        (b"<!DOCTYPE html><html lang=zh>", "web page"),
        ("村里的通知\n明天开会".encode(), "text"),
        ("村里的通知\n明天开会".encode("utf-16"), "text"),
        (b"MThd\0\0\0\6\0\1", "instruments"),
        (b".RMF\0\0\0\x12", "cannot be read"),
        (bytes(500), "zeros"),
        ("村里的通知\n明天开会".encode("gb18030"), "text"),
        ("1\r\n00:00:01,000 --> 00:00:02,000\r\n先把竹篾泡软\r\n".encode("gb18030"), "captions"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n竹".encode("utf-16"), "captions"),
        (b"[Script Info]\nScriptType: v4.00+\n", "captions"),
        ("[ti:竹编歌]\n[00:01.00]一".encode(), "captions"),
        ("[00:01.00]一".encode(), "captions"),
        (b"\x02#!SILK_V3", "cannot be read"),
        (b"CTENFDAM\1", "locked"),
        (b"QIYI VIDEO\0", "locked"),
        (b"L\0\0\0\1\x14\2\0\0\0", "shortcut"),
    ],
)
def test_a_file_that_is_something_else_is_told_what_it_is(head: bytes, said: str) -> None:
    sentence = what_it_is(head)
    assert sentence is not None and said in sentence
    assert str(explain(head, "ffprobe ended with 1: Invalid data")) == sentence


@pytest.mark.parametrize(
    "head", [b"\0\0\0\x18ftypmp42\0\0\0\0", b"\x1aE\xdf\xa3\1\0\0\0", b"RIFF\x10\0\0\0AVI LIST", b"ID3\3\0\0", b""]
)
def test_a_broken_recording_is_called_damaged(head: bytes) -> None:
    assert what_it_is(head) is None
    assert "or it is damaged" in str(explain(head, "Invalid data found when processing input"))


def test_a_recording_that_the_camera_did_not_finish_is_told_as_that() -> None:
    refused = explain(b"\0\0\0\x18ftypmp42\0\0\0\0", "[mov @ 0x1] moov atom not found\nx.mp4: Invalid data found")
    assert "index is missing" in str(refused)


def test_a_still_picture_in_a_films_container_is_refused() -> None:
    refuse_still(b"\0\0\0\x18ftypisom")
    with pytest.raises(UnusableMedia, match="picture"):
        refuse_still(b"\0\0\0\x18ftypavif")


def test_what_ffprobe_may_not_decode_is_named() -> None:
    refused = explain(b"", "[x @ 0x1] Codec (bmv_video) not on whitelist 'h264'")
    assert "(bmv_video) cannot be read" in str(refused)
    too_large = explain(b"", "Picture size 16000x16000 exceeds specified max pixel count 40000000, see")
    assert "too large" in str(too_large)


def test_the_lists_are_closed_and_hold_what_phones_and_cameras_make() -> None:
    assert not {"hls", "dash", "concat", "sdp", "image2", "lavfi", "rtsp", "tty"} & set(FORMATS.split(","))
    common = "h264 hevc libdav1d vp8 vp9 mpeg4 mjpeg h263 prores dvvideo wmv3 vc1 aac mp3float amrnb opus wmav2 ape"
    assert set(common.split()) <= set(DECODERS.split(","))
    assert not {"ansi", "librsvg", "bintext", "lavfi", "wrapped_avframe"} & set(DECODERS.split(","))
    assert reading(0.5)["max_pixels"] == "500000"
