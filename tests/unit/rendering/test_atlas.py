"""Pages and PDF of an atlas: relative links that exist, texts escaped, official and estimated said."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from geoville.carroyage.portrait import Moment, Portrait
from geoville.carroyage.uncertainty import Interval
from geoville.eligibility.actions.action import ActionGround
from geoville.eligibility.actions.summary import CountedAction, Reach
from geoville.eligibility.rules import rules_at
from geoville.model import Kind
from geoville.perimeters.figures import AreaFigures, Surroundings
from geoville.rendering import perimeter_map, perimeters_map
from geoville.rendering.atlas import (
    INDEX_HEADERS,
    INDEX_NOTE,
    AtlasPrint,
    actions_table,
    entry_page,
    evolution_table,
    figures_table,
    identity,
    index_page,
    index_row,
    no_changes,
    no_figures,
    places_table,
    portrait_table,
    rules_table,
)
from geoville.rendering.map_spec import AtlasEntry, AtlasSpec, FigureTable, PanelSection

ON = date(2024, 6, 1)
NAN = float("nan")
OWN = AreaFigures(8_555.2, Interval(0.663, 0.636, 0.689), Interval(6_325.0, 5_797.0, 6_853.0), 0.0)
TOWN = AreaFigures(66_994.0, Interval(0.353, 0.344, 0.363), Interval(13_375.0, 13_125.0, 13_625.0), 0.019)
EMPTY = AreaFigures(0.0, Interval(NAN, NAN, NAN), Interval(NAN, NAN, NAN), NAN)
AROUND = Surroundings("Calais", TOWN, "Calais et ses communes", TOWN, 18_355.0, 10_101.0, "revenus de référence")


def plain(text: str) -> str:
    return text.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def atlas(candidate, college, scene):
    def entry(key, perimeter):
        blocks = (
            figures_table(OWN, AROUND),
            no_changes(),
            places_table([(college, 0.0), (college, 154.4)], 500.0),
            rules_table(perimeter, rules_at(ON)),
            identity(perimeter),
        )
        return AtlasEntry(key, perimeter_map(perimeter, scene), blocks, index_row(perimeter, OWN))

    other = replace(candidate, code="C2", name="<script>alert(1)</script>")
    entries = (entry("c1", candidate), entry("c2", other))
    return AtlasSpec("Atlas : essai", perimeters_map("Essai", scene), INDEX_HEADERS, INDEX_NOTE, entries)


def test_links_are_relative_and_lead_to_files_of_the_folder(atlas):
    files = {"index.html", "carte.html", "atlas.pdf", "c1.html", "c2.html", "#content"}
    files |= {f"planches/{name}.svg" for name in ("ensemble", "c1", "c2")}
    for page in (index_page(atlas), entry_page(atlas, 0), entry_page(atlas, 1)):
        assert set(re.findall(r'href="([^"]*)"', page)) <= files
        assert set(re.findall(r'src="([^"]*)"', page)) <= {f"planches/{key}.svg" for key in ("ensemble", "c1", "c2")}
        assert "http" not in page.replace("http-equiv", "")


def test_each_page_leads_to_its_neighbours_and_to_the_index(atlas):
    first, last = entry_page(atlas, 0), entry_page(atlas, 1)
    assert 'href="c2.html" rel="next"' in first
    assert 'rel="prev"' not in first
    assert 'href="c1.html" rel="prev"' in last
    assert 'rel="next"' not in last


def test_texts_are_escaped(atlas):
    for page in (index_page(atlas), entry_page(atlas, 0), entry_page(atlas, 1)):
        assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in index_page(atlas)


def test_the_same_atlas_gives_the_same_bytes(atlas):
    assert index_page(atlas) == index_page(atlas)
    assert entry_page(atlas, 0) == entry_page(atlas, 0)
    short = replace(atlas, entries=atlas.entries[1:])  # a sheet of each kind: they take the time
    drawn, printed, pictures = AtlasPrint(short), AtlasPrint(short), AtlasPrint(short, bound=False)
    whole, entry = drawn.picture(0), drawn.picture(1)
    assert whole != entry
    assert pictures.picture(1) == entry  # the only one that was missing
    assert printed.picture(1) == entry
    assert printed.pdf() == drawn.pdf()


def test_figures_stand_beside_those_of_the_town_and_of_the_country():
    table = figures_table(OWN, AROUND)
    assert table.headers[1:] == ("Périmètre", "Calais", "Calais et ses communes", "France")
    rows = {row[0]: [plain(text) for text in row[1:]] for row in table.rows}
    assert rows["Habitants"] == ["8 555", "66 994", "66 994", "–"]
    assert rows["Sous le seuil"][0] == "66,3 % (63,6 % à 68,9 %)"
    assert rows["Revenu médian par UC"][0] == "6 325 € (5 797 € à 6 853 €)"
    assert rows["Revenu médian par UC"][-1] == "18 355 €"
    assert "Seuil du décret : 10 101 €" in plain(table.note)
    assert "À vérifier : revenus de référence" in table.note


def test_what_is_unknown_is_said_so():
    table = figures_table(EMPTY, replace(AROUND, threshold_eur=NAN, unverified=""))
    rows = {row[0]: row[1] for row in table.rows}
    assert rows["Sous le seuil"] == rows["Revenu médian par UC"] == "non publié"
    assert "Seuil" not in table.note
    assert "À vérifier" not in table.note


def test_places_say_where_they_are(college):
    table = places_table([(college, 0.0), (college, 154.4)], 500.0)
    assert isinstance(table, FigureTable)
    assert [plain(row[1]) for row in table.rows] == ["dedans", "à 154 m"]
    assert isinstance(places_table([], 500.0), PanelSection)


def test_rules_of_an_estimate_say_that_they_do_not_apply(candidate):
    estimated = rules_table(replace(candidate, communes=("62193",)), rules_at(ON))
    official = rules_table(replace(candidate, communes=("62193",), kind=Kind.QPV, estimated=False), rules_at(ON))
    assert "le contour officiel fait foi" in estimated.note
    assert official.note == ""
    assert estimated.rows == official.rows
    unread = [rule for rule in rules_at(ON) if not rule.verified and Kind.QPV in rule.within]
    written = {row[0]: row[-1] for row in official.rows}
    assert all("non vérifiée" in written[rule.name] for rule in unread)


def test_a_kind_that_no_rule_looks_at(candidate):
    assert isinstance(rules_table(replace(candidate, kind=Kind.ZUS), rules_at(ON)), PanelSection)


def action(title: str, amount: float | None, *codes: str, nearest: str = "") -> CountedAction:
    quarters = tuple((code, f"Quartier {code}") for code in codes)
    ground = ActionGround.IN_QPV if codes else ActionGround.OUTSIDE_QPV
    reach = Reach.CERTAIN if codes else Reach.NOT_SHOWN
    return CountedAction(ground, reach, amount, quarters, "École", title, "Asso", nearest)


def test_actions_stand_on_the_page_of_their_quarter(candidate):
    quarter = replace(candidate, code="QN1", kind=Kind.QPV, estimated=False)
    actions = [action("A", 100.0, "QN1"), action("B", None, "QN1", "QN2"), action("C", 900.0, "QN2")]
    told = actions_table(quarter, [*actions, action("D", 50.0, nearest="QN1")], "appel.csv")
    assert isinstance(told, FigureTable)
    assert [tuple(map(plain, row)) for row in told.rows] == [
        ("A", "Asso", "École", "100 €"),
        ("B", "Asso", "École", "–"),
    ]
    assert plain(told.note).startswith("En tout 2 actions, 100 €. 1 action, 50 € hors QPV dont ce quartier est le plus")
    none = actions_table(replace(quarter, code="QN9"), actions, "appel.csv")
    assert isinstance(none, PanelSection)
    assert "Aucune action" in none.text


@pytest.mark.parametrize(("communes", "told"), [(("62193",), True), (("34172",), False), ((), False)])
def test_the_rules_of_a_contract_are_told_in_its_communes_alone(candidate, communes, told) -> None:
    """A quarter of Montpellier owes nothing to the contract of Calais."""
    quarter = replace(candidate, kind=Kind.QPV, estimated=False, communes=communes)
    table = rules_table(quarter, rules_at(date(2016, 1, 1)))
    assert any("Contrat de ville de Calais" in row[-1] for row in table.rows) is told
    assert any("1388 bis" in row[-1] for row in table.rows), "the law of the country is everywhere"


def test_a_territory_without_a_grid_has_pages_that_say_so(candidate) -> None:
    assert index_row(candidate, None)[2:] == ("inconnu",) * 3
    assert "ne sont pas connus" in no_figures().text
    assert "Une seule génération" in no_changes().text
    assert "ne sont pas comparées" in no_changes(counted=False).text


def portrait(households: float = 1_000.0, **counts: float) -> Portrait:
    return Portrait({"ind": 2_500.0, "men": households, **counts})


CHILDREN = {"ind_0_3": 100.0, "ind_4_5": 50.0, "ind_6_10": 150.0, "ind_11_17": 200.0}


def test_a_portrait_tells_shares_of_people_and_of_households_beside_the_town():
    own = portrait(log_soc=700.0, men_fmp=250.0, men_surf=68_000.0, **CHILDREN)
    town = portrait(log_soc=300.0, men_surf=75_000.0)
    table = portrait_table((own, town, portrait()), "Calais", "Calais et ses communes", 2019)
    rows = {plain(label): [plain(text) for text in found] for label, *found in table.rows}
    assert rows == {
        "Moins de 18 ans": ["20 %", "–", "–"],  # 500 of 2 500 people
        "Familles monoparentales": ["25 %", "–", "–"],
        "Logements sociaux": ["70 %", "30 %", "–"],
        "Surface moyenne d'un logement": ["68 m²", "75 m²", "–"],
    }
    assert table.headers[1:] == ("Périmètre", "Calais", "Calais et ses communes")


def test_a_portrait_under_secrecy_or_without_columns_says_so():
    hidden = portrait_table(
        (Portrait({}, is_secret=True), portrait(log_soc=1.0), portrait()), "Calais", "Calaisis", 2019
    )
    assert "secret statistique" in hidden.text
    bare = portrait_table((portrait(), portrait(), portrait()), "Calais", "Calaisis", 2019)
    assert "geoville data fetch" in bare.text


def test_an_evolution_goes_from_the_first_vintage_that_says_something_to_the_last():
    table = evolution_table([Moment(2015, NAN, NAN), Moment(2017, 2_000.0, 10_000.0), Moment(2021, 1_900.0, 12_500.0)])
    assert [row[0] for row in table.rows] == ["2017", "2021", "Évolution"]
    assert [plain(text) for text in table.rows[-1][1:]] == ["−5 %", "+25 %"]
    assert evolution_table([Moment(2015, NAN, NAN), Moment(2021, 1_900.0, 12_500.0)]) is None
