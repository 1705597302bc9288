"""One audit against its truth, printed as one JSON object: the process that ``groups.py`` measures.

python tests/benchmarks/audit_once.py CATALOG TRUTH OUT [--images DIR] [--cache DIR]
"""

import argparse
import json
import time
from pathlib import Path

import dupcheck as dc


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("catalog", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--images", type=Path)
    parser.add_argument("--cache", type=Path)
    given = parser.parse_args()
    started = time.perf_counter()
    catalog = dc.read_catalog(given.catalog, images=given.images)
    audit = dc.audit(catalog, cache=given.cache)
    audit.save(given.out)
    seconds = time.perf_counter() - started
    print(json.dumps({"listings": len(catalog), "seconds": seconds, **dc.evaluate(audit, given.truth)}))


if __name__ == "__main__":
    main()
