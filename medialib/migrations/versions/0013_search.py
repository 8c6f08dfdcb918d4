"""Whether search is behind the catalogue is asked of two small indexes."""

import sqlalchemy as sa
from alembic import op

# There is no way back: restore the backup that was made before the upgrade.
revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("lessons_due", "lessons", ["in_search", "stage", "access", "published_at"])
    behind = sa.text("indexed_revision < revision")
    op.create_index("lessons_stale", "lessons", ["id"], sqlite_where=behind, postgresql_where=behind)
