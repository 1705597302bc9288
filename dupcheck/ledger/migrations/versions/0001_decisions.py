"""Decisions, and a history that nobody can change."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_FROZEN = "the history is only added to"


def upgrade() -> None:
    """Make the first two tables."""
    op.create_table(
        "dupcheck_decision",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("pair", sa.String(64), nullable=False, unique=True),
        sa.Column("listing_a", sa.Text(), nullable=False),
        sa.Column("listing_b", sa.Text(), nullable=False),
        sa.Column("content_a", sa.String(64), nullable=False),
        sa.Column("content_b", sa.String(64), nullable=False),
        sa.Column("decision", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided", sa.Double(), nullable=False),
        sa.Column("withdrawn", sa.Double()),
    )
    op.create_table(
        "dupcheck_history",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("token", sa.String(200), nullable=False),
        sa.Column("listings", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER dupcheck_history_no_{verb.lower()} BEFORE {verb} ON dupcheck_history "
                f"BEGIN SELECT RAISE(ABORT, '{_FROZEN}'); END"
            )
    else:
        op.execute(
            "CREATE FUNCTION dupcheck_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_FROZEN}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER dupcheck_history_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON dupcheck_history "
            "FOR EACH STATEMENT EXECUTE FUNCTION dupcheck_refuse()"
        )
