from __future__ import annotations

from geoville.rendering.layers import find_places, other_places


def test_names_are_found_whatever_their_case_and_spaces(college):
    found, absent = find_places(["COLLÈGE  essai", "Ailleurs"], [college])
    assert found == {"COLLÈGE  essai": college}
    assert absent == ("Ailleurs",)


def test_an_address_is_found_by_number_and_street(college):
    address = college._replace(place="", number=1, street="Rue Youri Gagarine")
    found, _ = find_places(["1 rue Youri Gagarine"], [address])
    assert found["1 rue Youri Gagarine"] is address


def test_a_ligature_is_its_letters_and_an_apostrophe_is_any_other(college):
    school = college._replace(place="École de l’Œuvre du Sacré-Cœur")
    found, _ = find_places(["Ecole de l'Oeuvre du Sacre-Coeur"], [school])
    assert list(found.values()) == [school]


def test_the_first_of_two_places_of_one_name_is_taken(college):
    found, _ = find_places(["Collège Essai"], [college, college._replace(id="p2")])
    assert found["Collège Essai"].id == "p1"


def test_other_places_leave_out_addresses_and_what_is_drawn(college):
    other = college._replace(id="p2", place="Gare (TER)", precision="station")
    address = college._replace(id="a1", place="", number=1)
    (layer,) = other_places([college, other, address], drawn=[college])
    assert [place.label for place in layer.places] == ["Gare"]
    assert layer.places[0].popup.title == "Gare (TER)"
    assert not layer.shown
