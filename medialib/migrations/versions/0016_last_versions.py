"""Numbers of plans are never used twice, even when the plans are forgotten."""

import sqlalchemy as sa
from alembic import op

# There is no way back: restore the backup that was made before the upgrade.
revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in a batch: that would make the table anew, and drop all that refers to it.
    op.add_column("lessons", sa.Column("last_version", sa.Integer(), nullable=False, server_default=sa.text("1")))
    op.execute(
        "UPDATE lessons SET last_version = "
        "COALESCE((SELECT MAX(version) FROM plans WHERE plans.lesson_id = lessons.id), 1)"
    )
