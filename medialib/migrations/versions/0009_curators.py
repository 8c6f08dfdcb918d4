"""curators."""

import sqlalchemy as sa
from alembic import op

# There is no way back: restore the backup that was made before the upgrade.
revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "curator_changes",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("noun", sa.String(length=16), nullable=False),
        sa.Column("on_id", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("on_name", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.String(length=16), nullable=False),
        sa.Column("person_name", sa.String(length=100), nullable=False),
        sa.Column("undone", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("curator_changes", schema=None) as batch_op:
        batch_op.create_index("curator_changes_of", ["noun", "on_id", "id"], unique=False)

    op.create_table(
        "caption_drafts",
        sa.Column("lesson_id", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.String(length=16), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["lesson_id"], ["lessons.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lesson_id", "language", "person_id"),
    )
    op.add_column("collection_lessons", sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column(
        "collection_lessons", sa.Column("part", sa.String(length=8), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "collection_lessons", sa.Column("begins", sa.String(length=16), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "collection_lessons", sa.Column("ends", sa.String(length=16), server_default=sa.text("''"), nullable=False)
    )

    op.add_column("collections", sa.Column("number", sa.Integer(), nullable=True))
    op.add_column("collections", sa.Column("editorial", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("collections", sa.Column("cover", sa.String(length=80), server_default=sa.text("''"), nullable=False))
    op.add_column("collections", sa.Column("extras", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("collections", sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
    op.add_column("collections", sa.Column("draft", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("collections", sa.Column("last_published", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("collections", sa.Column("told_at", sa.Double(), server_default="0", nullable=False))
    # Search knows of what is published already.
    op.execute("UPDATE collections SET told_at = published_at WHERE published_at IS NOT NULL")
