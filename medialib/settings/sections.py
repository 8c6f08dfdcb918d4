"""The sections of config.yaml, with what each setting may be and is by itself."""

import re
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, field_validator, model_validator

from medialib.ladders import Ladder, Section


def _is_a_directory(url: str) -> str:
    if "\0" in url or ("://" in url and not url.startswith("file://")):
        raise ValueError(
            "it must be a directory or a file: URL, on a disk of this machine or of the network that can link files "
            "(such as NFS; file systems on top of S3 cannot)"
        )
    return url


def _address(shape: str, told: str) -> AfterValidator:
    def check(url: str) -> str:
        if url and not re.match(shape, url):
            raise ValueError(f"it must be empty or begin with {told}")
        return url

    return AfterValidator(check)


Seconds = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
Directory = Annotated[str, AfterValidator(_is_a_directory)]


class Site(Section):
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


class Server(Section):
    """Where the web server listens."""

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8870
    workers: Count = 2
    metrics: Literal["local", "everyone"] = "local"
    proxies: Annotated[int, Field(ge=0, le=9)] = 0

    @property
    def place(self) -> str:
        """host:port, as an address has it (RFC 3986, 3.2.2)."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Access(Section):
    """Who may watch, how long people stay signed in, and how often somebody may try."""

    library: Literal["public", "signed-in"] = "public"
    signed_in_days: Seconds = 30
    link_hours: Seconds = 72
    tries_per_address: Count = 30
    tries_per_account: Count = 10
    tries_minutes: Count = 15
    tries_url: str = ""


class Store(Section):
    """Where media, database and index live: a directory, or its file: URL."""

    url: Annotated[str, Field(min_length=1), AfterValidator(_is_a_directory)] = "media_store"
    cache_gigabytes: Annotated[float, Field(ge=0)] = 10


class Database(Section):
    """The catalogue: empty means SQLite inside the store."""

    url: Annotated[str, _address(r"(sqlite|postgresql)(\+[a-z0-9]+)?://", "sqlite:// or postgresql://")] = ""


class Jobs(Section):
    """The queue of hints and how work is shared out."""

    url: Annotated[str, _address(r"(postgresql|rediss?)://", "redis://, rediss:// or postgresql://")] = ""
    bulk_workers: Count = 2
    hot_workers: Count = 6
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


class Sound(Section):
    """How every lesson is brought to one loudness (EBU R 128), and its speech cleaned."""

    loudness_lufs: Annotated[float, Field(ge=-31, le=-9)] = -16
    peak_dbtp: Annotated[float, Field(ge=-9, le=0)] = -1.5
    most_gain_db: Annotated[float, Field(ge=0, le=40)] = 35
    clean_speech: bool = False


class Runs(Section):
    """How the work is cut: lengths in segments."""

    bulk_segments: Count = 60
    hot_segments: Count = 3
    hot_wait_seconds: Seconds = 20


class Tools(Section):
    """ffmpeg and ffprobe: empty means the first good one of PATH, then of the installed wheels."""

    ffmpeg: str = ""
    ffprobe: str = ""
    sandbox: Literal["auto", "required", "off"] = "auto"
    memory_megabytes: Annotated[int, Field(ge=256)] = 6144
    stall_seconds: Seconds = 120
    run_seconds: Seconds = 6 * 3600
    bulk_nice: Annotated[int, Field(ge=0, le=19)] = 19
    hot_nice: Annotated[int, Field(ge=0, le=19)] = 0

    @field_validator("sandbox", mode="before")
    @classmethod
    def _off_is_a_word(cls, value: object) -> object:
        """YAML takes it for no, unless it is quoted."""
        return "off" if value is False else value


class Webhooks(Section):
    """Messages to other systems."""

    private: bool = False


class Limits(Section):
    """What is too much."""

    file_gigabytes: Annotated[float, Field(gt=0)] = 20
    hours: Annotated[float, Field(gt=0)] = 12
    megapixels: Annotated[float, Field(gt=0, le=100)] = 40
    tracks: Count = 32
    free_gigabytes: Annotated[float, Field(ge=0)] = 1

    @property
    def reserve_bytes(self) -> int:
        """What always stays free on the disk."""
        return int(self.free_gigabytes * 10**9)


class Screens(Section):
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


class Uploads(Section):
    """How much a unit may upload, and how long what is unfinished or replaced is kept."""

    unit_gigabytes: Annotated[float, Field(ge=0)] = 0
    unit_files: Annotated[int, Field(ge=0)] = 0
    form_megabytes: Count = 300
    unfinished_days: Seconds = 7
    replaced_days: Seconds = 30


class Keep(Section):
    """For how many days is remembered what was shown, reported and removed."""

    shown_days: Seconds = 800
    reports_days: Seconds = 365
    channels_days: Seconds = 30


class Watch(Section):
    """A folder whose recordings come in by themselves."""

    folder: Directory = ""
    unit: str = ""
    owner: str = ""
    stage: Literal["draft", "submitted", "published"] = "draft"
    settled_seconds: Seconds = 10


class Settings(Section):
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
