"""How loud twenty different recordings come out, and how high their peaks: EBU R 128, measured by ffmpeg."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from medialib.cli.bench.extent import Extent
from medialib.cli.bench.library import BenchLibrary, make_library
from medialib.cli.bench.report import Figure
from medialib.ingest.ffmpeg import capture
from medialib.ingest.tools import find_tools
from medialib.settings import Sound, Tools
from medialib.store import Store

_SECONDS = 20
_LONG_SECONDS = 420
# Noise in the band and with the pace of speech: syllables, and a pause after every sentence.
_SPEECH = (
    "anoisesrc=color=pink:amplitude=0.9:seed={seed}:r={rate}:d={seconds},highpass=f=150,lowpass=f=3400,"
    "asetnsamples=480,volume='(0.15+0.85*abs(sin(9*t)))*(0.6+0.4*sin(1.7*t))*lt(mod(t,3.7),2.8)':eval=frame"
)
_MUSIC = (
    "aevalsrc='0.3*sin(220*2*PI*t)*exp(-2*mod(t,0.5))+0.2*sin(330*2*PI*t)*exp(-mod(t,1))"
    "|0.3*sin(277*2*PI*t)*exp(-2*mod(t+0.25,0.5))+0.2*sin(440*2*PI*t)*exp(-mod(t,1))':s=48000:d={seconds}"
)
_HISS = "anoisesrc=color=white:amplitude=0.01:seed=9:r=48000:d={seconds}[hiss];[voice][hiss]amix=inputs=2:normalize=0"
_COUGHS = (
    "anoisesrc=color=brown:amplitude=1:seed=5:r=48000:d={seconds},highpass=f=200,asetnsamples=480,"
    "volume='4*lt(mod(t+3,6),0.35)':eval=frame[cough];[voice][cough]amix=inputs=2:normalize=0"
)
_CLAPS = (
    "aevalsrc='0.95*lt(mod(t,5),0.004)*sin(3000*t)':s=48000:d={seconds}[clap];[voice][clap]amix=inputs=2:normalize=0"
)


@dataclass(frozen=True)
class _Recording:
    """`filters` make its sound out of speech ({} is what makes it); `options` say how it is stored."""

    name: str
    filters: str
    options: tuple[str, ...] = ()
    rate: int = 48_000
    seconds: int = _SECONDS


_RECORDINGS = (
    _Recording("speech.m4a", "{speech}"),
    _Recording("quiet-speech.flac", "{speech},volume=-14dB"),
    _Recording("very-quiet-speech.wav", "{speech},volume=-22dB"),
    _Recording("loud-speech.mp3", "{speech},volume=6dB", ("-ac", "2")),
    _Recording("clipped-speech.wav", "{speech},volume=24dB", ("-c:a", "pcm_s16le")),
    _Recording("coughs.flac", "{speech},volume=-20dB[voice];" + _COUGHS),
    _Recording("claps.flac", "{speech},volume=-16dB[voice];" + _CLAPS),
    _Recording("hiss.m4a", "{speech},volume=-24dB[voice];" + _HISS),
    _Recording("telephone.wav", "{speech}", ("-c:a", "pcm_mulaw"), rate=8_000),
    _Recording("studio.flac", "{speech},aresample=192000,aformat=channel_layouts=stereo", rate=48_000),
    _Recording("compact-disc.mp3", _MUSIC + ",aresample=44100"),
    _Recording("music.m4a", _MUSIC),
    _Recording("quiet-music.ogg", _MUSIC + ",volume=-18dB", ("-c:a", "libvorbis")),
    _Recording("loud-music.opus", _MUSIC + ",volume=12dB,alimiter=limit=0.99", ("-c:a", "libopus")),
    _Recording("surround.mkv", "{speech},pan=5.1|FC=0.5*c0|FL=0.03*c0|FR=0.03*c0|LFE=c0", ("-c:a", "ac3")),
    _Recording("surround-7.1.flac", "{speech},pan=7.1|FC=0.2*c0|SL=0.05*c0"),
    _Recording("left-only.flac", "{speech},volume=-10dB,pan=stereo|c0=c0|c1=0*c0"),
    _Recording("twisted.flac", "{speech},volume=-10dB,pan=stereo|c0=c0|c1=-1*c0"),
    _Recording("mostly-silence.flac", "{speech},volume='if(lt(mod(t,20),5),0.4,0)':eval=frame"),
    _Recording("long.mp3", "{speech},volume='0.05+0.2*t/420':eval=frame", rate=16_000, seconds=_LONG_SECONDS),
)


@dataclass(frozen=True)
class _Result:
    name: str
    lufs: float
    peak_dbtp: float


def measure(folder: Path, extent: Extent) -> list[Figure]:
    """Every recording goes through the whole engine; what players get is measured, in stereo and in mono."""
    library = make_library(folder, "loudness")
    results: dict[str, list[_Result]] = {"a64": [], "a32m": []}
    for recording in _RECORDINGS[::4] if extent.quick else _RECORDINGS:
        source = _make(folder, recording)
        lesson = library.take_in(source, wait="complete")["lesson"]
        for name, found in results.items():
            found.append(_listen(library, lesson, name, recording.name))
    shutil.rmtree(library.folder)
    return [
        figure
        for name, title in (("a64", "stereo"), ("a32m", "mono, saving data"))
        for figure in _figures(title, results[name])
    ]


def _figures(title: str, results: list[_Result]) -> list[Figure]:
    target = Sound().loudness_lufs
    worst = max(results, key=lambda one: abs(one.lufs - target))
    highest = max(results, key=lambda one: one.peak_dbtp)
    group = f"loudness, {len(results)} recordings, {title}"
    close = sum(abs(one.lufs - target) <= 1 for one in results)
    return [
        Figure(group=group, what="within 1 LU of the target", value=f"{close} of {len(results)}", bar="all"),
        Figure(
            group=group, what="farthest from the target", value=f"{worst.lufs - target:+.1f} LU", bar="1 LU",
            yardstick=worst.name,
        ),
        Figure(
            group=group, what="highest true peak", value=f"{highest.peak_dbtp:.1f} dBTP", bar="0 dBTP",
            yardstick=highest.name,
        ),
    ]  # fmt: skip


def _make(folder: Path, recording: _Recording) -> Path:
    place = folder / recording.name
    parts = {"seconds": recording.seconds, "rate": recording.rate, "seed": len(recording.name)}
    graph = recording.filters.replace("{speech}", _SPEECH).format(**parts)
    program = find_tools(Tools()).ffmpeg
    capture(
        [program, "-nostdin", "-v", "error", "-y", "-filter_complex", graph, *recording.options, str(place)],
        timeout_seconds=300,
    )
    return place


def _listen(library: BenchLibrary, lesson: str, name: str, recording: str) -> _Result:
    """The integrated loudness and the true peak of a rendition, decoded."""
    store = Store(library.folder)
    numbers = sorted(store.segments(lesson, 1, name))
    whole = library.folder / "whole.mp4"
    places = (store.init(lesson, 1, name), *(store.segment(lesson, 1, name, number) for number in numbers))
    whole.write_bytes(b"".join(place.read_bytes() for place in places))
    argv = [find_tools(Tools()).ffmpeg, "-nostdin", "-hide_banner", "-i", str(whole), "-af", "ebur128=peak=true"]
    told = subprocess.run([*argv, "-f", "null", "-"], capture_output=True, text=True, check=True).stderr
    summary = told.rpartition("Summary:")[2]
    lufs, peak = (re.search(rf"{word}:\s+(\S+) (?:LUFS|dBFS)", summary) for word in ("I", "Peak"))
    assert lufs and peak, told
    return _Result(recording, float(lufs.group(1)), float(peak.group(1)))
