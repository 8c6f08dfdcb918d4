"""The database: its schema is what the models say, and what was committed stays."""

import dataclasses
import hashlib
import re
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from threading import Barrier

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError

import medialib.catalogue.collections
import medialib.catalogue.curated
import medialib.catalogue.history
import medialib.catalogue.lessons
import medialib.catalogue.readings
import medialib.catalogue.themes
import medialib.catalogue.units
import medialib.jobs.leases  # imported for its table, as those above are
import medialib.migrations
from medialib.catalogue.lessons import Lesson, Source, StoredPlan
from medialib.catalogue.plans import AudioRendition, Plan, VideoRendition
from medialib.catalogue.source_uses import SoundUse, SourceUse
from medialib.catalogue.themes import Theme
from medialib.database import Base, Database, _heads
from medialib.errors import BadSettings


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(f"sqlite:///{tmp_path / 'medialib.db'}")
    database.upgrade()
    return database


def test_the_migrations_lead_to_exactly_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_schema_is_at_the_one_revision_that_no_other_follows(database: Database) -> None:
    scripts = ScriptDirectory(str(Path(medialib.migrations.__file__).parent))
    with database.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == scripts.get_current_head()
    assert _heads() == scripts.get_heads()
    assert all(Path(one.path).name.startswith(f"{one.revision}_") for one in scripts.walk_revisions())


def test_a_schema_that_is_behind_is_upgraded(database: Database) -> None:
    with database.engine.begin() as connection:
        Base.metadata.drop_all(connection)
        connection.execute(text("DELETE FROM alembic_version"))
    database.upgrade()
    assert set(Base.metadata.tables) < set(inspect(database.engine).get_table_names())


def test_a_second_upgrade_changes_nothing_and_is_quick(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def picture() -> list[tuple[str, str]]:
        with database.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text("SELECT name, sql FROM sqlite_master ORDER BY name"))]

    before = picture()
    with database.begin() as session:
        session.add(Theme(slug="skills", path="skills/", zh="技能培训"))
    monkeypatch.setattr(command, "upgrade", None)  # which takes a while also when nothing is to be done
    database.upgrade()
    assert picture() == before
    with database.read() as session:
        assert session.get(Theme, "skills") is not None


def upgrade(url: str) -> list[str]:
    database = Database(url)
    database.upgrade()
    return sorted(inspect(database.engine).get_table_names())


def test_a_library_of_a_later_version_is_refused_with_a_sentence(database: Database) -> None:
    with database.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert database.is_newer
    with pytest.raises(BadSettings, match="later version of medialib"):
        database.upgrade()


def test_what_plans_hold_has_a_version_in_the_database() -> None:
    """An earlier version of medialib refuses a library that is further than it knows; it could not read such plans.

    When this fails: add a revision after what was changed, an empty one when no table changes (make migration), and
    write both here.
    """
    parts = (Plan, SourceUse, SoundUse, VideoRendition, AudioRendition)
    fields = " ".join(f"{part.__name__}.{one.name}:{one.type}" for part in parts for one in dataclasses.fields(part))
    fields = re.sub(r"medialib[.\w]*[.]", "", fields)  # wherever they stand
    assert (hashlib.sha256(fields.encode()).hexdigest()[:12], _heads()) == ("70e5908a4a34", ["0021"])


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("sqlite:///{}/a.db", "a.db"),
        ("sqlite:///file:{}/a.db?uri=true", "a.db"),
        ("sqlite:///file://{}/b%2520c.db?uri=true&mode=rwc", "b c.db"),
    ],
)
def test_a_file_that_was_taken_away_is_missed(tmp_path: Path, address: str, file: str) -> None:
    database = Database(address.format(tmp_path))
    database.upgrade()
    told = [database.is_gone]
    (tmp_path / file).rename(tmp_path / "away")
    told.append(database.is_gone)
    assert told == [False, True]
    database.close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///file::memory:?uri=true"])
def test_a_database_in_memory_is_never_gone(url: str) -> None:
    assert not Database(url).is_gone


@pytest.mark.parametrize("url", ["sqlite://bad/host", "postgresql://host:port/name"])
def test_an_address_that_is_none_is_a_sentence(url: str) -> None:
    with pytest.raises(BadSettings, match=r"database\.url is not an address"):
        Database(url)


def test_a_server_and_its_workers_may_upgrade_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'medialib.db'}"
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        tables = list(pool.map(upgrade, [url] * 4))
    assert tables == [sorted([*Base.metadata.tables, "alembic_version"])] * 4


def test_several_may_open_a_new_database_at_once(tmp_path: Path) -> None:
    """Here SQLite does not wait by itself; of forty rounds two or more failed when nobody asked again."""
    together = Barrier(8)

    def opened(url: str) -> bool:
        database = Database(url)
        together.wait(60)
        with database.engine.connect() as connection:
            return str(connection.exec_driver_sql("PRAGMA journal_mode").scalar()) == "wal"

    with ThreadPoolExecutor(8) as pool:
        assert all(all(pool.map(opened, [f"sqlite:///{tmp_path}/{number}.db"] * 8)) for number in range(40))


def test_what_was_committed_is_there_for_others(database: Database) -> None:
    with database.begin() as session:
        session.add(Theme(slug="skills", path="skills/", zh="技能培训", words=["编织"]))
    with Database(database.url).read() as session:
        assert session.get_one(Theme, "skills").words == ["编织"]


def test_a_failure_inside_a_transaction_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError), database.begin() as session:
        session.add(Theme(slug="skills", path="skills/", zh="技能培训"))
        session.flush()
        raise RuntimeError
    with database.read() as session:
        assert session.get(Theme, "skills") is None


def test_what_happens_while_reading_is_not_kept(database: Database) -> None:
    with database.read() as session:
        session.add(Theme(slug="skills", path="skills/", zh="技能培训"))
        session.flush()
    with database.read() as session:
        assert session.get(Theme, "skills") is None


def test_a_reader_does_not_wait_for_a_writer(database: Database) -> None:
    with database.begin() as writing:
        writing.add(Theme(slug="skills", path="skills/", zh="技能培训"))
        writing.flush()
        with database.read() as reading:
            assert reading.get(Theme, "skills") is None


def test_writers_wait_for_each_other(database: Database) -> None:
    with database.begin() as session:
        session.add(Theme(slug="skills", path="skills/", zh="技能培训", position=0))

    def count(_: int) -> None:
        with database.begin() as session:
            session.get_one(Theme, "skills").position += 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(40)))
    with database.read() as session:
        assert session.get_one(Theme, "skills").position == 40


def test_sqlite_survives_a_power_cut_and_holds_to_foreign_keys(database: Database) -> None:
    with database.engine.connect() as connection:
        pragmas = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
    assert pragmas == ["wal", 2]
    with pytest.raises(IntegrityError), database.begin() as session:
        session.add(Source(lesson_id="none", sha256="0", name="a", extension=".mp4", size_bytes=1, facts={}))


def test_what_lessons_were_called_by_becomes_units_and_series_and_nothing_is_lost(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'medialib.db'}")
    _upgrade_to(database, "0003")
    with database.engine.begin() as connection:
        named = (("a", "三堂街镇", "小桃讲党课"), ("b", "三堂街镇", ""), ("c", "叁堂街镇", "小桃讲党课"))
        for id, unit, series in named:
            connection.execute(
                text(
                    "INSERT INTO lessons (id, kind, title, seconds, published_at, state, plan_version, description,"
                    " speaker, unit, series, language, revision, indexed_revision)"
                    f" VALUES ('{id}', 'video', 't', 1, 7, 'complete', 1, '', '', '{unit}', '{series}', 'zh', 1, 1)"
                )
            )
            connection.execute(text(f"INSERT INTO plans (lesson_id, version, document) VALUES ('{id}', 1, '{{}}')"))
    database.upgrade()
    with database.read() as session:
        lessons = session.scalars(select(Lesson).order_by(Lesson.id)).all()
        assert [(one.unit_name, one.series_title) for one in lessons] == [
            ("三堂街镇", "小桃讲党课"), ("三堂街镇", ""), ("叁堂街镇", "小桃讲党课"),
        ]  # fmt: skip
        assert [one.unit.slugs for one in lessons if one.unit] == [
            ("santangjiezhen",), ("santangjiezhen",), ("santangjiezhen-2",),
        ]  # fmt: skip
        assert {one.series.published_at for one in lessons if one.series} == {7}
        assert len(session.scalars(select(StoredPlan)).all()) == 3
        assert all(one.indexed_revision < one.revision for one in lessons)


def _upgrade_to(database: Database, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(medialib.migrations.__file__).parent))
    with database.engine.connect().execution_options(medialib_writes=True) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()
