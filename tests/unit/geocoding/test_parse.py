from __future__ import annotations

import pytest

from geoville.geocoding import parse_address


@pytest.mark.parametrize(
    ("text", "number", "suffix", "kind", "body", "postcode", "city"),
    [
        ("12 bis, av. de St-Exupéry, 62100 CALAIS", 12, "bis", "avenue", "de saint exupery", "62100", "calais"),
        ("14 AllÃ©e de l'Ã‰glise, 93140 Bondy", 14, "", "allee", "de l eglise", "93140", "bondy"),
        ("12B rue Mollien", 12, "b", "rue", "mollien", "", ""),
        ("12 B rue Mollien", 12, "b", "rue", "mollien", "", ""),
        ("12bis rue Mollien", 12, "bis", "rue", "mollien", "", ""),
        ("12 quater rue Mollien", 12, "quater", "rue", "mollien", "", ""),
        ("1 r. Mollien", 1, "", "rue", "mollien", "", ""),
        ("Rue Kléber 5", 5, "", "rue", "kleber", "", ""),
        ("Rue Kléber n° 5 ter", 5, "ter", "rue", "kleber", "", ""),
        ("Rue Kléber, 5", 5, "", "rue", "kleber", "", ""),
        ("Rue Kléber, 5 bis, Calais", 5, "bis", "rue", "kleber", "", "calais"),
        ("5, rue Kléber, Calais", 5, "", "rue", "kleber", "", "calais"),
        ("N°12 rue Mollien", 12, "", "rue", "mollien", "", ""),
        ("numéro 12 rue Mollien", 12, "", "rue", "mollien", "", ""),
        ("12-14 rue Mollien", 12, "", "rue", "mollien", "", ""),
        ("12/14 rue Mollien", 12, "", "rue", "mollien", "", ""),
        ("12 à 14, rue Mollien", 12, "", "rue", "mollien", "", ""),
        ("Boulevard du 8 Mai", None, "", "boulevard", "du huit mai", "", ""),
        ("Boulevard du 8 Mai 320", 320, "", "boulevard", "du huit mai", "", ""),
        ("320 bd du 8 mai 1945", 320, "", "boulevard", "du huit mai 1945", "", ""),
        ("bd du 8 mai 1945", None, "", "boulevard", "du huit mai 1945", "", ""),
        ("bd du 8 mai 1945 n° 12", 12, "", "boulevard", "du huit mai 1945", "", ""),
        ("16 rue des 4 Coins", 16, "", "rue", "des quatre coins", "", ""),
        ("Rue des 4 Coins 16", 16, "", "rue", "des quatre coins", "", ""),
        ("Route nationale 1", None, "", "route", "nationale un", "", ""),
        ("66 rue Mollien 62100 Calais", 66, "", "rue", "mollien", "62100", "calais"),
        ("62100 Calais 66 rue Mollien", 66, "", "rue", "mollien", "62100", "calais"),
        ("62100 Calais, rue Mollien", None, "", "rue", "mollien", "62100", "calais"),
        ("rue Mollien 66 Calais", 66, "", "rue", "mollien", "", "calais"),
        ("BP 123\n66 rue Mollien\n62107 CALAIS CEDEX", 66, "", "rue", "mollien", "", "calais"),
        ("CS10234, 66 rue Mollien, Calais Cedex 2", 66, "", "rue", "mollien", "", "calais"),
        ("66 rue Mollien 62107 Calais cedex 9", 66, "", "rue", "mollien", "", "calais"),
        ("Bât. C, 1 rue Youri Gagarine, 62100 Calais", 1, "", "rue", "youri gagarine", "62100", "calais"),
        ("Appt 3, 2e étage, 66 rue Mollien, Calais, France", 66, "", "rue", "mollien", "", "calais"),
        ("Résidence Manet 12 rue Mollien", 12, "", "rue", "mollien", "", ""),
        ("Mollien (rue) 66", 66, "", "rue", "mollien", "", ""),
        ("rue Mollien, Calais (62)", None, "", "rue", "mollien", "", "calais"),
        ("17TER, Route de Lille - 59100 Roubaix", 17, "ter", "route", "de lille", "59100", "roubaix"),
        ("62730 Marck - ZAC des Pins", None, "", "zac", "des pins", "62730", "marck"),
        ("66 rue Mollien – Calais", 66, "", "rue", "mollien", "", "calais"),
        ("12 - 14 rue Mollien", 12, "", "rue", "mollien", "", ""),
        ("66 rue Mollien - B.P. 99649 - 62730 Marck", 66, "", "rue", "mollien", "62730", "marck"),
        ("66 rue Mollien T.S.A. 51234 62730 Marck", 66, "", "rue", "mollien", "62730", "marck"),
        ("66 rue Mollien CS n° 12345, 62100 Calais", 66, "", "rue", "mollien", "62100", "calais"),
        ("66 rue Mollien 62100Calais", 66, "", "rue", "mollien", "62100", "calais"),
        ("66 rue Mollien F-62100 Calais", 66, "", "rue", "mollien", "62100", "calais"),
        ("N° 66, rue Mollien, Calais", 66, "", "rue", "mollien", "", "calais"),
        ("Résidence les Lilas, bât B, 66 rue Mollien, 62100 Calais", 66, "", "rue", "mollien", "62100", "calais"),
        ("Lot 5 66 rue Mollien, Calais", 66, "", "rue", "mollien", "", "calais"),
        ("25 b Chemisn Mollien", 25, "b", "", "chemisn mollien", "", ""),
        ("gare de Calais-Ville", None, "", "", "gare de calais ville", "", ""),
        ("62100", None, "", "", "", "62100", ""),
        ("", None, "", "", "", "", ""),
        ("😀", None, "", "", "", "", ""),
    ],
)
def test_parts(text: str, number: int | None, suffix: str, kind: str, body: str, postcode: str, city: str) -> None:
    parsed = parse_address(text)
    assert (parsed.number, parsed.suffix) == (number, suffix)
    assert (parsed.street_type, parsed.street_body) == (kind, body)
    assert (parsed.postcode, parsed.city) == (postcode, city)


def test_what_stands_before_the_street_is_kept_apart() -> None:
    assert parse_address("Collège Vauban, 372 rue d'Orléansville").complement == "college vauban"
    assert parse_address("Calais, 66 rue Mollien").complement == "calais"


def test_the_usual_order_keeps_what_was_read_and_drops_what_is_no_address():
    parsed = parse_address("Mme Durand\nBd du 8 Mai n° 12 B, CS 40123\n62107 CALAIS CEDEX 2")
    assert parsed.in_usual_order == "12 b boulevard du huit mai calais"
    assert parse_address("62100 Calais, rue Mollien").in_usual_order == "rue mollien 62100 calais"
