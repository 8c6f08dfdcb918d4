"""config.yaml read once, checked, overridden by MEDIALIB__SECTION__KEY, and frozen."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from medialib.errors import BadSettings
from medialib.ladders import Ladder

Seconds = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Site(_Section):
    """What this library calls itself."""

    name: str = "medialib"
    language: Literal["zh_CN", "en"] = "zh_CN"
    address: str = ""

    @field_validator("address")
    @classmethod
    def _is_an_origin(cls, address: str) -> str:
        if not re.fullmatch(r"(https?://[^/\s?#@]+)?/?", address):
            raise ValueError("it must be empty or an address without a path such as https://ke.example.org")
        return address.rstrip("/")


class Server(_Section):
    """Where the web server listens."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8870
    workers: Count = 2
    metrics: Literal["local", "everyone"] = "local"
    proxies: Annotated[int, Field(ge=0, le=9)] = 0


class Access(_Section):
    """Who may watch, how long people stay signed in, and how often somebody may try."""

    library: Literal["public", "signed-in"] = "public"
    signed_in_days: Seconds = 30
    link_hours: Seconds = 72
    tries_per_address: Count = 30
    tries_per_account: Count = 10
    tries_minutes: Count = 15
    tries_url: str = ""


class Store(_Section):
    """Where media, database and index live: a directory, or its file: URL."""

    url: str = "media_store"
    cache_gigabytes: Annotated[float, Field(ge=0)] = 10


class Database(_Section):
    """The catalogue: empty means SQLite inside the store."""

    url: Annotated[str, Field(pattern=r"^$|^(sqlite|postgresql)(\+[a-z0-9]+)?://")] = ""


class Jobs(_Section):
    """The queue of hints and how work is shared out."""

    url: str = ""
    bulk_workers: Count = 2
    hot_workers: Count = 3
    lease_seconds: Seconds = 30
    renew_seconds: Seconds = 10
    reconcile_seconds: Seconds = 30
    attempts: Count = 3
    backoff_seconds: Seconds = 10

    @model_validator(mode="after")
    def _renewal_comes_before_the_end(self) -> "Jobs":
        if self.renew_seconds * 2 > self.lease_seconds:
            raise ValueError("renew_seconds must be at most half of lease_seconds")
        return self


class Sound(_Section):
    """How every lesson is brought to one loudness (EBU R 128), and its speech cleaned."""

    loudness_lufs: Annotated[float, Field(ge=-31, le=-9)] = -16
    peak_dbtp: Annotated[float, Field(ge=-9, le=0)] = -1.5
    most_gain_db: Annotated[float, Field(ge=0, le=40)] = 35
    clean_speech: bool = False


class Runs(_Section):
    """How the work is cut: lengths in segments."""

    bulk_segments: Count = 60
    hot_segments: Count = 3
    hot_wait_seconds: Seconds = 20


class Tools(_Section):
    """ffmpeg and ffprobe: empty means the first good one of PATH, then of the installed wheels."""

    ffmpeg: str = ""
    ffprobe: str = ""
    sandbox: Literal["auto", "required", "off"] = "auto"
    memory_megabytes: Annotated[int, Field(ge=256)] = 6144
    stall_seconds: Seconds = 120
    run_seconds: Seconds = 6 * 3600
    bulk_nice: Annotated[int, Field(ge=0, le=19)] = 19
    hot_nice: Annotated[int, Field(ge=0, le=19)] = 0


class Webhooks(_Section):
    """Messages to other systems."""

    private: bool = False


class Limits(_Section):
    """What is too much."""

    file_gigabytes: Annotated[float, Field(gt=0)] = 20
    hours: Annotated[float, Field(gt=0)] = 12
    megapixels: Annotated[float, Field(gt=0, le=100)] = 40
    tracks: Count = 32
    free_gigabytes: Annotated[float, Field(ge=0)] = 1


class Screens(_Section):
    """Televisions: when they count as late or silent, how often they tell of themselves, and what they keep.

    Hours are those of the set's own clock; lessons are kept from `keep_from_hour` to `keep_until_hour`.
    """

    zone: str = "Asia/Shanghai"
    beat_seconds: Annotated[float, Field(ge=5, le=3600)] = 60
    late_minutes: Seconds = 60
    silent_hours: Seconds = 24
    keep_megabytes: Annotated[int, Field(ge=0, le=100_000)] = 1000
    keep_from_hour: Annotated[int, Field(ge=0, le=23)] = 1
    keep_until_hour: Annotated[int, Field(ge=0, le=23)] = 5

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError("it must be a time zone such as Asia/Shanghai")
        return zone


class Uploads(_Section):
    """How much a unit may upload, and how long what is unfinished or replaced is kept."""

    unit_gigabytes: Annotated[float, Field(ge=0)] = 0
    unit_files: Annotated[int, Field(ge=0)] = 0
    form_megabytes: Count = 300
    unfinished_days: Seconds = 7
    replaced_days: Seconds = 30


class Keep(_Section):
    """For how many days is remembered what was shown, reported and removed."""

    shown_days: Seconds = 800
    reports_days: Seconds = 365
    channels_days: Seconds = 30


class Watch(_Section):
    """A folder whose recordings come in by themselves."""

    folder: str = ""
    unit: str = ""
    owner: str = ""
    stage: Literal["draft", "submitted", "published"] = "draft"
    settled_seconds: Seconds = 10


class Settings(_Section):
    """Everything that config.yaml may say."""

    site: Site = Site()
    server: Server = Server()
    access: Access = Access()
    store: Store = Store()
    database: Database = Database()
    jobs: Jobs = Jobs()
    ladder: Ladder = Ladder()
    sound: Sound = Sound()
    runs: Runs = Runs()
    tools: Tools = Tools()
    webhooks: Webhooks = Webhooks()
    limits: Limits = Limits()
    screens: Screens = Screens()
    uploads: Uploads = Uploads()
    keep: Keep = Keep()
    watch: Watch = Watch()


def load_settings(path: Path | None, environment: Mapping[str, str]) -> Settings:
    """Settings from `path` (None: embedded defaults) overridden by `environment`; raises BadSettings.

    A relative `store.url` or `watch.folder` counts from the folder of the config file, so that it means the same
    directory wherever the command is called from.
    """
    text = _read(path) if path else ""
    name = path.name if path else "defaults"
    values, lines = _parse(text, name)
    sources = _override(values, environment)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise BadSettings(_explain(error, name, lines, sources)) from error
    folder = path.parent.resolve() if path else Path.cwd()
    store = settings.store.model_copy(update={"url": _absolute(settings.store.url, folder)})
    watched = settings.watch.folder and _absolute(settings.watch.folder, folder)
    watch = settings.watch.model_copy(update={"folder": watched})
    return settings.model_copy(update={"store": store, "watch": watch})


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{path.name} cannot be read: {error}") from error


def _absolute(url: str, folder: Path) -> str:
    if "://" in url and not url.startswith("file://"):
        raise BadSettings(
            "store.url must be a directory or a file: URL, on a disk of this machine or of the network that can link "
            "files (such as NFS; file systems on top of S3 cannot)"
        )
    return str((folder / Path(url.removeprefix("file://")).expanduser()).resolve())


def _parse(text: str, name: str) -> tuple[dict[str, Any], dict[tuple[str, ...], int]]:
    try:
        values = yaml.safe_load(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadSettings(f"{name}, line {line} or the one before: this is not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise BadSettings(f"{name} is not YAML: {str(error).splitlines()[0]}") from error
    if values is None:
        return {}, {}
    if not isinstance(values, dict):
        raise BadSettings(f"{name}, line 1: sections are expected, such as “server:”")
    lines: dict[tuple[str, ...], int] = {}
    _number_lines(node, (), lines, name)
    return {key: {} if value is None else value for key, value in values.items()}, lines


def _number_lines(node: Any, at: tuple[str, ...], lines: dict[tuple[str, ...], int], name: str) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            where, line = (*at, str(key.value)), key.start_mark.line + 1
            if where in lines:
                raise BadSettings(f"{name}, line {line}, {'.'.join(where)}: it stands in line {lines[where]} already")
            lines[where] = line
            _number_lines(value, where, lines, name)
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            lines[(*at, str(place))] = value.start_mark.line + 1
            _number_lines(value, (*at, str(place)), lines, name)


def _override(values: dict[str, Any], environment: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """Put MEDIALIB__SECTION__KEY into `values`; returns which variable set which place."""
    sources: dict[tuple[str, ...], str] = {}
    for variable, text in environment.items():
        if not variable.startswith("MEDIALIB__"):
            continue
        place = tuple(part.lower() for part in variable.removeprefix("MEDIALIB__").split("__"))
        if len(place) != 2 or not isinstance(values.setdefault(place[0], {}), dict):
            raise BadSettings(f"{variable}: expected MEDIALIB__SECTION__KEY")
        values[place[0]][place[1]] = _variable_value(variable, text)
        sources[place] = variable
    return sources


def _variable_value(variable: str, text: str) -> Any:
    """A list or a section is written as in YAML; all else is taken as it stands."""
    try:
        return yaml.safe_load(text) if text.startswith(("[", "{")) else text
    except yaml.YAMLError as error:
        raise BadSettings(f"{variable} is not YAML: {error}") from error


_WORDS = {
    "extra_forbidden": "there is no such setting",
    "int_parsing": "a whole number is expected",
    "int_type": "a whole number is expected",
    "float_parsing": "a number is expected",
    "float_type": "a number is expected",
    "string_type": "a text is expected",
    "model_type": "keys and values are expected",
    "string_pattern_mismatch": "it must be empty or begin with sqlite:// or postgresql://",
}


def _explain(
    error: ValidationError, name: str, lines: dict[tuple[str, ...], int], sources: dict[tuple[str, ...], str]
) -> str:
    sentences = []
    for problem in error.errors():
        place = tuple(str(part) for part in problem["loc"])
        key = ".".join(place) or "settings"
        words = _WORDS.get(problem["type"], problem["msg"].removeprefix("Value error, "))
        variable = next((sources[one] for one in sources if one[: len(place)] == place[:2]), None)
        if variable and (place[:2] in sources or place not in lines):
            sentences.append(f"{variable} ({key}): {words}")
        else:
            line = next((lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in lines), 1)
            sentences.append(f"{name}, line {line}, {key}: {words}")
    return "\n".join(sentences)
