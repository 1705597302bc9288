"""The page on which a seller decides: questions first, then a line a group, one group in full beside it.

::

    board     an audit as the page shows it: its groups, what is decided of each, its questions
    choices   what a click says: decisions about pairs, and what else was chosen
    edits     another listing to keep, another title or option, put into a plan
    pictures  photos of any listing, small or large
    routes    the addresses
    page      the page itself, its style and its script, in two languages

Every click is an act in the ledger before the next one; nothing lives in the browser only.
"""
