"""${message}."""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
# There is no way back: restore the backup that was made before the upgrade.
revision = "${up_revision}"
down_revision = ${f'"{down_revision}"' if down_revision else None}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
