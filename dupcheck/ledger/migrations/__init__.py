"""How the ledger's tables went from one version to the next; Alembic runs these."""
