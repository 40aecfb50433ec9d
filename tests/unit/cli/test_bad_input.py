"""A bad input is one French sentence on stderr and exit code 2; what may be an address is never repeated."""

from __future__ import annotations

import shutil

import pytest

from geoville.sources.files import embedded_data

CALAIS = embedded_data() / "calais"
GRID = CALAIS / "filosofi_2019_200m.csv"
ADDRESS = "73 rue Zéphyrine Ouistiti-Secrète"

CANDIDATES = ("perimeters", "candidates")
REFERENCE = ("--rmuc-nat", 18355, "--rmuc-uu", 13287, "--uu-population", 99000)

BAD = {
    "unknown command": (("inconnue",), "Commande inconnue"),
    "unknown option": (("lookup", "--inconnue"), "Option inconnue « --inconnue »"),
    "missing option": (("map", "--all"), "Il manque --out"),
    "option for the second of two values": (
        ("map", "--compare", "a.gpkg", "--out", "cartes"),
        "Il manque une valeur à --compare : en donner 2 (AVANT APRÈS).",
    ),
    "one of two values, at the end": (("map", "--out", "cartes", "--compare", "a.gpkg"), "Il manque une valeur à"),
    "two days": (
        ("lookup", ADDRESS, "--on", "2026-01-15", "--on=2015-06-01"),
        "L'option --on est donnée plusieurs fois : ne la donner qu'une.",
    ),
    "two pairs of files": (
        ("map", "--out", "cartes", "--compare", "a.gpkg", "b.gpkg", "--compare", "c.gpkg", "d.gpkg"),
        "L'option --compare est donnée plusieurs fois",
    ),
    "missing argument": (("data", "add", "--kind", "qpv"), "Il manque FICHIER"),
    "option without value": (("lookup", "--on"), "l'option --on"),
    "words without quotes": (("lookup", *ADDRESS.split()), "entre guillemets"),
    "words without quotes, of a statement": (("attest", *ADDRESS.split(), "--out", "r.html"), "entre guillemets"),
    "a word too many, where no address is taken": (
        ("data", "info", "calais", "Calais"),
        "Trop de mots : voir l'aide avec --help.",
    ),
    "a word too many after two files": (
        ("perimeters", "compare", "a.gpkg", "b.gpkg", "c.gpkg"),
        "Trop de mots : voir l'aide avec --help.",
    ),
    "address that looks like an option": (("lookup", f"--{ADDRESS}"), "Option inconnue"),
    "lon is not a number": (("lookup", "--lon", ADDRESS, "--lat", "50.9"), "--lon"),
    "comma of a number": (("lookup", "--lon", "1,89", "--lat", "50.9"), "avec un point pour les décimales"),
    "whole number": (("perimeters", "cells", "--out", "c.csv", "--vintage", "deux"), "écrire un nombre entier"),
    "word of a list": (
        ("perimeters", "portrait", "--territory", "calais", "--by", ADDRESS),
        "perimeter, commune, iris",
    ),
    "beyond a bound": (("serve", "--port", 0), "--port : 1 au moins"),
    "no question": (("lookup",), "donner soit une adresse"),
    "lon without lat": (("lookup", "--lon", "1.9"), "--lon et --lat"),
    "both": (("lookup", ADDRESS, "--lon", "1.9", "--lat", "50.9"), "--lon et --lat"),
    "accuracy of an address": (("lookup", ADDRESS, "--accuracy-m", "5"), "--accuracy-m"),
    "empty address": (("lookup", " "), "Adresse vide"),
    "long address": (("lookup", ADDRESS * 10), "200 caractères"),
    "lon is NaN": (("lookup", "--lon", "nan", "--lat", "50.9"), "hors du globe"),
    "lon is infinite": (("lookup", "--lon", "1e999", "--lat", "50.9"), "hors du globe"),
    "lat before lon": (("lookup", "--lon", "50.95", "--lat", "1.88"), "inversées"),
    "accuracy is negative": (("lookup", "--lon", "1.9", "--lat", "50.9", "--accuracy-m", "-1"), "précision"),
    "accuracy with decimals": (
        ("lookup", "--lon", "1.9", "--lat", "50.9", "--accuracy-m", "-4.0"),
        "La précision (−4 m) n'est pas une distance",
    ),
    "threshold with decimals": (("lookup", ADDRESS, "--decide-at", "0.45"), "Le seuil de décision (0,45) n'est pas"),
    "factor that is none": (
        ("perimeters", "sensitivity", "--territory", "calais", "--thresholds", "0.9,-0.5", "--out", "s.tif"),
        "Le facteur du seuil (\N{MINUS SIGN}0,5) n'est pas positif",
    ),
    "median with decimals": (
        (*CANDIDATES, "--grid", GRID, "--out", "c.gpkg", "--rmuc-nat", "-0.5", *REFERENCE[2:]),
        "Le revenu médian national (−0,5) n'est pas",
    ),
    "weight beyond one": (
        (*CANDIDATES, "--grid", GRID, "--iris", GRID, "--iris-weight", "1.25", "--out", "c.gpkg", *REFERENCE),
        "Poids des IRIS hors de l'intervalle (1,25)",
    ),
    "day that does not exist": (("lookup", ADDRESS, "--on", "2024-02-30"), "AAAA-MM-JJ"),
    "unknown territory": (("lookup", ADDRESS, "--territory", "atlantide"), "territoires connus : calais"),
    "missing perimeters": (("lookup", ADDRESS, "--perimeters", "absent.gpkg"), "absent.gpkg"),
    "missing addresses": (("lookup", ADDRESS, "--addresses", "absent.csv"), "absent.csv"),
    "perimeters that are not": (("lookup", ADDRESS, "--perimeters", GRID), "filosofi_2019_200m.csv"),
    "unknown map": (("map", "nulle-part", "--out", "cartes"), "gagarine-manet-ferber"),
    "map without name": (("map", "--out", "cartes"), "--all"),
    "no such addition": (("data", "remove", "rien"), "rien"),
    "unknown kind": (("data", "add", GRID, "--kind", "jardin"), "npnru"),
    "missing grid": ((*CANDIDATES, "--grid", "absente.csv", "--out", "c.geojson", *REFERENCE), "absente.csv"),
    "no income reference": ((*CANDIDATES, "--grid", GRID, "--out", "c.geojson"), "--territory"),
    "half an income reference": ((*CANDIDATES, "--grid", GRID, "--out", "c.geojson", "--rmuc-nat", 1), "--rmuc-uu"),
    "unknown suffix": ((*CANDIDATES, "--grid", GRID, "--out", "c.docx", *REFERENCE), ".gpkg"),
    "missing folder": ((*CANDIDATES, "--grid", GRID, "--out", "absent/c.gpkg", *REFERENCE), "absent"),
    "vintage of no grid": (
        ("perimeters", "veille", "--former", "z.gpkg", "--qpv", "q.gpkg", "--out", "v.gpkg", "--vintage", 2019),
        "--grid",
    ),
    "generation of candidates": (
        (
            "perimeters",
            "vecu",
            "--qpv",
            CALAIS / "candidats.geojson",
            "--places",
            GRID,
            "--out",
            "v.gpkg",
            "--generation",
            2024,
        ),
        "Seuls les QPV ont une génération",
    ),
    "port in no range": (("serve", "--port", "70000"), "--port"),
    "service without its file": (("serve", "--perimeters", "absent.gpkg"), "absent.gpkg"),
    "service on no address": (("serve", "--host", "nulle-part.invalid"), "adresse d'écoute"),
}


@pytest.mark.parametrize(("arguments", "said"), BAD.values(), ids=BAD)
def test_a_bad_input_is_one_french_sentence(geoville, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    told = geoville(*arguments)
    assert told.code == 2
    assert told.out == ""
    assert told.err.endswith(".\n")
    assert told.err.count("\n") == 1
    assert said in told.err
    assert not any(word in told.err for word in ("Zéphyrine", "Ouistiti", "Secrète"))
    assert list(tmp_path.iterdir()) == []


HEADER = "idcar_200m,i_est_200,ind,men,men_pauv,ind_snv\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "vide"),
        (b"\xff\xfe\x00\x00", "grille.csv"),
        (b"a,b\n1,2\n", "colonne"),
        (f"{HEADER}ici,0,1,1,1,1\n".encode(), "« ici »"),
        (f"{HEADER}CRS3035RES200mN3120000E3760000,0,-3,1,1,1\n".encode(), "« -3 »"),
    ],
    ids=["empty", "bytes", "other columns", "bad id", "negative count"],
)
def test_an_unreadable_grid_is_refused_with_its_fault(geoville, tmp_path, content, said):
    grid = tmp_path / "grille.csv"
    grid.write_bytes(content)
    told = geoville(*CANDIDATES, "--grid", grid, "--out", tmp_path / "c.gpkg", "--vintage", 2019, *REFERENCE)
    assert told.code == 2
    assert said in told.err.lower()
    assert [path.name for path in tmp_path.iterdir()] == ["grille.csv"]


def test_a_grid_that_nothing_dates_asks_for_its_vintage(geoville, tmp_path):
    grid = tmp_path / "grille.csv"
    lines = GRID.read_text(encoding="utf-8").splitlines()[:50]
    grid.write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = geoville(*CANDIDATES, "--grid", grid, "--out", tmp_path / "c.gpkg", *REFERENCE)
    assert told.code == 2
    assert "--vintage" in told.err


def test_the_packs_checksum_dates_a_grid_of_any_name(geoville, tmp_path):
    grid = tmp_path / "grille.csv"
    shutil.copyfile(GRID, grid)
    told = geoville(*CANDIDATES, "--grid", grid, "--out", tmp_path / "c.geojson", *REFERENCE, "--json")
    assert told.code == 0
    assert '"vintage": 2019' in told.out


def test_a_failure_of_geoville_is_exit_code_1_without_its_message(geoville, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(ADDRESS)

    monkeypatch.setattr("geoville.workflows.lookup.DeskChoice.open", broken)
    told = geoville("lookup", ADDRESS)
    assert told.code == 1
    assert told.err == "Erreur interne (RuntimeError) ; relancer avec GEOVILLE_TRACEBACK=1 pour la signaler.\n"


def test_an_interruption_has_its_own_exit_code(geoville, monkeypatch):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("geoville.workflows.lookup.DeskChoice.open", interrupted)
    told = geoville("lookup", ADDRESS)
    assert (told.code, told.out, told.err) == (130, "", "Interrompu.\n")
