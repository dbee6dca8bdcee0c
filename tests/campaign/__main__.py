"""Print what comes of mutants by reader and kind: ``uv run python -m tests.campaign --n 10000``."""

from __future__ import annotations

import argparse
from collections import Counter

import pytest

from tests.campaign.run import GOOD, Came, campaign
from tests.campaign.specimens import SPECIMENS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=1000, help="mutants in all")
    parser.add_argument("--reader", action="append", choices=list(SPECIMENS), help="only this; may be repeated")
    parser.add_argument("--seed", default="")
    given = parser.parse_args()
    readers = given.reader or list(SPECIMENS)
    found: list[Came] = []
    for name in readers:
        try:
            came = list(campaign(name, -(-given.n // len(readers)), given.seed))
        except pytest.skip.Exception as skipped:
            print(f"{name}: {skipped}")
            continue
        found += came
        memory = f"{max(one.peak for one in came) // 2**20} MB"
        print(f"{name:24}", memory, dict(Counter(one.outcome for one in came)), flush=True)
        for one in came:
            if one.outcome not in GOOD:
                print(f"    {one.outcome} {one.number} {one.kind}: {one.told}", flush=True)
    print()
    for kind in sorted({one.kind for one in found}):
        print(f"{kind:24}", dict(Counter(one.outcome for one in found if one.kind == kind)))
    print(f"{'all':24}", dict(Counter(one.outcome for one in found)))


if __name__ == "__main__":
    main()
