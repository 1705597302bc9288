"""Claims: who may publish what."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table of claims; no two live ones that nobody overrode can have the same content."""
    op.create_table(
        "dupcheck_claim",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("token", sa.String(200), nullable=False, unique=True),
        sa.Column("draft", sa.String(64), nullable=False),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("listing_id", sa.Text(), nullable=False),
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("override", sa.Text(), nullable=False),
        sa.Column("claimed", sa.Double(), nullable=False),
        sa.Column("expires", sa.Double(), nullable=False),
        sa.Column("listed", sa.Double()),
    )
    live = sa.text("state IN ('claimed', 'published') AND override = '' AND listed IS NULL")
    op.create_index(
        "dupcheck_claim_live", "dupcheck_claim", ["content"], unique=True, sqlite_where=live, postgresql_where=live
    )
    op.create_index("dupcheck_claim_state", "dupcheck_claim", ["state"])
