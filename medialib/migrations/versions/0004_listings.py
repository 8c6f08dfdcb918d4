"""listings."""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from medialib.catalogue.slugs import make_slug

# There is no way back: restore the backup that was made before the upgrade.
revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "units",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("path", sa.String(length=700), nullable=False),
        sa.Column("parent_slug", sa.String(length=64), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parent_slug"], ["units.slug"]),
        sa.PrimaryKeyConstraint("slug"),
    )
    op.create_index("ix_units_name", "units", ["name"])
    op.create_index("ix_units_path", "units", ["path"])
    op.create_table(
        "collections",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("published_at", sa.Double(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("dated", sa.String(length=10), nullable=True),
        sa.PrimaryKeyConstraint("slug"),
    )
    op.create_index("collections_by_title", "collections", ["kind", "title"], unique=True)
    op.create_table(
        "collection_lessons",
        sa.Column("collection_slug", sa.String(length=64), nullable=False),
        sa.Column("lesson_id", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["collection_slug"], ["collections.slug"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["lesson_id"], ["lessons.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("collection_slug", "lesson_id"),
    )
    op.create_index("ix_collection_lessons_lesson_id", "collection_lessons", ["lesson_id"])

    # Written out: where SQLite gets a constraint, Alembic would make the table anew, and dropping the old one would
    # take along all that refers to its lessons.
    op.execute("ALTER TABLE lessons ADD COLUMN unit_slug VARCHAR(64) REFERENCES units (slug)")
    op.execute("ALTER TABLE lessons ADD COLUMN series_slug VARCHAR(64) REFERENCES collections (slug)")
    op.execute("ALTER TABLE lessons ADD COLUMN place VARCHAR(16)")
    op.execute("ALTER TABLE themes ADD COLUMN path VARCHAR(700) DEFAULT '' NOT NULL")
    op.execute("UPDATE themes SET path = slug || '/'")
    op.create_index("ix_themes_path", "themes", ["path"])

    lessons = "FROM lessons WHERE {0} <> '' GROUP BY {0} ORDER BY {0}"
    units = "INSERT INTO units (slug, name, path, position) VALUES (:slug, :name, :slug || '/', 1000)"
    _name_by_slug("unit", f"SELECT unit, min(published_at) {lessons.format('unit')}", units)
    collections = (
        "INSERT INTO collections (slug, kind, title, created_at, published_at, description)"
        " VALUES (:slug, 'series', :name, :since, :since, '')"
    )
    _name_by_slug("series", f"SELECT series, min(published_at) {lessons.format('series')}", collections)
    op.execute("UPDATE lessons SET revision = revision + 1")
    for name in ("unit", "series"):
        op.drop_index(f"ix_lessons_{name}", "lessons")
        op.execute(f"ALTER TABLE lessons DROP COLUMN {name}")
        op.create_index(f"ix_lessons_{name}_slug", "lessons", [f"{name}_slug"])
    op.create_index("ix_lessons_place", "lessons", ["place"])


def _name_by_slug(column: str, asked: str, insert: str) -> None:
    """Make a row for every name that lessons bear, and let them refer to it."""
    connection = op.get_bind()
    taken: set[str] = set()
    is_taken: Callable[[str], bool] = taken.__contains__
    for name, since in connection.execute(sa.text(asked)).all():
        slug = make_slug(name, is_taken)
        taken.add(slug)
        values = {"slug": slug, "name": name, "since": since}
        connection.execute(sa.text(insert), {key: values[key] for key in values if f":{key}" in insert})
        known = sa.text(f"UPDATE lessons SET {column}_slug = :slug WHERE {column} = :name")
        connection.execute(known, {"slug": slug, "name": name})
