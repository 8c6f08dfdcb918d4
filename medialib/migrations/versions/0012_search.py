"""Whether search is behind the catalogue is asked of two small indexes.

Revision ID: 0012
Revises: 0015
Create Date: 2026-11-26
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | Sequence[str] | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("lessons_due", "lessons", ["in_search", "stage", "access", "published_at"])
    behind = sa.text("indexed_revision < revision")
    op.create_index("lessons_stale", "lessons", ["id"], sqlite_where=behind, postgresql_where=behind)


def downgrade() -> None:
    op.drop_index("lessons_stale", "lessons")
    op.drop_index("lessons_due", "lessons")
