"""stages."""

import sqlalchemy as sa
from alembic import op

# There is no way back: restore the backup that was made before the upgrade.
revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lesson_changes",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("lesson_id", sa.String(length=16), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.String(length=16), nullable=False),
        sa.Column("person_name", sa.String(length=100), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("batch", sa.String(length=16), nullable=False),
        sa.Column("undone", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["lesson_id"], ["lessons.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("lesson_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lesson_changes_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_lesson_changes_batch"), ["batch"], unique=False)
        batch_op.create_index(batch_op.f("ix_lesson_changes_lesson_id"), ["lesson_id"], unique=False)

    op.create_table(
        "readings",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("lesson_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("extension", sa.String(length=8), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["lesson_id"], ["lessons.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("readings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_readings_lesson_id"), ["lesson_id"], unique=False)

    # Not in a batch: that would make the table anew, and drop all that refers to it.
    op.add_column("lessons", sa.Column("stage", sa.String(length=16), server_default="published", nullable=False))
    op.add_column("lessons", sa.Column("in_search", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("lessons", sa.Column("changed_at", sa.Double(), server_default=sa.text("0"), nullable=False))
    op.add_column("lessons", sa.Column("tags", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("lessons", sa.Column("licence", sa.String(length=200), server_default=sa.text("''"), nullable=False))
    op.add_column("lessons", sa.Column("consent", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("lessons", sa.Column("trim_start_seconds", sa.Double(), server_default=sa.text("0"), nullable=False))
    op.add_column("lessons", sa.Column("trim_end_seconds", sa.Double(), nullable=True))
    op.create_index("ix_lessons_changed_at", "lessons", ["changed_at"])
    op.create_index("ix_lessons_in_search", "lessons", ["in_search"])
    op.create_index("ix_lessons_stage", "lessons", ["stage"])

    op.execute("UPDATE lessons SET changed_at = published_at")
    op.execute("UPDATE lessons SET in_search = (indexed_revision > 0 AND access = 'public')")
    _tell_where_they_came_from()


def _tell_where_they_came_from() -> None:
    """Every lesson's history begins with its coming in."""
    lessons = sa.table("lessons", sa.column("id"), sa.column("published_at"))
    changes = sa.table(
        "lesson_changes",
        *(sa.column(one) for one in ("lesson_id", "at", "kind", "person_id", "person_name", "words", "batch")),
        sa.column("before", sa.JSON()),
        sa.column("after", sa.JSON()),
    )
    connection = op.get_bind()
    for lesson_id, at in connection.execute(sa.select(lessons.c.id, lessons.c.published_at)).all():
        row = {"lesson_id": lesson_id, "at": at, "kind": "stage", "before": {}, "words": "", "batch": ""}
        row |= {"after": {"stage": "published", "published_at": at}, "person_id": "", "person_name": ""}
        connection.execute(changes.insert().values(**row))
