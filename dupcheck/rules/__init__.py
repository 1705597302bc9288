"""Rule packs: one marketplace's policy as data, read from TOML, explained, and held against measured pairs.

A pack file holds ``[[rule]]``, ``[[exception]]``, ``[[category]]``, ``[[opposite]]``, ``[seller]``, ``[merge]``,
``[keep]`` and ``[penalty]``; its shape is shown in ``rules/common.toml``. A condition is a limit on a signal in the
signal's own unit. A rule fires when every condition of its ``when`` holds, or of one of its named alternatives
``[[rule.or]]``. A condition on something that cannot be told fails, unless it says ``missing = "skip"``. Where all
conditions were skipped nothing holds.

A file that says ``extends = "common"`` starts from that pack: its tables are laid over the pack's, rules by their
code, exceptions and opposites by their name; ``set`` changes single limits, ``drop`` takes rules out. A rule that says
``like = "aliexpress.R1"`` starts from another pack's rule in the same way; ``also = { shop = { max = 0 } }`` adds
conditions to each of its alternatives.
"""

from dupcheck.rules.limits import Alternative, Example, Limit, Rule
from dupcheck.rules.pack import MergeLimits, RuleException, RulePack
from dupcheck.rules.reading import read_pack
from dupcheck.rules.wording import Words, explain_limit, say_verdict

__all__ = [
    "Alternative", "Example", "Limit", "MergeLimits", "Rule", "RuleException", "RulePack", "Words", "explain_limit",
    "read_pack", "say_verdict",
]  # fmt: skip
