"""Pictures of an audit, for a notebook: how near its pairs are to the limits, what was known, how large groups are."""

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from dupcheck.messages import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dupcheck.pipeline import Audit

_SHOWN = ("image", "title", "attributes", "price")
_BINS = 30


class Plots:
    """What can be drawn of an audit; each method returns a figure of matplotlib (``dupcheck[notebook]``).

    >>> audit.plot.sizes()  # doctest: +SKIP
    """

    def __init__(self, audit: "Audit") -> None:
        self._audit = audit

    def limits(self) -> "Figure":
        """Draw, signal by signal, what the caught pairs measured, and the limits of the pack as dashed lines."""
        figure, axes = _make(len(_SHOWN))
        found = self._audit.findings
        for ax, name in zip(axes, _SHOWN, strict=True):
            values = found.signals[name][~np.isnan(found.signals[name])]
            ax.hist(values, bins=_BINS, color="#2a5a86")
            for limit in sorted(
                {x.limit for r in self._audit.pack.rules for c in r.when for x in c if x.signal == name}
            ):
                ax.axvline(limit, color="#8a6108", linestyle="--", linewidth=0.8)
            ax.set_title(f"{name} ({len(values)})")
            ax.set_ylabel(say("report.tile_pairs", "en") if name == _SHOWN[0] else "")
        return figure

    def coverage(self) -> "Figure":
        """Draw for how many listings photo, price, attributes and codes are known."""
        features, catalog = self._audit.features, self._audit.catalog
        known = {
            "photo": features.photos.main >= 0,
            "price": ~np.isnan(features.price_low),
            "attributes": catalog.column("attributes") != "",
            "code": (catalog.column("sku_code") != "") | (catalog.column("gtin") != ""),
        }
        figure, (ax,) = _make(1)
        ax.barh(list(known), [100.0 * float(np.mean(v)) if len(v) else 0.0 for v in known.values()], color="#23754b")
        ax.set_xlim(0, 100)
        ax.set_xlabel("% of listings")
        return figure

    def sizes(self) -> "Figure":
        """Draw how many groups there are of each size."""
        counts = Counter(len(plan.members) for plan in self._audit.plans)
        figure, (ax,) = _make(1)
        ax.bar(list(counts), list(counts.values()), color="#2a5a86")
        ax.set_xlabel("listings in a group")
        ax.set_ylabel("groups")
        return figure


def _make(count: int) -> tuple["Figure", list[Any]]:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, count, figsize=(3.4 * max(count, 1.6), 2.8), constrained_layout=True, squeeze=False)
    plt.close(figure)  # the cell shows what is returned, once
    return figure, list(axes.flat)
