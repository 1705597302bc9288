"""A ledger turns to an account: the one that was named, or the one whose catalogue is at hand."""

import json

import sqlalchemy as sa

from dupcheck.ledger.accounts import Owner, find_account, join_files
from dupcheck.ledger.journal import Journal
from dupcheck.ledger.records import clean_text
from dupcheck.ledger.schema import ACCOUNT


class Scopes(Journal):
    """Whose decisions and claims count."""

    def turn_to(self, owner: Owner, *, keep: bool = True) -> bool:
        """Let what counts from now on be that of an account; return whether it is a new one beside others.

        ``keep``: the account's catalogue is known again by what it holds now.
        """
        with self._store.read() as connection:
            known = {r.name: json.loads(r.sketch) for r in connection.execute(sa.select(ACCOUNT))}
        name, new = find_account(owner, known)
        self.scope = name = clean_text(name).strip()
        sketch = join_files(owner.sketch, known.get(name, {}))
        if keep and name and owner.tells and known.get(name) != sketch:
            with self._write() as entry:
                values = {"sketch": json.dumps(sketch), "seen": entry.now}
                change = sa.update(ACCOUNT).where(ACCOUNT.c.name == name).values(values)
                if not entry.connection.execute(change).rowcount:
                    entry.connection.execute(sa.insert(ACCOUNT).values(name=name, **values))
        return new and bool(known)
