"""Try one target as atheris guides it, by what each input makes run.

    pip install atheris
    python tests/fuzz/guided.py "rows CSV" --seconds 60

Inputs start from the samples of the target; the first that fails is kept in `crashes`, and ends the trial.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory


def main() -> None:
    """Read the arguments, and try."""
    import atheris  # not among what tests need: they collect this file

    with atheris.instrument_imports(include=["geoville"]):
        from targets import TARGETS

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", metavar="TARGET", choices=TARGETS, help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--crashes", type=Path, default=Path("crashes"))
    given = parser.parse_args()
    given.crashes.mkdir(exist_ok=True)
    target = TARGETS[given.name]
    with TemporaryDirectory() as folder:
        for rank, sample in enumerate(target.samples()):
            (Path(folder) / str(rank)).write_bytes(sample)
        bounds = [f"-max_total_time={given.seconds}", f"-seed={given.seed}", "-max_len=300000", "-timeout=10"]
        kept = f"-artifact_prefix={given.crashes}/{given.name.replace(' ', '-').replace('/', '_')}-"
        atheris.Setup([sys.argv[0], *bounds, kept, "-rss_limit_mb=3000", "-print_final_stats=1", folder], target.try_on)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
