"""A thousand addresses within 50 m of official limits, on 24 pictures to look at: which rule settled what.

    python benchmarks/street_pictures.py --data ../shared/data --out docs/images/cotes-de-rue

Drawn by chance, the same each time, from the lists of Montpellier and Bondy as they are. Each small map is 120 m wide:
the quarter (violet), its limit, axes of streets (grey), numbers of the same side (black), all that may be the place
(green: dedans; blue: dehors; orange: à vérifier), the position (a cross); under it the address, what judged it and
what was said. With `--out`, the pictures and the page that shows them; without, the counts alone.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import shapely
from street_sides import AXES, LISTS, axes_of, named, read_streets

from geoville.crs import LAMBERT_93, WGS84, transform_point
from geoville.eligibility.street_region import street_region
from geoville.geocoding.street_side import street_side, survey_of
from geoville.sources.contours import read_perimeters
from geoville.sources.layers import read_streets as read_axes

if TYPE_CHECKING:
    from geoville.model import StreetSide

DRAWN = {"Montpellier 2014": 600, "Bondy 2022": 400}
NEAR_M, HALF_M, GAP_M = 50.0, 60.0, 8.0
PICTURES, COLUMNS = 24, 7
SCALE = 0.8
"""Pixels in a metre."""

CAPTION_PX, LETTER_PX, WIDEST = 22, 9, 20
WHITE, QUARTER, LIMIT, AXIS, BLACK, INSIDE, OUTSIDE, OPEN = range(8)
PALETTE = ("#ffffff", "#f0dfe9", "#8a0f5b", "#9aa4b1", "#000000", "#7cc796", "#8fb0f5", "#f6ab78")
VERDICTS = {"dedans": INSIDE, "dehors": OUTSIDE, "à vérifier": OPEN}
RULES = {
    "ordered": "numéros du même côté, dans l'ordre",
    "ordered, axe": "posé sur place parmi des calculés, d'après l'axe",
    "interpolated": "entre deux numéros connus",
    "interpolated, axe": "entre deux numéros connus, d'après l'axe",
    "alone": "posé sur place parmi des calculés",
    "alone, axe": "seul ou sans ordre, son côté de l'axe",
    "unordered": "numéros sans ordre",
    "unordered, axe": "numéros décalés, d'après l'axe",
    "astray": "loin de ses voisins",
    "disque": "son disque de 15 m",
}
SHORT = {
    "ordered": "dans l'ordre",
    "ordered, axe": "posé, axe",
    "interpolated": "entre connus",
    "interpolated, axe": "entre connus, axe",
    "alone": "posé",
    "alone, axe": "seul, axe",
    "unordered": "sans ordre",
    "unordered, axe": "décalé, axe",
    "astray": "loin des voisins",
    "disque": "disque 15 m",
}
PAGE = """# Mille adresses à moins de 50 m d'une limite

600 adresses de Montpellier, 400 de Bondy, tirées au hasard à moins de 50 m d'une limite officielle, listes telles
quelles, et ce qui a jugé chacune ([décision 0010](../../decisions/0010-side-of-the-street.md)). Page et images faites
par `python benchmarks/street_pictures.py --data ../shared/data --out docs/images/cotes-de-rue`.

Chaque petite carte fait 120 m de large : le quartier (mauve) et sa limite (violet), l'axe des rues (gris), les numéros
du même côté (noir), tout ce qui peut être la place (**vert : dedans ; bleu : dehors ; orange : à vérifier**), et où la
liste la met (croix). Dessous, l'adresse, puis ce qui a jugé :

{short}

Données : adresses, axes et contours de Montpellier © Ville de Montpellier, 2012-2014 ; adresses de Bondy © Base
Adresse Nationale, 2022 ; contours de Bondy © ANCT, quartiers prioritaires de 2015 ; le tout sous Licence Ouverte ; axes
de Bondy © les contributeurs d'OpenStreetMap, 2023, ODbL.
"""


class Drawn(NamedTuple):
    """An address near a limit, as it was judged."""

    town: str
    label: str
    kind: str
    verdict: str
    point: tuple[float, float]
    shape: Any
    side: StreetSide | None


def near_limits(data: Path, town: str, quarters: Any) -> list[Drawn]:
    """Addresses of a town within 50 m of a limit, drawn by chance, as they are judged."""
    limit = shapely.boundary(quarters)
    shapely.prepare([quarters, limit])
    streets = read_streets(data / LISTS[town][0])
    survey = survey_of(address for street in streets.values() for address, _, _ in street)
    axes = axes_of(data / AXES[town])
    near = [
        (address, x, y, label)
        for label, street in streets.items()
        for address, x, y in street
        if shapely.dwithin(limit, shapely.Point(x, y), NEAR_M)
    ]
    found = []
    for address, x, y, label in random.Random(town).sample(near, DRAWN[town]):
        street = [item[0] for item in streets[label]]
        side = street_side(address, street, survey, axes.of(named(label, streets[label]), street))
        region = street_region(side, LAMBERT_93) if side else None
        disc_m = survey.along_m if survey and not survey.interpolated else NEAR_M
        shape = region.shape if region else shapely.buffer(shapely.Point(x, y), disc_m)
        kind = f"{region.placing}{', axe' * region.by_axis}" if region else "disque"
        inside = "dedans" if shapely.intersects(quarters, shapely.Point(x, y)) else "dehors"
        verdict = "à vérifier" if shapely.intersects(limit, shape) else inside
        written = f"{address.number}{address.suffix} {address.street}"
        found.append(Drawn(town, written, kind, verdict, (x, y), shape, side))
    return found


def draw(drawn: list[Drawn], around: dict[str, tuple[Any, Any]], path: Path) -> None:
    """One picture: a small map for each address, in eight flat colours."""
    from PIL import Image, ImageDraw, ImageFont

    size = round(2 * HALF_M * SCALE)
    across, down = size + round(GAP_M * SCALE), size + CAPTION_PX + round(GAP_M * SCALE)
    picture = Image.new("P", (COLUMNS * across, -(-len(drawn) // COLUMNS) * down), WHITE)
    picture.putpalette([int(colour[at : at + 2], 16) for colour in PALETTE for at in (1, 3, 5)])
    font = ImageFont.truetype(letters(), LETTER_PX)
    for rank, one in enumerate(drawn):
        small = Image.new("P", (size, size + CAPTION_PX), WHITE)
        pen = ImageDraw.Draw(small)
        pen.fontmode = "1"
        _map(pen, one, *around[one.town])
        pen.rectangle((0, size, size, size + CAPTION_PX), fill=WHITE)
        pen.text((0, size), one.label[:WIDEST], fill=BLACK, font=font)
        pen.rectangle((0, size + 13, 6, size + 19), fill=VERDICTS[one.verdict])
        pen.text((10, size + 11), SHORT[one.kind], fill=BLACK, font=font)
        picture.paste(small, (rank % COLUMNS * across, rank // COLUMNS * down))
    picture.convert("RGB").save(path, lossless=True, quality=100, method=4)


def letters() -> Path:
    """File of the letters that matplotlib carries."""
    import matplotlib as mpl

    return Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


def _map(pen: Any, one: Drawn, quarters: Any, tree: Any) -> None:
    """The small map of an address."""
    east, north = one.point
    window = shapely.box(east - HALF_M, north - HALF_M, east + HALF_M, north + HALF_M)

    def pixels(shape: Any) -> list[tuple[float, float]]:
        return [((x - east + HALF_M) * SCALE, (north + HALF_M - y) * SCALE) for x, y in shape.coords]

    for shape, colour in ((shapely.intersection(quarters, window), QUARTER), (one.shape, VERDICTS[one.verdict])):
        for part in shapely.get_parts(shape):
            if part.geom_type == "Polygon" and not part.is_empty:
                pen.polygon(pixels(part.exterior), fill=colour)
    limit = shapely.get_parts(shapely.intersection(shapely.boundary(quarters), window))
    lines = shapely.get_parts(shapely.intersection(tree.geometries[tree.query(window)], window))
    for parts, colour in ((lines, AXIS), (limit, LIMIT)):
        for part in parts:
            if part.geom_type == "LineString" and not part.is_empty:
                pen.line(pixels(part), fill=colour, width=1 + (colour == LIMIT))
    for lon, lat in one.side.points if one.side else ():
        (x, y), *_ = pixels(shapely.Point(transform_point(lon, lat, WGS84, LAMBERT_93)))
        pen.rectangle((x - 1, y - 1, x + 1, y + 1), fill=BLACK)
    middle = HALF_M * SCALE
    pen.line((middle - 5, middle, middle + 5, middle), fill=BLACK)
    pen.line((middle, middle - 5, middle, middle + 5), fill=BLACK)


def caption(drawn: list[Drawn]) -> str:
    """How many addresses of a picture were settled by what, in French."""
    said = []
    for kind, rule in RULES.items():
        verdicts = Counter(one.verdict for one in drawn if one.kind == kind)
        if verdicts:
            counts = ", ".join(f"{verdicts[verdict]} {verdict}" for verdict in VERDICTS if verdicts[verdict])
            said.append(f"{rule} ({counts})")
    towns = " et ".join(dict.fromkeys(one.town.rpartition(" ")[0] for one in drawn))
    return f"{towns} : " + " ; ".join(said) + "."


def main() -> None:
    """Draw the pictures, and print what settled what."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    drawn: list[Drawn] = []
    around = {}
    for town in DRAWN:
        perimeters = read_perimeters(asked.data / LISTS[town][1]).perimeters
        quarters = shapely.union_all([item.geometry for item in perimeters])
        around[town] = (quarters, shapely.STRtree(read_axes(asked.data / AXES[town], LAMBERT_93).lines))
        drawn += near_limits(asked.data, town, quarters)
    counted = Counter((one.town, one.kind, one.verdict) for one in drawn)
    print("| liste | ce qui a jugé | dedans | dehors | à vérifier |\n|---|---|---|---|---|")
    for town, kind in sorted({key[:2] for key in counted}):
        counts = " | ".join(str(counted[town, kind, verdict]) for verdict in VERDICTS)
        print(f"| {town} | {RULES[kind]} | {counts} |")
    if asked.out is None:
        return
    asked.out.mkdir(parents=True, exist_ok=True)
    met = [kind for kind in RULES if any(one.kind == kind for one in drawn)]
    page = [PAGE.format(short="\n".join(f"- « {SHORT[kind]} » : {RULES[kind]}" for kind in met))]
    each = -(-len(drawn) // PICTURES)
    for rank in range(PICTURES):
        some, name = drawn[rank * each : (rank + 1) * each], f"{rank + 1:02}.webp"
        draw(some, around, asked.out / name)
        page.append(f"![Image {rank + 1} : {len(some)} adresses]({name})\n\n{rank + 1}. {caption(some)}\n")
    (asked.out / "README.md").write_text("\n".join(page), encoding="utf-8")


if __name__ == "__main__":
    main()
