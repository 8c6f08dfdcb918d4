"""formats."""

import sqlalchemy as sa
from alembic import op

# There is no way back: restore the backup that was made before the upgrade.
revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_FIGURES = (
    "ts_peak_bits_per_second",
    "ts_average_bits_per_second",
    "keyframes_peak_bits_per_second",
    "keyframes_average_bits_per_second",
)


def upgrade() -> None:
    with op.batch_alter_table("renditions", schema=None) as batch_op:
        for name in _FIGURES:
            batch_op.add_column(sa.Column(name, sa.Integer(), server_default="0", nullable=False))
