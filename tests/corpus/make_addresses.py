"""Freeze the addresses that the corpus asks about: made-up towns of all sizes, and the real streets of Calais.

    python tests/corpus/make_addresses.py

writes `addresses.csv.gz` beside this file, in the layout of `data/calais/addresses.csv`. The towns are those of the
second département of `benchmarks/made_up_addresses.py`; of each street, four numbers at most are kept.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from pathlib import Path
from random import Random

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
COLUMNS = (
    "id", "numero", "rep", "nom_voie", "code_postal", "code_insee", "nom_commune", "nom_ancienne_commune", "lon", "lat",
    "precision",
)  # fmt: skip
ROWS_OF_TWO_DEPARTEMENTS = 1_020_000
RANKS_OF_TOWNS = (0, 1, *range(10, 15), *range(40, 45), *range(100, 105), *range(200, 215), *range(400, 420), 700, 701)
LARGEST_OF_NEW_COMMUNES = 8
NUMBERS_PER_STREET = 4
SEED = 59


def main() -> None:
    sys.path.insert(0, str(REPOSITORY / "benchmarks"))
    from made_up_addresses import COLUMNS as BAN_COLUMNS
    from made_up_addresses import rows

    table = (dict(zip(BAN_COLUMNS, row, strict=True)) for row in rows(ROWS_OF_TWO_DEPARTEMENTS))
    made_up = [row for row in table if row["code_insee"].startswith("59") and row["code_postal"]]
    with (REPOSITORY / "data" / "calais" / "addresses.csv").open(encoding="utf-8", newline="") as stream:
        calais = list(csv.DictReader(stream))
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows([*calais, *_few_per_street(_some_towns(made_up))])
    packed = gzip.compress(text.getvalue().encode("utf-8"), mtime=0)
    (HERE / "addresses.csv.gz").write_bytes(packed)


def _some_towns(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    codes = list(dict.fromkeys(row["code_insee"] for row in rows))
    new_communes = list(dict.fromkeys(row["code_insee"] for row in rows if row["nom_ancienne_commune"]))
    kept = {codes[rank] for rank in RANKS_OF_TOWNS} | set(new_communes[:LARGEST_OF_NEW_COMMUNES])
    return [row for row in rows if row["code_insee"] in kept]


def _few_per_street(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Four numbers of each street, taken by chance, each identifier once."""
    chance = Random(SEED)
    streets: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
    for row in rows:
        known = streets.setdefault((row["code_insee"], row["nom_voie"]), {})
        known.setdefault(row["id"], row | {"precision": row["type_position"] or "segment"})
    kept = []
    for known in streets.values():
        chosen = set(chance.sample(sorted(known), min(NUMBERS_PER_STREET, len(known))))
        kept += [row for key, row in known.items() if key in chosen]
    return kept


if __name__ == "__main__":
    main()
