from __future__ import annotations

from pathlib import Path

import pytest

from geoville.errors import InvalidInputError
from geoville.rendering.sector import parse_recipe

MAPS = Path(__file__).resolve().parents[3] / "maps"


@pytest.mark.parametrize("path", sorted(MAPS.glob("*.toml")), ids=lambda path: path.stem)
def test_recipes_of_the_repository_hold_names_and_no_position(path):
    recipe = parse_recipe(path.read_text(encoding="utf-8"), path.stem)
    assert recipe.reasons
    assert recipe.links
    assert not set(recipe.places) & set(recipe.unplaced)
    assert "lon" not in path.read_text(encoding="utf-8").replace("long", "")


def test_constantine_has_no_outline():
    text = (MAPS / "constantine.toml").read_text(encoding="utf-8")
    assert parse_recipe(text, "constantine").outline is None


@pytest.mark.parametrize(
    ("before", "after", "column"),
    [
        ('title = "Secteur Essai"', "", "title"),
        ('title = "Secteur Essai"', "title = 3", "title"),
        ('reasons = ["Une raison."]', 'reasons = "Une raison."', "reasons"),
        ("radius_m = 150", "radius_m = -1", "radius_m"),
        ("radius_m = 150", "radius_m = true", "radius_m"),
        ("radius_m = 150", "radius_m = 150\nlon = 1.8", "lon"),
        ('source = "Insee"', "", "source"),
        ('subtitle = "Un essai"', 'subtitle = "Un essai"\nsous_titre = "x"', "sous_titre"),
    ],
)
def test_a_fault_is_named(recipe_text, before, after, column):
    assert before in recipe_text
    with pytest.raises(InvalidInputError, match=f"essai.toml, colonne {column}"):
        parse_recipe(recipe_text.replace(before, after), "essai")


def test_what_is_not_toml_is_refused():
    with pytest.raises(InvalidInputError, match="Illisible"):
        parse_recipe("title = ", "essai")


def test_a_reason_may_say_what_it_is_about(recipe_text):
    tied = recipe_text.replace('reasons = ["Une raison."]', "") + '\n[[reasons]]\ntext = "Une raison."\nat = ["Ici"]\n'
    (reason,) = parse_recipe(tied, "essai").reasons
    assert (reason.text, reason.at) == ("Une raison.", ("Ici",))
    assert parse_recipe(recipe_text, "essai").reasons[0].at == ()
