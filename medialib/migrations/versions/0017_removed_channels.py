"""Channels that were removed can be brought back."""

import sqlalchemy as sa
from alembic import op

# There is no way back: restore the backup that was made before the upgrade.
revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("channels") as batch_op:
        batch_op.add_column(sa.Column("removed_at", sa.Double(), nullable=True))
