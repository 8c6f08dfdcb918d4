"""What plans hold of a recording: how far apart its keyframes are, and what encoding adds to its peaks."""

# No table changes. There is no way back: restore the backup that was made before the upgrade.
revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
