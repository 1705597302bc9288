"""Who did what, in which account: acts that can be undone, groups at work, one-time tokens, a chained history."""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

from dupcheck.ledger.chain import link_events

revision = "0003"
down_revision = "0002"

_FROZEN = "the history is only added to"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), nullable=False, server_default="")


def _add(table: str, columns: Iterable[sa.Column[str] | sa.Column[int]]) -> None:
    for column in columns:
        op.add_column(table, column)


def upgrade() -> None:
    """Make the new tables, and tie the events that there are into a chain."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    _thaw(sqlite)
    _add("dupcheck_history", (_text("scope"), _text("person"), _key("row"), _key("chain")))
    act = sa.Column("act", sa.Integer(), nullable=False, server_default="0")
    _add("dupcheck_decision", (_text("scope"), _text("person"), act))
    op.drop_index("dupcheck_claim_live", "dupcheck_claim")
    op.drop_column("dupcheck_claim", "listed")
    _add("dupcheck_claim", (_text("scope"), _text("person"), _key("secret"), _key("matter"), _text("market_id")))
    op.execute(
        "UPDATE dupcheck_claim SET market_id = listing_id WHERE state = 'published' AND id IN "
        "(SELECT min(id) FROM dupcheck_claim WHERE state = 'published' GROUP BY listing_id)"
    )
    # What was listed once may have been claimed again since: of such twins the first keeps the right.
    live = "state IN ('claimed', 'published') AND override = ''"
    op.execute(
        f"UPDATE dupcheck_claim SET override = 'published before' WHERE {live} AND id NOT IN "
        f"(SELECT min(id) FROM dupcheck_claim WHERE {live} GROUP BY content)"
    )
    for name, column, where in (
        ("live", "content", live), ("named", "market_id", "state = 'published' AND market_id <> ''"),
    ):  # fmt: skip
        op.create_index(
            f"dupcheck_claim_{name}", "dupcheck_claim", ["scope", column], unique=True,
            sqlite_where=sa.text(where), postgresql_where=sa.text(where),
        )  # fmt: skip
    _make_tables()
    link_events(op.get_bind())
    _freeze(sqlite)


def _make_tables() -> None:
    number = sa.Integer()
    op.create_table(
        "dupcheck_act",
        sa.Column("id", number, primary_key=True, autoincrement=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("work", sa.String(64), nullable=False),
        sa.Column("pairs", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("undone", sa.Double()),
        _text("undone_by"),
    )
    op.create_table(
        "dupcheck_lease",
        sa.Column("id", number, primary_key=True, autoincrement=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("work", sa.String(64), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("taken", sa.Double(), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.Column("act", number, nullable=False, server_default="0"),
        sa.UniqueConstraint("scope", "work", name="dupcheck_lease_work"),
    )
    op.create_table(
        "dupcheck_token",
        sa.Column("id", number, primary_key=True, autoincrement=True),
        sa.Column("secret", sa.String(64), nullable=False, unique=True),
        sa.Column("draft", sa.String(64), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("issued", sa.Double(), nullable=False),
        sa.Column("expires", sa.Double(), nullable=False),
        sa.Column("used", sa.String(200), nullable=False, server_default=""),
    )
    op.create_table(
        "dupcheck_account",
        sa.Column("id", number, primary_key=True, autoincrement=True),
        sa.Column("name", sa.Text(), nullable=False, unique=True),
        sa.Column("titles", sa.Text(), nullable=False),
        sa.Column("seen", sa.Double(), nullable=False),
    )
    op.create_table(
        "dupcheck_pulse",
        sa.Column("id", number, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Double(), nullable=False),
    )
    op.execute("INSERT INTO dupcheck_pulse (id, at) VALUES (1, 0)")


def _thaw(sqlite: bool) -> None:
    if sqlite:
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER dupcheck_history_no_{verb}")
    else:
        op.execute("DROP TRIGGER dupcheck_history_frozen ON dupcheck_history")


def _freeze(sqlite: bool) -> None:
    if not sqlite:
        op.execute(
            "CREATE TRIGGER dupcheck_history_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON dupcheck_history "
            "FOR EACH STATEMENT EXECUTE FUNCTION dupcheck_refuse()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER dupcheck_history_no_{verb.lower()} BEFORE {verb} ON dupcheck_history "
            f"BEGIN SELECT RAISE(ABORT, '{_FROZEN}'); END"
        )
    # REPLACE takes the old row away without asking the trigger above
    op.execute(
        "CREATE TRIGGER dupcheck_history_no_replace BEFORE INSERT ON dupcheck_history "
        "WHEN NEW.id > 0 AND NEW.id <= (SELECT coalesce(max(id), 0) FROM dupcheck_history) "
        f"BEGIN SELECT RAISE(ABORT, '{_FROZEN}'); END"
    )
