"""The ledger's tables. Their names begin with ``dupcheck_``: a database may hold other things too.

``decision``  one row a pair and content: the seller's last word about it
``claim``     one row a token: the draft, the answer, and what became of it
``history``   one row an event; rows are only ever added, and the database itself refuses to change or delete one

Times are seconds since 1970. Listings and answers are JSON.
"""

from sqlalchemy import Column, Double, Index, Integer, MetaData, String, Table, Text, text

from dupcheck.ledger.versions import VERSION_TABLE

METADATA = MetaData()

VERSION = Table(VERSION_TABLE, METADATA, Column("version_num", String(32), primary_key=True))

DECISION = Table(
    "dupcheck_decision",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("pair", String(64), nullable=False, unique=True),  # a hash of both ids and both contents
    Column("listing_a", Text, nullable=False),
    Column("listing_b", Text, nullable=False),
    Column("content_a", String(64), nullable=False),
    Column("content_b", String(64), nullable=False),
    Column("decision", String(32), nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided", Double, nullable=False),
    Column("withdrawn", Double),
)

HISTORY = Table(
    "dupcheck_history",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Double, nullable=False),
    Column("event", String(32), nullable=False),
    Column("token", String(200), nullable=False),
    Column("listings", Text, nullable=False),  # a JSON list of ids
    Column("reason", Text, nullable=False),
)

LIVE = text("state IN ('claimed', 'published') AND override = '' AND listed IS NULL")

CLAIM = Table(
    "dupcheck_claim",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("token", String(200), nullable=False, unique=True),
    Column("draft", String(64), nullable=False),  # which draft the token stands for
    Column("content", String(64), nullable=False),  # which listing it is: a hash of its id and content
    Column("listing_id", Text, nullable=False),
    Column("listing", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("answer", Text, nullable=False),
    Column("override", Text, nullable=False),
    Column("claimed", Double, nullable=False),
    Column("expires", Double, nullable=False),
    Column("listed", Double),  # since when the catalogue itself holds it
    Index("dupcheck_claim_live", "content", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
    Index("dupcheck_claim_state", "state"),
)
