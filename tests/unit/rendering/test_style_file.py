from __future__ import annotations

import pytest

from geoville.errors import InvalidInputError
from geoville.rendering.look import LINES, parse_style

STYLE = """
no_data = "#eeeeee"

[perimeters.veille]
colour = "#112233"
width_px = 4
name = "Veille de la ville"

[places.school]
name = "Écoles"
"""


def test_a_style_changes_what_it_says_and_nothing_else():
    style = parse_style(STYLE, "style.toml")
    assert (style.lines["veille"].colour, style.lines["veille"].dashes) == ("#112233", "")
    assert (style.lines["veille_estimated"].colour, style.lines["veille_estimated"].width_px) == ("#112233", 4)
    assert style.lines["veille_estimated"].dashes == LINES["veille_estimated"].dashes
    assert style.lines["qpv"] == LINES["qpv"]
    assert style.places["school"].name == "Écoles"
    assert style.names == {"veille": "Veille de la ville"}
    assert style.no_data == "#eeeeee"


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ('no_data = "red"', "no_data"),
        ('[perimeters.qpv]\ncolour = "url(x)"', "colour"),
        ("[perimeters.qpv]\nwidth_px = 40", "width_px"),
        ("[perimeters.qpv]\nwidth_px = true", "width_px"),
        ('[perimeters.candidat]\ndashes = ""', "dashes"),
        ('[perimeters.band]\nname = "x"', "name"),
        ('[perimeters.inconnu]\ncolour = "#000000"', "inconnu"),
        ("perimeters = 3", "perimeters"),
        ('[places.nulle]\nname = "x"', "nulle"),
    ],
)
def test_a_fault_is_named(text, column):
    with pytest.raises(InvalidInputError, match=rf"style.toml, colonne {column}"):
        parse_style(text, "style.toml")
