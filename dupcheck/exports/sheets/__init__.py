"""Tables that a seller pastes into a marketplace's template or works from: one TOML file a marketplace.

``pack`` names the rule pack whose limits hold, ``offers`` whether variants stay offers of their own, ``needed`` the
fields without which the marketplace refuses a row, ``own`` the formats of its own exports. Each
``[[column]]`` has a header and the name of what stands in it: :func:`dupcheck.exports.tables.describe_piece` lists
them; ``text`` is the same in every row. ``[merge]`` replaces the pack's limits where the marketplace has no pack.
"""
