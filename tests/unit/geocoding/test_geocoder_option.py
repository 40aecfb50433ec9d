"""`geoville lookup --geocoder`: from the command line to the service and back."""

from __future__ import annotations

import sys

import pytest

from geoville.cli.main import main


@pytest.fixture
def lookup(monkeypatch, capsys):
    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["geoville", "lookup", *arguments, "--on", "2024-06-01"])
        with pytest.raises(SystemExit) as end:
            main()
        told = capsys.readouterr()
        return int(end.value.code or 0), told.out, told.err

    return run


def test_a_service_answers_instead_of_the_list(service, lookup):
    service.finds(service.house(street="Rue Nouvelle", label="66 Rue Nouvelle 62100 Calais"))
    code, out, _ = lookup("66 rue Nouvelle, Calais", "--geocoder", service.url)
    assert code == 0
    assert "Position : 66 Rue Nouvelle 62100 Calais" in out
    assert [path for path, _ in service.asked] == ["/geocodage/search/"]


def test_nothing_is_sent_without_the_option(service, lookup):
    assert lookup("66 rue Mollien, Calais")[0] == 0
    assert service.asked == []


def test_what_the_service_does_not_find_is_no_failure(service, lookup):
    service.finds()
    code, out, _ = lookup("66 rue Nouvelle, Calais", "--geocoder", service.url)
    assert (code, out.startswith("INCONNU")) == (0, True)


def test_a_service_that_is_none_is_said_without_the_address(service, lookup):
    service.says(404, "QUERY")
    code, _, err = lookup("66 rue Nouvelle, Calais", "--geocoder", service.url)
    assert code == 1
    assert "Géocodage impossible : 127.0.0.1 répond par le code 404" in err
    assert "Nouvelle" not in err


@pytest.mark.parametrize(
    "options", [("--geocoder", "nowhere"), ("--geocoder", "geoplateforme", "--addresses", "a.csv")]
)
def test_options_that_make_no_sense(lookup, options):
    code, _, err = lookup("66 rue Nouvelle, Calais", *options)
    assert code == 2
    assert "Nouvelle" not in err
