"""media."""

import sqlalchemy as sa
from alembic import op

# There is no way back: restore the backup that was made before the upgrade.
revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "captions",
        sa.Column("lesson_id", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("cues", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["lesson_id"], ["lessons.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lesson_id", "language"),
    )
    with op.batch_alter_table("lessons", schema=None) as batch_op:
        batch_op.add_column(sa.Column("poster_choice", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("chapters", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("notices", sa.JSON(), server_default="[]", nullable=False))

    with op.batch_alter_table("renditions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("left_out", sa.Boolean(), server_default=sa.false(), nullable=False))
