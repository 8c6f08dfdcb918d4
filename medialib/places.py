"""Where everything lies below the directory of the store (pure)."""

from pathlib import Path


class Places:
    """The paths below `root`; nothing here looks whether anything is there."""

    def __init__(self, root: Path):
        self.root = root

    @property
    def lessons(self) -> Path:
        return self.root / "lessons"

    @property
    def temporary(self) -> Path:
        return self.root / "tmp"

    @property
    def index(self) -> Path:
        return self.root / "index"

    @property
    def withheld(self) -> Path:
        """The index of the lessons that are not for everyone."""
        return self.root / "index-withheld"

    @property
    def cache(self) -> Path:
        """What can be made again from the segments, and goes when room is wanted."""
        return self.root / "cache"

    @property
    def covers(self) -> Path:
        """Pictures that collections are shown by, a folder for each, named after its content."""
        return self.root / "covers"

    def collection_cover(self, name: str, width: int, ending: str) -> Path:
        return self.covers / name / f"{width}.{ending}"

    def attached(self, digest: str, extension: str) -> Path:
        """A file that goes with a collection, named after its content."""
        return self.root / "attached" / digest[:2] / f"{digest}{extension}"

    @property
    def snapshots(self) -> Path:
        """The last picture of each screen."""
        return self.cache / "screens"

    @property
    def slate(self) -> Path:
        """What channels show when they show nothing."""
        return self.cache / "slate"

    @property
    def uploads(self) -> Path:
        """What people are sending: a file for each upload, which outlives processes and goes when its time is over."""
        return self.root / "uploads"

    @property
    def lost(self) -> Path:
        """Folders of lessons that the catalogue did not know; only a person deletes them."""
        return self.root / "lost"

    @property
    def metrics(self) -> Path:
        return self.root / "metrics"

    def lesson(self, lesson_id: str) -> Path:
        return self.lessons / lesson_id[:2] / lesson_id

    def upload(self, upload_id: str) -> Path:
        return self.uploads / upload_id

    def source(self, lesson_id: str, extension: str, version: int = 1) -> Path:
        """The file as it was sent; `version` is the first plan that was made of it."""
        return self.lesson(lesson_id) / f"source{numbered(version)}{extension}"

    def mended(self, lesson_id: str, version: int = 1) -> Path:
        """The copy of a source whose clock jumped: what is read in its place."""
        return self.lesson(lesson_id) / f"mended{numbered(version)}.mkv"

    def version(self, lesson_id: str, version: int) -> Path:
        return self.lesson(lesson_id) / f"v{version}"

    def rendition(self, lesson_id: str, version: int, name: str) -> Path:
        return self.version(lesson_id, version) / name

    def init(self, lesson_id: str, version: int, name: str) -> Path:
        return self.rendition(lesson_id, version, name) / "init.mp4"

    def segment(self, lesson_id: str, version: int, name: str, number: int) -> Path:
        return self.rendition(lesson_id, version, name) / f"{number}.m4s"

    def cuts(self, lesson_id: str, version: int, name: str) -> Path:
        """Where a copied rendition's segments begin: there once it is decided whether it can be copied."""
        return self.rendition(lesson_id, version, name) / "cuts.json"

    def cover(self, lesson_id: str) -> Path:
        """The picture that lay beside the recording, as it came."""
        return self.lesson(lesson_id) / "cover"

    def lesson_rows(self, lesson_id: str) -> Path:
        """What the catalogue knew of a lesson that is deleted."""
        return self.lesson(lesson_id) / "lesson.json"

    def lost_rows(self, lesson_id: str) -> Path:
        """The same among the lost ones."""
        return self.lost / lesson_id / "lesson.json"

    def readings(self, lesson_id: str) -> Path:
        """The folder of the files that belong to a lesson and are downloaded."""
        return self.lesson(lesson_id) / "readings"

    def posters(self, lesson_id: str, version: int) -> Path:
        """The folder of the pictures that a lesson may be shown by; it is there when all of them are."""
        return self.version(lesson_id, version) / "posters"

    def poster(self, lesson_id: str, version: int, choice: int, width: int, ending: str) -> Path:
        return self.posters(lesson_id, version) / str(choice) / f"{width}.{ending}"

    def poster_list(self, lesson_id: str, version: int) -> Path:
        return self.posters(lesson_id, version) / "posters.json"

    def own_pictures(self, lesson_id: str) -> Path:
        """The folder of the pictures that people have taken from a lesson or sent for it, each a folder."""
        return self.lesson(lesson_id) / "pictures"

    def own_picture(self, lesson_id: str, number: int, width: int, ending: str) -> Path:
        return self.own_pictures(lesson_id) / str(number) / f"{width}.{ending}"

    def own_picture_facts(self, lesson_id: str, number: int) -> Path:
        return self.own_pictures(lesson_id) / str(number) / "picture.json"

    def sheet(self, lesson_id: str, version: int, number: int) -> Path:
        return self.version(lesson_id, version) / "sheets" / f"{number}.jpg"

    def thumbnails(self, lesson_id: str, version: int) -> Path:
        """Where on the sheets which moment is; it is there when all of them are."""
        return self.version(lesson_id, version) / "sheets" / "thumbnails.vtt"

    def peaks(self, lesson_id: str, version: int) -> Path:
        return self.version(lesson_id, version) / "peaks.json"

    def keyframes(self, lesson_id: str, version: int, name: str) -> Path:
        """Where the first picture of each segment is: a JSON list of [offset, length] in bytes."""
        return self.rendition(lesson_id, version, name) / "keyframes.json"

    def cached(self, lesson_id: str, version: int) -> Path:
        return self.cache / lesson_id[:2] / lesson_id / f"v{version}"

    def ts_segment(self, lesson_id: str, version: int, name: str, number: int) -> Path:
        return self.cached(lesson_id, version) / name / f"{number}.ts"

    def film(self, lesson_id: str, version: int) -> Path:
        """The whole lesson as one MP4 file."""
        return self.cached(lesson_id, version) / "lesson.mp4"

    def recording(self, lesson_id: str, version: int, stamp: str) -> Path:
        """The whole sound as one M4A file, labelled as `stamp` stands for."""
        return self.cached(lesson_id, version) / "sound" / f"{stamp}.m4a"

    def standin(self, lesson_id: str, version: int, stamp: str) -> Path:
        """The template of what stands in for a lesson's missing picture or sound."""
        return self.cached(lesson_id, version) / "standin" / f"{stamp}.mp4"

    def filled_ts_segment(self, lesson_id: str, version: int, name: str, number: int) -> Path:
        """A TS segment with what stands in for the missing picture or sound."""
        return self.cached(lesson_id, version) / "standin" / name / f"{number}.ts"

    def joined(self, digest: str) -> Path:
        """What a joined stream is made of, named after its content."""
        return self.cache / "joined" / digest[:2] / f"{digest}.json"

    def recording_sizes(self, lesson_id: str, version: int) -> Path:
        """How long the M4A of each stamp is in bytes, as JSON: known even when the cache has let the file go."""
        return self.version(lesson_id, version) / "recording.json"


def numbered(version: int) -> str:
    """What the names of a later version's files have more."""
    return "" if version == 1 else f"-{version}"
