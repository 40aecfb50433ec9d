"""The names that `geoville` offers: all of them there, and none loaded before it is asked for."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import geoville
from geoville import Territory
from geoville.results import Result

IMPORT_S = 0.1

NAMES = {
    "Basis",
    "DataUnavailableError",
    "GeovilleError",
    "InvalidInputError",
    "Kind",
    "Territory",
    "VerdictCode",
    "__version__",
}

METHODS = {
    "add",
    "atlas",
    "attest",
    "candidates",
    "check",
    "cells",
    "check_action",
    "check_actions",
    "compare",
    "decide",
    "decide_footprint",
    "decide_many",
    "describe",
    "evolution",
    "explain",
    "fetch",
    "fetch_departement",
    "fetch_national",
    "list",
    "lookup_file",
    "map",
    "maps",
    "new",
    "open",
    "perimeters",
    "population",
    "portrait",
    "remove",
    "rules",
    "score",
    "sensitivity",
    "sheet",
    "vecu",
    "veille",
}

ASK_FOR_A_DAY = {
    "atlas",
    "attest",
    "candidates",
    "check",
    "decide",
    "decide_footprint",
    "decide_many",
    "describe",
    "explain",
    "lookup_file",
    "map",
    "maps",
    "rules",
    "sensitivity",
    "sheet",
    "vecu",
    "veille",
}


def _methods(kind: type) -> dict[str, inspect.Signature]:
    members = inspect.getmembers(kind, lambda item: inspect.isfunction(item) or inspect.ismethod(item))
    return {name: inspect.signature(item) for name, item in members if not name.startswith("_")}


def _fresh(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    return done.stdout


def test_the_names_offered_are_those_promised():
    assert set(geoville.__all__) == NAMES
    assert set(dir(geoville)) >= NAMES
    assert all(getattr(geoville, name) is not None for name in NAMES)


def test_another_name_is_an_ordinary_error():
    with pytest.raises(AttributeError, match="has no attribute 'Territoire'"):
        _ = geoville.Territoire


def test_the_package_is_typed():
    assert (Path(geoville.__file__).parent / "py.typed").is_file()


def test_importing_geoville_is_nearly_free():
    code = "import time; t = time.process_time(); import geoville; print(time.process_time() - t)"
    assert min(float(_fresh(code)) for _ in range(3)) < IMPORT_S


def test_a_territory_is_opened_without_pandas():
    """What only tells about territories loads no heavy library."""
    code = "import sys; from geoville import Territory; Territory.open('calais').title; print(*sys.modules)"
    assert {"geopandas", "pandas", "pyogrio", "folium", "matplotlib"}.isdisjoint(_fresh(code).split())


def test_a_sector_is_drawn_without_pandas_and_folium_still_knows_a_table_afterwards(tmp_path):
    """What is slow to load is left alone; whoever loads pandas later finds folium as it would have been."""
    code = f"""
import sys
from geoville.cli.main import main
sys.argv = ["geoville", "map", "constantine", "--out", {str(tmp_path)!r}]
try:
    main()
except SystemExit as ended:
    print("code", ended.code)
print(*sys.modules)
import folium, pandas
print("array", type(folium.utilities.if_pandas_df_convert_to_numpy(pandas.DataFrame({{"lat": [50.9]}}))).__name__)
"""
    _, ended, loaded, known = _fresh(code).strip().splitlines()
    assert ended == "code 0"
    assert {"geopandas", "pandas", "pyogrio", "matplotlib"}.isdisjoint(loaded.split())
    assert known == "array ndarray"


def test_the_methods_of_a_territory_are_those_promised():
    assert set(_methods(Territory)) == METHODS


@pytest.mark.parametrize("name", sorted(ASK_FOR_A_DAY))
def test_the_day_is_never_today_in_silence(name):
    on = _methods(Territory)[name].parameters["on"]
    assert on.default is inspect.Parameter.empty
    assert on.annotation == "Day"  # a date, a datetime, a Timestamp or ISO text: never None


def test_an_action_is_judged_on_a_day_that_the_caller_says():
    today = _methods(Territory)["check_action"].parameters["today"]
    assert today.default is inspect.Parameter.empty


@pytest.mark.parametrize("kind", [Territory, Result, *Result.__subclasses__()])
def test_everything_public_is_typed_and_documented(kind):
    for name, signature in _methods(kind).items():
        assert inspect.getdoc(getattr(kind, name)), name
        assert signature.return_annotation is not inspect.Signature.empty, name
        untyped = [
            parameter.name
            for parameter in signature.parameters.values()
            if parameter.annotation is inspect.Parameter.empty and parameter.name != "self"
        ]
        assert untyped == [], name


@pytest.mark.parametrize("name", sorted(METHODS))
def test_a_name_that_a_function_does_not_have_is_refused(name):
    """None swallows it and answers as if nothing had been asked: `candidates(threshold=1.05)`."""
    function = getattr(Territory.open("calais"), name)
    required = [
        parameter
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is inspect.Parameter.empty and parameter.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    given = {parameter.name: date(2026, 1, 15) if parameter.name == "on" else "62" for parameter in required}
    with pytest.raises(TypeError, match="unexpected keyword argument 'seuil_d_essai'"):
        function(**given, seuil_d_essai=1.05)


def test_a_name_nearly_right_is_told():
    with pytest.raises(TypeError, match="did you mean 'rmuc_nat'"):
        Territory.open("calais").candidates(on=date(2026, 1, 15), rmuc_natt=19_000)


def test_options_are_named_as_on_the_command_line():
    import typer

    from geoville.cli.main import app
    from geoville.workflows.candidates import PolygonChoices

    commands = typer.main.get_command(app).commands
    computing = ("candidates", "sensitivity", "score", "compare", "describe", "veille", "vecu")
    pairs = {name: commands["perimeters"].commands[name] for name in computing}
    pairs |= {"lookup_file": commands["lookup-file"], "atlas": commands["atlas"], "attest": commands["attest"]}
    pairs |= {"new": commands["data"].commands["territory"].commands["new"]}
    own = {"self", "progress", "place", "incomes", "choices", "columns", "old", "new"}
    desk = {"candidates", "former", "places", "source", "official", "qpv", "perimeters"}
    for name, command in pairs.items():
        known = {parameter.name for parameter in command.params} | {
            option.lstrip("-").replace("-", "_") for parameter in command.params for option in parameter.opts
        }
        parameters = set(_methods(Territory)[name].parameters) - own - desk
        assert parameters - known == set(), name
    together = {option for parameter in commands["perimeters"].commands["describe"].params for option in parameter.opts}
    named = {f"--{name.replace('_', '-')}" for name in PolygonChoices.__annotations__}
    assert named - together == set()


def test_the_example_of_the_package_answers():
    answer = Territory.open("calais").decide("1 rue Youri Gagarine, 62100 Calais", on=date(2026, 1, 15))
    assert (answer.verdict, answer.basis) == (geoville.VerdictCode.INSIDE, geoville.Basis.OFFICIAL)


def test_the_python_of_the_documents_runs(tmp_path):
    page = Path(geoville.__file__).parents[1] / "docs" / "python.md"
    snippet = re.search(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)[1]
    ran = subprocess.run([sys.executable, "-c", snippet], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == re.findall(r"print\(.*\)  # (.*)$", snippet, re.MULTILINE)
    assert (tmp_path / "candidats.gpkg").exists()


def test_every_method_is_in_the_documents():
    page = Path(geoville.__file__).parents[1] / "docs" / "python.md"
    text = page.read_text(encoding="utf-8")
    assert [name for name in METHODS if f".{name}(" not in text] == []


def test_every_name_that_can_be_asked_for_is_in_the_documents():
    page = Path(geoville.__file__).parents[1] / "docs" / "python.md"
    text = page.read_text(encoding="utf-8")
    assert [name for name in NAMES if f"`{name}`" not in text] == []
    values = [str(value) for kind in (geoville.Basis, geoville.Kind, geoville.VerdictCode) for value in kind]
    assert [value for value in values if f"`{value}`" not in text] == []
    members = {
        name for kind in (Territory, Result, *Result.__subclasses__()) for name in dir(kind) if not name.startswith("_")
    }
    assert [name for name in sorted(members) if not re.search(rf"\.{name}\b", text)] == []
