"""A count of the changes of claims, by which one from outside is seen at once; sketches of catalogues."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_COUNT = "UPDATE dupcheck_guard SET changes = changes + 1"


def upgrade() -> None:
    """Make the count, and have the database keep it."""
    op.create_table(
        "dupcheck_guard",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
    )
    op.alter_column("dupcheck_account", "titles", new_column_name="sketch")
    # Known to nobody yet: what there is will be read whole once.
    op.execute("INSERT INTO dupcheck_guard (id, changes, known) VALUES (1, 0, -1)")
    op.create_index("dupcheck_claim_secret", "dupcheck_claim", ["secret"])
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("INSERT", "UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER dupcheck_claim_{verb.lower()} AFTER {verb} ON dupcheck_claim BEGIN {_COUNT}; END"
            )
        return
    op.execute(
        f"CREATE FUNCTION dupcheck_count() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {_COUNT}; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER dupcheck_claim_counted AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON dupcheck_claim "
        "FOR EACH STATEMENT EXECUTE FUNCTION dupcheck_count()"
    )
