"""The ledger's tables. Their names begin with ``dupcheck_``: a database may hold other things too.

``decision``  one row a pair and content: the seller's last word about it, and the act that said it
``act``       one row an act of a person that can be undone: what was decided, and what stood there before
``lease``     one row a group that somebody works on, or has done
``claim``     one row a claim, named by its client: the draft, the answer, and what became of it
``token``     one row a one-time token; the token itself is not kept, only its hash
``account``   one row an account: some of its titles and ids, by which its catalogue is known again
``history``   one row an event; rows are only ever added, each holds the hash of all before it, and the database itself
              refuses to change, replace or delete one
``guard``     one row: how often claims were changed, counted by the database itself, and how often by a ledger
``pulse``     one row: when somebody last tried whether the ledger can be written

``scope`` is the account that a row belongs to; "" is one that counts in every account. Times are seconds since 1970.
Listings and answers are JSON.
"""

from sqlalchemy import Column, Double, Index, Integer, MetaData, String, Table, Text, UniqueConstraint, text

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
    Column("scope", Text, nullable=False, server_default=""),
    Column("person", Text, nullable=False, server_default=""),
    Column("act", Integer, nullable=False, server_default="0"),
)

ACT = Table(
    "dupcheck_act",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("scope", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("person", Text, nullable=False),
    Column("kind", String(32), nullable=False),  # decide or withdraw
    Column("work", String(64), nullable=False),  # the group it was about, "" for none
    Column("pairs", Text, nullable=False),  # JSON: what it said of each pair, and what stood there before
    Column("details", Text, nullable=False),  # JSON: whatever else was chosen
    Column("undone", Double),
    Column("undone_by", Text, nullable=False, server_default=""),
)

LEASE = Table(
    "dupcheck_lease",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("scope", Text, nullable=False),
    Column("work", String(64), nullable=False),
    Column("person", Text, nullable=False),
    Column("taken", Double, nullable=False),
    Column("until", Double, nullable=False),
    Column("act", Integer, nullable=False, server_default="0"),  # the act that settled it
    UniqueConstraint("scope", "work", name="dupcheck_lease_work"),
)

HISTORY = Table(
    "dupcheck_history",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Double, nullable=False),
    Column("event", String(32), nullable=False),
    Column("token", String(200), nullable=False),  # the claim's key
    Column("listings", Text, nullable=False),  # a JSON list of ids
    Column("reason", Text, nullable=False),
    Column("scope", Text, nullable=False, server_default=""),
    Column("person", Text, nullable=False, server_default=""),
    Column("row", String(64), nullable=False, server_default=""),  # a hash of the claim as the event left it
    Column("chain", String(64), nullable=False, server_default=""),  # a hash of this event and the chain before it
)

LIVE = text("state IN ('claimed', 'published') AND override = ''")
NAMED = text("state = 'published' AND market_id <> ''")

CLAIM = Table(
    "dupcheck_claim",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("token", String(200), nullable=False, unique=True),  # its key, a name that the client chose
    Column("draft", String(64), nullable=False),  # which draft the key stands for
    Column("content", String(64), nullable=False),  # which listing it is: a hash of its id and content
    Column("listing_id", Text, nullable=False),
    Column("listing", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("answer", Text, nullable=False),
    Column("override", Text, nullable=False),
    Column("claimed", Double, nullable=False),
    Column("expires", Double, nullable=False),
    Column("scope", Text, nullable=False, server_default=""),
    Column("person", Text, nullable=False, server_default=""),
    Column("secret", String(64), nullable=False, server_default=""),  # the hash of its token
    Column("matter", String(64), nullable=False, server_default=""),  # a hash of its content alone
    Column("market_id", Text, nullable=False, server_default=""),  # the id under which it was published
    Index("dupcheck_claim_live", "scope", "content", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
    Index("dupcheck_claim_named", "scope", "market_id", unique=True, sqlite_where=NAMED, postgresql_where=NAMED),
    Index("dupcheck_claim_state", "state"),
    Index("dupcheck_claim_secret", "secret"),
)

TOKEN = Table(
    "dupcheck_token",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("secret", String(64), nullable=False, unique=True),
    Column("draft", String(64), nullable=False),
    Column("scope", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("issued", Double, nullable=False),
    Column("expires", Double, nullable=False),
    Column("used", String(200), nullable=False, server_default=""),  # the key of the claim it was used for
)

ACCOUNT = Table(
    "dupcheck_account",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False, unique=True),
    Column("sketch", Text, nullable=False),  # JSON: hashes of some of its titles and ids
    Column("seen", Double, nullable=False),
)

GUARD = Table(
    "dupcheck_guard",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("changes", Integer, nullable=False),  # by triggers: whoever changes a claim moves it
    Column("known", Integer, nullable=False),  # what it was when a ledger last wrote
)

PULSE = Table(
    "dupcheck_pulse",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
)
