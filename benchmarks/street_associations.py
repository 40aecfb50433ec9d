"""What a real file leaves to be checked, and why: the associations of Montpellier, against their published positions.

    python benchmarks/street_associations.py --data ../shared/data
    python benchmarks/street_associations.py --data ../shared/data --without-axes

The 2 452 associations of 2012 are answered from the town's own list of addresses (taken as complete) and the official
contours of 2015, with the axes of its streets or without. How many are to be checked, by what leaves them so; what
settled the others; then every firm answer that is not that of the position that the file publishes, row by row: its
line, never its name nor its address.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import shapely
from street_sides import axes_of

from geoville.crs import LAMBERT_93, WGS84, transform_point
from geoville.eligibility.decide import decide
from geoville.eligibility.index import PerimeterIndex
from geoville.eligibility.street_region import street_region
from geoville.geocoding.search import EmbeddedGeocoder
from geoville.model import NotFound, Position, PositionType, VerdictCode
from geoville.sources.addresses import read_addresses
from geoville.sources.contours import read_perimeters

if TYPE_CHECKING:
    from geoville.model import Answer

ON = date(2016, 6, 1)
TOWN = "34172"
PLACINGS = {
    "ordered": "numéros du même côté, dans l'ordre",
    "interpolated": "entre deux numéros connus",
    "unordered": "numéros sans ordre",
    "alone": "numéro posé sur place",
    "astray": "numéro que la liste place loin de ses voisins",
}


def kind_of(answer: Answer) -> str:
    """What an answer rests on, in French."""
    found = answer.position
    assert found is not None
    region = street_region(found.side, LAMBERT_93) if found.side else None
    near = answer.distance_m is not None and abs(answer.distance_m) <= 300
    if region is not None and (near or not found.firm):
        absent = "" if found.firm else "numéro absent, "
        return absent + PLACINGS[region.placing] + (", d'après l'axe de la rue" if region.by_axis else "")
    if found.whole is not None and found.whole_is:
        return "rue douteuse, commune entière"
    if found.type is PositionType.MUNICIPALITY:
        return "sans rue, commune entière"
    if found.whole is not None and "plus grand que" in found.firm_reason:
        return "numéro au-delà de la rue"
    if found.whole is not None:
        return "sans numéro ou absent, rue entière"
    return f"numéro seul, à {found.accuracy_m:.0f} m près" if found.firm else "rue douteuse"


def main() -> None:
    """Print the counts, then the rows that differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--without-axes", action="store_true")
    asked = parser.parse_args()
    folder = asked.data / "montpellier"
    listed = read_addresses(folder / "addresses_2014.csv", complete=True, name="la liste de Montpellier")
    geocoder = EmbeddedGeocoder(listed, axes=None if asked.without_axes else axes_of(folder / "streets_2014.geojson"))
    perimeters = read_perimeters(folder / "qpv2015_official.geojson").perimeters
    index, quarters = PerimeterIndex(perimeters), shapely.union_all([item.geometry for item in perimeters])
    settled: Counter[str] = Counter()
    left: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    compared, differing = 0, []
    with (folder / "associations_2012.csv").open(encoding="utf-8-sig", newline="") as stream:
        for line, row in enumerate(csv.DictReader(stream), start=2):
            text = f"{row['Adresse']}\n{row['Code_Postal']}".strip()
            found: Position | NotFound = geocoder.search(text, citycode=TOWN) if text else NotFound("")
            answer = decide(found, index, ON)
            verdicts[answer.verdict.value] += 1
            if answer.position is None:
                continue
            (left if answer.verdict is VerdictCode.UNCERTAIN else settled)[kind_of(answer)] += 1
            if answer.contains is None or not (row["Longitude"] and float(row["Longitude"])):
                continue
            published = transform_point(float(row["Longitude"]), float(row["Latitude"]), WGS84, LAMBERT_93)
            compared += 1
            if bool(shapely.intersects(quarters, shapely.Point(published))) is not answer.contains:
                differing.append(f"ligne {line} : {answer.verdict} ({kind_of(answer)}) ; {answer.reasons[0]}")
    rows = verdicts.total()
    print(f"{rows} lignes : " + ", ".join(f"{count} {name}" for name, count in sorted(verdicts.items())))
    print(f"À vérifier : {100 * verdicts['uncertain'] / rows:.1f} %\n")
    for title, counts in (("à vérifier", left), ("réponse ferme", settled)):
        print(f"| {title} | lignes |\n|---|---|")
        print("\n".join(f"| {kind} | {count} |" for kind, count in counts.most_common()), "\n")
    print(f"{compared} réponses fermes comparées à la position publiée, {len(differing)} différentes.")
    print("\n".join(differing))


if __name__ == "__main__":
    main()
