"""A reference says whether it is behind in a column of its own, so that raising it is cheap."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OLD = "version > projected_version"


def upgrade() -> None:
    """Add the column and find what is behind by it; this writes the table anew, under a lock.

    PostgreSQL puts a new version of a row beside the old one, and leaves the indexes alone, where
    nothing that an index depends on has changed and the page has room. The index depended on
    `version`, which every publishing raises; `behind` stays true until somebody has caught up.
    """
    op.execute("ALTER TABLE reference SET (fillfactor = 70)")
    op.execute(
        "ALTER TABLE reference "
        f"ADD COLUMN behind boolean NOT NULL GENERATED ALWAYS AS ({OLD}) STORED"
    )
    op.execute("DROP INDEX reference_behind")
    op.execute("CREATE INDEX reference_behind ON reference (reference_id) WHERE behind")


def downgrade() -> None:
    """Find what is behind by comparing its versions again."""
    op.execute("DROP INDEX reference_behind")
    op.execute("ALTER TABLE reference DROP COLUMN behind")
    op.execute("ALTER TABLE reference RESET (fillfactor)")
    op.execute(f"CREATE INDEX reference_behind ON reference (reference_id) WHERE {OLD}")
