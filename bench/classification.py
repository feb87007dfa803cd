"""Compares what models are offered for with hand-made labels, over recorded answers of vendors.

    python bench/classification.py [--data ../shared/data]

Prints precision and recall of every capability, and every disagreement once. Vendors' answers are read, not asked for.
"""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.labelled_models import Measurement, measured  # noqa: E402 - the folder of the tests is no package that is installed


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    show(measured(options.parse_args().data))


def show(result: Measurement) -> None:
    print(f"{'capability':<14} {'precision':>9} {'recall':>7} {'offered':>8} {'wrong':>6} {'missed':>7}")
    for name, score in result.scores.items():
        offered = score.right + score.wrong
        print(f"{name:<14} {score.precision:>9.4f} {score.recall:>7.4f} {offered:>8} {score.wrong:>6} {score.missed:>7}")
    print(f"\n{result.models} models, {result.unverified} unverified; {result.unsettled} pairs without a settled label are not measured.\n")
    for found in sorted(result.disagreements.values(), key=lambda found: (found.capability, found.vendor, found.model)):
        print(f"{found.capability:<14} {'offered' if found.is_offered else 'left out':<8} {found.vendor}: {found.model} ({found.reason})")


if __name__ == "__main__":
    main()
