from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import shapely
from shapely.geometry import shape

from geoville.errors import InvalidInputError
from geoville.model import Kind
from geoville.rendering import perimeter_map, perimeters_map, sector_map
from geoville.rendering.cells import NO_CLASS
from geoville.rendering.layers import perimeter_layers
from geoville.rendering.look import PERIMETER_LINES

ON = date(2025, 3, 1)


def test_cells_show_what_insee_publishes(recipe, scene):
    cells = sector_map(recipe, scene).cells
    assert dict(cells.popup(1).rows) == {
        "Population": "126\u00a0hab.",
        "Niveau de vie moyen": "14\u202f230\u00a0€ par an",
        "Ménages pauvres": "non publié",
        "Valeurs": "publiées par l'Insee",
        "Identifiant": "CRS3035RES200mN3118000E3750600",
    }
    assert "imputées" in dict(cells.popup(0).rows)["Valeurs"]
    assert dict(cells.popup(3).rows)["Niveau de vie moyen"] == "non publié"
    assert cells.theme("mean").class_of[3] == NO_CLASS


def test_the_outline_is_made_of_near_cells_and_says_what_it_is(recipe, scene):
    spec = sector_map(recipe, scene)
    outline = shape(spec.outline.outline.geometry)
    first = shapely.Polygon(spec.cells.squares[0])
    assert outline.symmetric_difference(first).area < 1e-12
    assert ("Contour", "indicatif, non publié") in spec.outline.outline.popup.rows
    assert shapely.box(*spec.bounds).contains(outline)


def test_what_has_no_position_is_listed_not_drawn(recipe, scene):
    spec = sector_map(recipe, scene)
    unplaced = next(section for section in spec.panel if section.title == "Non localisés")
    assert unplaced.items == ("Rue inconnue", "Place absente")
    assert [place.label for place in spec.places[0].places] == ["Collège Essai"]
    assert len(spec.places) == 1


def test_without_known_place_there_is_no_outline_but_the_quarter(recipe, scene):
    spec = sector_map(recipe, replace(scene, places=()))
    assert spec.outline.outline is None
    quartier = shape(spec.perimeters[0].shapes[0].geometry)
    assert spec.outline.label_lat == pytest.approx(quartier.bounds[3], abs=1e-6)


def test_a_sector_needs_a_perimeter(recipe, scene):
    with pytest.raises(InvalidInputError, match="Aucun périmètre"):
        sector_map(recipe, replace(scene, perimeters=()))


def test_official_and_estimated_are_never_in_one_layer(candidate):
    official = replace(
        candidate,
        code="QN06254M",
        kind=Kind.QPV,
        estimated=False,
        generation=2024,
        valid_from=date(2024, 1, 1),
        reference="décret n° 2023-1314",
    )
    former = replace(
        official, code="QP062056", generation=2015, valid_from=date(2015, 1, 1), valid_to=date(2023, 12, 31)
    )
    layers = perimeter_layers([candidate, former, official], ON)
    assert [(layer.name, layer.style) for layer in layers] == [
        ("Quartiers prioritaires (QPV) 2024", "qpv"),
        ("Quartiers prioritaires (QPV) 2015, hors vigueur au 1er mars 2025", "former"),
        ("Quartiers candidats (contour estimé, sans valeur réglementaire)", "candidat"),
    ]
    assert ("En vigueur", "du 1er janvier 2015 au 31 décembre 2023") in layers[1].shapes[0].popup.rows


def test_figures_of_an_estimate_say_so(candidate, scene):
    spec = perimeter_map(candidate, scene)
    rows = dict(spec.perimeters[0].shapes[0].popup.rows)
    assert rows["Nature"] == "estimé, sans valeur réglementaire"
    assert rows["Population (estimation)"] == "136\u00a0hab."
    assert rows["Part sous le seuil (estimation)"] == "61\u00a0%"
    assert rows["Revenu médian par UC (estimation)"] == "9\u202f876\u00a0€"
    assert len(spec.perimeters[0].shapes) == 1
    assert spec.sources == ("Insee, Carreaux (2019)",)
    assert spec.date_line == "Carte établie au 1er mars 2025."


def test_estimates_are_dashed_and_what_surrounds_a_sector_is_off_at_first(candidate):
    veille = replace(candidate, code="V", kind=Kind.VEILLE, attributes={"origin_name": "Les Tours"})
    vecu = replace(candidate, code="U", kind=Kind.VECU, attributes={"evidence": "Stade : à 90 m | École : citée"})
    layers = perimeter_layers([candidate, veille, vecu], ON, frozenset({Kind.VEILLE}))
    assert [(layer.style, layer.shown) for layer in layers] == [
        ("candidat", True),
        ("veille_estimated", False),
        ("vecu_estimated", True),
    ]
    assert all(PERIMETER_LINES[layer.style].dashes for layer in layers)
    assert not PERIMETER_LINES["veille"].dashes
    rows = [row for layer in layers for shape in layer.shapes for row in shape.popup.rows]
    assert ("Anciens périmètres", "Les Tours") in rows
    assert [value for label, value in rows if label == "Lieu"] == ["Stade : à 90 m", "École : citée"]


def test_the_subject_is_singled_out_and_named_inside_itself(scene, candidate):
    other = replace(candidate, code="C2", name="Autre")
    spec = perimeter_map(candidate, replace(scene, perimeters=(candidate, other)))
    drawn = {item.popup.title: item for layer in spec.perimeters for item in layer.shapes}
    assert drawn["Candidat essai"].is_subject
    assert not drawn["Autre"].is_subject
    for item in drawn.values():
        assert shape(dict(item.geometry)).contains(shapely.Point(*item.name_at))


def test_a_former_generation_is_off_beside_the_one_in_force_unless_the_map_is_about_it(candidate):
    past = replace(candidate, code="QP1", kind=Kind.QPV, estimated=False, generation=2015, valid_to=date(2023, 12, 31))
    now = replace(candidate, code="QN1", kind=Kind.QPV, estimated=False, generation=2024, valid_from=date(2024, 1, 1))
    assert [layer.shown for layer in perimeter_layers([past, now], ON)] == [True, False]
    assert [layer.shown for layer in perimeter_layers([past, now], ON, subject=past)] == [True, True]
    assert [layer.shown for layer in perimeter_layers([past], ON)] == [True]


def test_the_subtitle_of_a_map_of_all_names_what_is_shown_when_it_opens(candidate, scene):
    past = replace(candidate, code="QP1", kind=Kind.QPV, estimated=False, generation=2015, valid_to=date(2023, 12, 31))
    now = replace(past, code="QN1", generation=2024, valid_from=date(2024, 1, 1), valid_to=None)
    both = perimeters_map("Essai", replace(scene, perimeters=(candidate, past, now)))
    assert [layer.shown for layer in both.perimeters] == [True, False, True]
    assert "2024" in both.subtitle
    assert "2015" not in both.subtitle
    assert "estimé" in both.subtitle
    alone = perimeters_map("Essai", replace(scene, perimeters=(past,)))
    assert "2015" in alone.subtitle
