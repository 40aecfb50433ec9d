"""Nothing that was typed is dropped in silence, and no answer is surer than the list behind it.

The list is made of traps: every address has beside it the one that a careless reading takes, on the other side of a
limit. Which answers are firm was decided from the words of each question, before any was run.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from geoville.french import fold
from geoville.geocoding import EmbeddedGeocoder
from geoville.geocoding.index import AddressIndex
from geoville.model import NotFound, Position, PositionType
from geoville.workflows.address_index import build_address_index

CASES = Path(__file__).resolve().parents[2] / "corpus" / "cases"
CALAIS = Path(__file__).resolve().parents[3] / "data" / "calais" / "addresses.csv"


@pytest.fixture(scope="module")
def geocoder_of(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("index")

    def made(*paths: Path, complete: bool = True) -> EmbeddedGeocoder:
        out = folder / f"{paths[0].name}{complete}.sqlite"
        build_address_index(paths, out, complete=complete)
        return EmbeddedGeocoder(AddressIndex.open(out))

    return made


@pytest.fixture(scope="module")
def traps(geocoder_of) -> EmbeddedGeocoder:
    return geocoder_of(CASES / "ban_arr.csv")


def found(geocoder: EmbeddedGeocoder, text: str, **limits: str) -> Position:
    answer = geocoder.search(text, **limits)
    assert isinstance(answer, Position), answer
    return answer


def points(position: Position) -> set[tuple[float, float]]:
    assert position.whole is not None
    return {(point.x, point.y) for point in getattr(position.whole, "geoms", [position.whole])}


ALPES_12, ALPES_14 = (1.424754, 43.573113), (1.41178, 43.580592)


@pytest.mark.parametrize(
    "written",
    ["12-14 rue des Alpes", "12 à 14 rue des Alpes", "12/14 rue des Alpes", "12 et 14 rue des Alpes",
     "14-12 rue des Alpes", "12;14 rue des Alpes", "12 A 14 RUE DES ALPES", "rue des Alpes 12-14",
     "rue des Alpes du 12 au 14",
     "du 12 au 14 rue des Alpes", "n° 12 - 14 rue des Alpes", "12, 14 rue des Alpes"],
)  # fmt: skip
def test_two_numbers_are_both_places(traps: EmbeddedGeocoder, written: str) -> None:
    position = found(traps, f"{written}, 31100 Toulouse")
    assert not position.firm
    assert points(position) == {ALPES_12, ALPES_14}
    assert "Plusieurs numéros sont demandés" in position.firm_reason


def test_a_range_holds_what_lies_between_on_its_side_of_the_street(traps: EmbeddedGeocoder) -> None:
    whole = points(found(traps, "2 à 36 rue des Troènes, 31200 Toulouse"))
    assert whole == {(1.441485, 43.636624), (1.441585, 43.636626), (1.441684, 43.636627), (1.441783, 43.636628)}
    both_sides = points(found(traps, "1 à 3 rue des Alpes, 31100 Toulouse"))
    assert both_sides == {(1.424952, 43.573116), (1.411978, 43.580595)}, "12 and 14 are not between"
    three = points(found(traps, "1;3;5 rue des Alpes, 31100 Toulouse"))
    assert three == {(1.424952, 43.573116), (1.411978, 43.580595), (1.411879, 43.580593)}


def test_a_range_of_which_an_end_is_unknown_is_not_known(traps: EmbeddedGeocoder) -> None:
    position = found(traps, "12B-14 rue des Alpes, 31100 Toulouse")
    assert not position.firm
    assert position.whole is None or position.whole_is, "at most, the whole town is judged"
    assert "12b, 14" in position.firm_reason


@pytest.mark.parametrize(
    "text",
    ["entre 12 et 14 rue des Alpes", "12 ½ rue des Alpes", "½ rue des Alpes", "12.14 rue des Alpes",
     "ex 12 rue des Alpes", "anciennement 12 rue des Alpes", "12 ex rue des Alpes", "240 rue des Alpes",
     "9999 rue des Alpes", "12 rue des Alpes, 14 rue des Alpes", "12 rue des Alpes, 14"],
)  # fmt: skip
def test_what_is_no_number_of_the_street_is_never_sure(traps: EmbeddedGeocoder, text: str) -> None:
    position = found(traps, f"{text}, 31100 Toulouse")
    assert not position.firm
    assert position.firm_reason
    if "plus grand que" in position.firm_reason:
        assert position.accuracy_m > 1000, "it may be far from the street that is known"
    elif "12, 14" not in position.firm_reason:
        assert position.whole is None or position.whole_is, "at most, the whole town is judged"


@pytest.mark.parametrize(
    "inside",
    ["porte n° 14", "porte 14", "appt 14", "Apt14", "appartement n°14", "étage 14", "14e étage", "14ème étage gauche",
     "bâtiment 14", "bât. 14", "bât B14", "escalier 14", "cage d'escalier 14", "tour 14", "chambre 14", "box 14",
     "local 14", "boîte 14", "boîte aux lettres n° 14", "BAL 14", "bureau 14", "niveau 14", "R+14", "RDC", "studio 14",
     "lot 14", "entrée 14", "logement 14", "imm. 14", "hall 14", "garage 14", "cave n° 14", "appts 14 et 16", "BP 14",
     "CS 31014"],
)  # fmt: skip
def test_a_place_inside_a_building_is_no_house_number(traps: EmbeddedGeocoder, inside: str) -> None:
    town = "31100 Toulouse"
    lines = (f"{inside}, 12 rue des Alpes", f"12 rue des Alpes, {inside}", f"12 rue des Alpes {inside}")
    for line in (*lines, f"{inside} 12 rue des Alpes"):
        position = found(traps, f"{line}, {town}")
        assert (position.id, position.firm) == ("31555_0088_00012", True), line
    alone = traps.search(f"{inside}, rue des Alpes, {town}")
    assert isinstance(alone, NotFound) or alone.type is PositionType.STREET
    said = " ".join(found(traps, f"12 rue des Alpes, {inside}, {town}").notes)
    assert said.startswith("Mis de côté dans l'adresse : ")


def test_number_zero_is_no_number(traps: EmbeddedGeocoder) -> None:
    position = found(traps, "0 rue des Alpes, 31100 Toulouse")
    assert (position.type, position.housenumber) == (PositionType.STREET, "")
    assert "numéro 0" in position.notes[0]
    alone = found(traps, "0\n31100\nToulouse")
    assert (alone.type, alone.notes) == (PositionType.MUNICIPALITY, position.notes)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("41 rue des 36 Ponts, Toulouse", "31555_0036_00041"),
        ("30 bis rue de Pontoise, Toulouse", "31555_0030_00030_bis"),
        ("12 villa Gaudelet, Toulouse", "31555_0031_00012"),
        ("8 sente des Grecs, Toulouse", "31555_0251_00008"),
        ("8 sentier des Grecs, Toulouse", "31555_0252_00008"),
        ("6 fg Sainte-Catherine", ""),
        ("12 bd du 8 mai, 34500 Béziers", "34032_0002_00012"),
        ("25 résidence les Oiseaux, Béziers", "34032_0003_00025"),
        ("Résidence Les Oiseaux, 3 rue des Oiseaux, Béziers", "34032_0004_00003"),
        ("3 rue des Oiseaux, résidence les Oiseaux, Béziers", "34032_0004_00003"),
        ("10 bd National 13003 MARSEILLE 3EME", "13203_6600_00010"),
        ("10 bd National MARSEILLE 1ER", "13201_6600_00010"),
        ("10 bd National, Marseille 03", "13203_6600_00010"),
        ("10 bd National, Marseille 3e", "13203_6600_00010"),
        ("10 bd National, Marseille cedex 03", "13203_6600_00010"),
        ("10 bd National 13303 Marseille cedex 03", "13203_6600_00010"),
        ("10\nBD\nNATIONAL\n13003\nMARSEILLE 3EME", "13203_6600_00010"),
        ("88 avenue de Saint-Exupéry, Toulouse", "31555_0616_00088"),
        ("76 ter rue Pasteur, Toulouse", "31555_0076_00076_ter"),
    ],
)
def test_what_is_said_whole_is_firm(traps: EmbeddedGeocoder, text: str, key: str) -> None:
    answer = traps.search(text)
    if not key:
        assert isinstance(answer, NotFound), "the faubourg is a street of its own"
    else:
        assert isinstance(answer, Position)
        assert (answer.id, answer.firm) == (key, True)


@pytest.mark.parametrize(
    "text",
    [
        "8 SEN DES GRECS 31400 TOULOUSE",
        "240 la Somme, Toulouse",
        "4 rue de la Croix Saint-Benoît, Toulouse",
        "11 rue Halphen, Toulouse",
        "11 rue Madame, Toulouse",
        "11 rue de la Chapelle, Toulouse",
        "46 rue du Haut Pavé, Béziers",
        "46 rue des Pavés, Béziers",
        "6 rue Sainte-Catherine, Toulouse",
        "36 rue des Ponts, Toulouse",
        "1 rue Kléber, Toulouse",
        "5 rue Kléber 31400 Toulouse",
        "7 rue Kléber 31200 Toulouse",
        "12 rue Jules Guesde 31200 Toulouse",
        "2 avenue de Lodève 34080 Montpellier",
        "30 a bis rue de Pontoise, Toulouse",
        "30 ter rue de Pontoise, Toulouse",
        "3 rue des Forges",
        "3 rue des Forges, 65000 Tarbes",
        "15 route de Beauzelle 31700",
        "4 rue de Bouxwiller 31700",
        "10 bd National, Marseille",
        "10 bd National 13001 Marseille 3e",
        "10 bd National, Marseille cedex 04",
        "20 rue d'Aboukir, 13001 Marseille",
        "580 la Basse Cornière, Moissac",
    ],
)
def test_what_may_be_something_else_is_never_firm(traps: EmbeddedGeocoder, text: str) -> None:
    answer = traps.search(text)
    assert isinstance(answer, NotFound) or (not answer.firm and answer.firm_reason)


def test_contradictions_are_every_place_that_they_may_be(traps: EmbeddedGeocoder) -> None:
    toulouse, cugnaux = (1.48275, 43.575464), (1.345614, 43.53797)
    for text in ("88 avenue Antoine de Saint-Exupéry 31170 Toulouse", "88 av. de St-Exupéry 31400 Cugnaux"):
        position = found(traps, text)
        assert not position.firm
        assert points(position) == {toulouse, cugnaux}
    first, third = (5.390597, 43.309019), (5.380217, 43.31172)
    both = found(traps, "10 bd National, Marseille", postcode="13003", citycode="13201")
    assert points(both) == {first, third}
    assert "se contredisent" in both.firm_reason


def test_a_postcode_of_cedex_beside_a_right_code_is_no_obstacle(traps: EmbeddedGeocoder) -> None:
    position = found(traps, "12 boulevard du 8 mai 1945\nBéziers", postcode="34521", citycode="34032")
    assert (position.id, position.firm) == ("34032_0002_00012", True)
    assert "code postal 34521, inconnu de la liste" in position.notes[0]
    typed = found(traps, "12 boulevard du 8 mai 1945\n34521", citycode="34032")
    assert (typed.id, typed.firm, typed.notes) == (position.id, True, position.notes)
    assert isinstance(traps.search("12 boulevard du 8 mai 1945\n59000", citycode="34032"), NotFound)


def test_arrondissements_by_their_codes_where_all_are_called_marseille(tmp_path: Path, geocoder_of) -> None:
    plain = tmp_path / "ban_mini.csv"
    text = (CASES / "ban_arr.csv").read_text("utf-8")
    for rank in ("1er", "3e", "13e"):
        text = text.replace(f"Marseille {rank} Arrondissement", "Marseille")
    plain.write_text(text, "utf-8")
    geocoder = geocoder_of(plain)
    assert found(geocoder, "10 BD NATIONAL\nMARSEILLE 1ER", citycode="13201").id == "13201_6600_00010"
    assert found(geocoder, "10 BD NATIONAL\nMARSEILLE 3EME").id == "13203_6600_00010"
    assert not found(geocoder, "10 BD NATIONAL\nMARSEILLE").firm


def test_a_street_of_which_a_row_was_refused_is_not_known_whole(geocoder_of) -> None:
    geocoder = geocoder_of(CASES / "ban_refused.csv")
    assert found(geocoder, "32 rue Nulle, Toulouse").firm
    for text in ("rue Nulle, Toulouse", "30 rue Nulle, Toulouse", "31100 Toulouse"):
        position = found(geocoder, text)
        assert (position.firm, position.whole) == (False, None)


@pytest.mark.parametrize("text", ["10 rue Jules Guesde, Toulouse", "rue Jules Guesde, Toulouse"])
def test_one_id_at_two_places_is_two_places(geocoder_of, text: str) -> None:
    west, east = (1.416982, 43.59352), (1.427409, 43.593425)
    assert {west, east} <= points(found(geocoder_of(CASES / "bal_multi.csv"), text))


def test_one_label_at_two_places_of_json_lines_is_two_places(tmp_path: Path, geocoder_of) -> None:
    line = (CASES / "addok641.ndjson").read_text("utf-8").strip()
    far = (
        line.replace('"31555_0641_026611"', '"31555_0641_2"').replace("1.412473", "1.422473").replace("ADRNIVX_1", "2")
    )
    path = tmp_path / "twice.ndjson"
    path.write_text(f"{line}\n{far}\n", "utf-8")
    position = found(geocoder_of(path), "1 rue de Lisbonne, Toulouse")
    assert not position.firm
    assert {lon for lon, _ in points(position)} == {1.412473, 1.422473}


@pytest.mark.parametrize(
    "written",
    ["1 rue Youri Gagarine\nAppt 3\n62100 Calais", "Bât B\n1 rue Youri Gagarine\n62100\nCalais",
     "1 rue Youri Gagarine\nRésidence Beau Marais\n62100\nCalais",
     "1 rue Youri Gagarine\nchez Mme Untel\n62100\nCALAIS",
     "1 rue Youri Gagarine, Résidence Beau Marais, 62100 Calais", "1 rue Youri Gagarine\nLes Cailloux\n62100\nCALAIS",
     "1 rue Youri Gagarine\nQuartier Beau Marais\n62100\nCALAIS", "1 rue Youri Gagarine\n62100 Calais",
     "1 rue Youri Gagarine\n4ème étage porte 12\n62100\nCALAIS", "1\nRUE\nYOURI GAGARINE\n62100\nCALAIS",
     "1 rue Youri Gagarine, Calais, Pas-de-Calais, France", "1 rue Youri Gagarine 62100 Calais Pas-de-Calais France",
     "1 rue Youri Gagarine, 62100 Calais, Hauts-de-France", "1 rue Youri Gagarine Résidence Beau Marais 62100 Calais",
     "1 rue Youri Gagarine chez Mme Untel, 62100 Calais", "1 rue Youri Gagarine\nCalais\nLes Cailloux"],
)  # fmt: skip
def test_lines_and_areas_leave_the_address_as_it_is(geocoder_of, written: str) -> None:
    position = found(geocoder_of(CALAIS, complete=False), written)
    assert (position.housenumber, position.street, position.firm) == ("1", "Rue Youri Gagarine", True)


def test_a_departement_after_the_town_counts(traps: EmbeddedGeocoder) -> None:
    position = found(traps, "12 rue des Alpes, Toulouse, Haute-Garonne, France")
    assert (position.firm, position.notes) == (True, ("Mis de côté dans l'adresse : haute garonne, france.",))
    wrong = traps.search("12 rue des Alpes, Toulouse, Aveyron")
    assert isinstance(wrong, NotFound) or not wrong.firm


@pytest.mark.parametrize("elsewhere", ["Belgique", "SUISSE", "Blagnac"])
def test_another_country_or_another_town_is_a_doubt(traps: EmbeddedGeocoder, elsewhere: str) -> None:
    answer = traps.search(f"12 rue des Alpes, {elsewhere}, 31100 Toulouse")
    assert isinstance(answer, Position)
    assert not answer.firm
    assert fold(elsewhere) in answer.firm_reason


def test_what_stands_between_the_number_and_the_street_is_not_dropped(traps: EmbeddedGeocoder) -> None:
    for text in ("12 machin rue des Alpes, Toulouse", "12 vieille rue des Alpes, Toulouse"):
        answer = traps.search(text)
        assert isinstance(answer, NotFound) or not answer.firm


def test_a_list_of_a_whole_departement_knows_the_communes_around(tmp_path: Path, geocoder_of) -> None:
    head, *rows = (CASES / "ban_arr.csv").read_text("utf-8").splitlines()
    toulouse = next(row for row in rows if row.startswith("31555_1814_00002"))
    others = [toulouse.replace("31555", f"31{rank:03}").replace("Mil Huit", f"Cent {rank}") for rank in range(1, 200)]
    path = tmp_path / "departement.csv"
    path.write_text("\n".join([head, toulouse, *others]), "utf-8")
    assert found(geocoder_of(path), "2 rue Mil Huit Cent Quatorze").firm
    path = tmp_path / "some.csv"
    path.write_text("\n".join([head, toulouse, *others[:15]]), "utf-8")
    assert "Commune non précisée" in found(geocoder_of(path), "2 rue Mil Huit Cent Quatorze").firm_reason
