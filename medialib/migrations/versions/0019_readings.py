"""readings."""

import sqlalchemy as sa
from alembic import op

# There is no way back: restore the backup that was made before the upgrade.
revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("readings", sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("readings", sa.Column("removed_at", sa.Double(), nullable=True))
