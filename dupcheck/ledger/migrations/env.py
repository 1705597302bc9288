"""What Alembic runs: the migrations, within the transaction that the store has opened."""

from alembic import context

from dupcheck.ledger.versions import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
context.run_migrations()
