"""The options that give incomes: the same for every command that estimates them, and none is silently ignored."""

from __future__ import annotations

import re

import pytest

from geoville.sources.files import embedded_data

CALAIS = embedded_data() / "calais"
GRID = CALAIS / "filosofi_2019_200m.csv"
OPTION = re.compile(r"^  (--[a-z-]+)", re.MULTILINE)
COMMANDS = {
    ("perimeters", "candidates"): ("--out", "c.gpkg"),
    ("perimeters", "describe"): ("--perimeters", CALAIS / "candidats.geojson"),
    ("perimeters", "sensitivity"): ("--out", "s.tif"),
    ("data", "raster"): ("--out", "r.tif", "--indicator", "median"),
}


def test_every_command_that_estimates_incomes_has_the_same_options(geoville):
    shared = {
        "--territory", "--rmuc-nat", "--rmuc-uu", "--uu-population", "--uu-small-since", "--communes", "--urban-units",
        "--rmuc", "--iris", "--iris-incomes", "--iris-national", "--iris-weight", "--on",
    }  # fmt: skip
    for command in COMMANDS:
        assert shared <= set(OPTION.findall(geoville(*command, "--help").out))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--iris-incomes", "revenus.csv"), "donner aussi --iris"),
        (("--iris-national", "19218"), "donner aussi --iris"),
        (("--iris-weight", "1"), "donner aussi --iris"),
        (("--uu-small-since", "2020-01-01"), "--uu-population"),
        (("--rmuc", "rmuc.csv"), "--urban-units"),
        (
            ("--communes", "c.gpkg", "--urban-units", "u.csv", "--rmuc", "r.csv", "--rmuc-nat", "1"),
            "retirer --territory",
        ),
        (("--on", "hier"), "AAAA-MM-JJ"),
    ],
)
def test_an_option_without_the_one_it_needs_is_refused(geoville, tmp_path, monkeypatch, command, given, said):
    monkeypatch.chdir(tmp_path)
    told = geoville(*command, "--grid", GRID, *COMMANDS[command], "--territory", "calais", *given)
    assert (told.code, told.out) == (2, "")
    assert said in told.err
    assert list(tmp_path.iterdir()) == []
