"""The page on which a seller decides: questions first, then a line a group, one group in full beside it.

::

    scenes    groups of an audit with their plans, as the page shows them
    work      the groups of one audit, and how plans change with what people say
    choices   what a click says: decisions about pairs, and what else was chosen
    shares    who of several people does what
    board     what people decide on together: audits, what the ledger says of them, and every act
    pictures  photos of any listing, small or large
    routes    the addresses
    page      the page itself, its style and its script, in two languages

Every click is an act in the ledger before the next one; nothing lives in the browser only.
"""
