"""What is sent to harm (scripts, paths, hosts, bombs, bytes that are no text) is refused, or comes back as data."""

from __future__ import annotations

import io
import json
import math
import resource
import zipfile

import httpx
import pytest
from harmful_files import HARMFUL

from geoville.api.app import create_app
from geoville.api.settings import Settings

SCRIPT = "<script>alert(1)</script>"
TEXTS = [SCRIPT, '"><img src=x onerror=alert(1)>', "javascript:alert(1)", "{{7*7}}", "${7*7}", "=cmd|' /C calc'!A0"]
HTML = "text/html"
UP = ("%2e%2e", "%252e%252e", "..%2f..%2f..%2fetc%2fpasswd", "..%5c..%5c", "%00", "/etc/passwd", "C:%5C", "~root")
PATHS = (
    *(f"/static/{up}/service.py" for up in UP),
    *(f"/static/leaflet/{up}" for up in UP),
    *(f"/collections/{up}/items" for up in UP),
    *(f"/collections/candidat/items/{up}" for up in UP),
    *(f"/tiles/{up}/0/0/0.mvt" for up in UP),
    *(f"/tiles/candidat/{up}/0/0.mvt" for up in UP),
    *(f"/perimeters/{up}/bands" for up in UP),
)
TELLTALE = ("root:", "Traceback", "site-packages", "geoville/", "/work", "/tmp", "/home", 'File "')


def circle(sides: int) -> list[list[float]]:
    """A ring that nothing is wrong with but its number of vertices."""
    angles = [2 * math.pi * (side % sides) / sides for side in range(sides + 1)]
    return [[1.88 + 0.001 * math.cos(angle), 50.95 + 0.001 * math.sin(angle)] for angle in angles]


def sent(request_of, app, content: bytes, name: str = "fichier.csv", **fields: str) -> httpx.Response:
    return request_of(app, "POST", "/search/csv", files={"data": (name, content)}, data=fields)


def says_nothing_of_the_machine(answer: httpx.Response) -> bool:
    return not any(word in answer.text for word in TELLTALE)


class TestScripts:
    @pytest.mark.parametrize("text", TEXTS)
    @pytest.mark.parametrize(("path", "name"), [("/lookup", "q"), ("/search", "q"), ("/attest", "q"), ("/", "f")])
    def test_an_address_is_never_a_page(self, get, text, path, name):
        answer = get(path, **{name: text})
        assert SCRIPT not in answer.text or not answer.headers["content-type"].startswith(HTML)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "script-src" not in answer.headers["content-security-policy"] or path == "/"

    def test_an_accept_header_that_wants_a_page_changes_nothing(self, app, request_of):
        answer = request_of(app, "GET", "/lookup", params={"q": SCRIPT}, headers={"Accept": HTML})
        assert not answer.headers["content-type"].startswith(HTML)

    def test_a_statement_holds_an_address_as_text(self, app, request_of):
        accept = {"Accept": HTML}
        given = {"q": "collège Vauban", "on": "2024-06-01"}
        answer = request_of(app, "GET", "/attest", params=given, headers=accept)
        assert answer.status_code == 200
        assert SCRIPT not in request_of(app, "GET", "/attest", params={**given, "q": SCRIPT}, headers=accept).text

    def test_the_names_of_perimeters_are_data(self, tmp_path, request_of):
        corners = [(1.88, 50.95), (1.90, 50.95), (1.90, 50.97), (1.88, 50.97), (1.88, 50.95)]
        contour = {
            "type": "Feature",
            "properties": {"code_qp": "QN06299M", "lib_qp": SCRIPT, "insee_com": "62193"},
            "geometry": {"type": "Polygon", "coordinates": [corners]},
        }
        file = tmp_path / "qpv.geojson"
        file.write_text(json.dumps({"type": "FeatureCollection", "features": [contour]}), encoding="utf-8")
        app = create_app(Settings(territory="calais", perimeters=(file,)))
        inside = {"q": "1.89,50.96", "on": "2024-06-01"}
        answer = request_of(app, "GET", "/lookup", params=inside)
        assert answer.json()["perimeters"][0]["name"] == SCRIPT
        assert answer.headers["content-type"] == "application/json"
        for path in ("/", "/attest"):
            page = request_of(app, "GET", path, params=inside if path != "/" else None, headers={"Accept": HTML})
            assert SCRIPT not in page.text

    @pytest.mark.parametrize("name", [f"{SCRIPT}.csv", '"\r\nSet-Cookie: a=b', "../../etc/cron.d/x", "\x00", "é" * 500])
    def test_the_name_and_the_columns_of_a_file_do_not_reach_headers(self, app, request_of, name):
        content = f"adresse;{SCRIPT}\ncollège Vauban, Calais;{SCRIPT}\n".encode()
        answer = sent(request_of, app, content, name)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/csv")
        assert "set-cookie" not in answer.headers
        assert SCRIPT not in str(answer.headers)

    def test_a_column_that_is_absent_is_refused_as_data(self, app, request_of):
        answer = sent(request_of, app, b"adresse\nx\n", columns=SCRIPT)
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


class TestPaths:
    @pytest.mark.parametrize("path", PATHS)
    def test_nothing_outside_is_read(self, app, request_of, path):
        answer = request_of(app, "GET", httpx.URL("http://geoville").copy_with(raw_path=path.encode()))
        assert answer.status_code in {400, 404, 422}
        assert answer.headers["content-type"] == "application/problem+json"
        assert says_nothing_of_the_machine(answer)


class TestHosts:
    @pytest.mark.parametrize("name", ["geocoder", "territory", "perimeters", "addresses", "tiles", "url"])
    @pytest.mark.parametrize("path", ["/lookup", "/search", "/attest"])
    def test_a_request_does_not_choose_who_is_asked(self, get, path, name):
        answer = get(path, q="collège Vauban", **{name: "http://169.254.169.254/latest/meta-data"})
        if path == "/search":  # which ignores it, as the API Adresse does
            assert answer.json() == get(path, q="collège Vauban").json()
        else:
            assert answer.status_code in {400, 422}
        assert "169.254" not in answer.text

    @pytest.mark.parametrize("question", ["http://127.0.0.1:1/", "file:///etc/passwd", "gopher://localhost"])
    def test_an_address_that_is_a_link_is_only_searched(self, get, question):
        answer = get("/lookup", q=question)
        assert answer.json()["verdict"] == "not_found"

    def test_a_drawing_does_not_name_a_file(self, app, request_of):
        answer = request_of(app, "POST", "/lookup/geometry", json={"$ref": "file:///etc/passwd", "type": "Feature"})
        assert answer.status_code in {400, 422}
        assert says_nothing_of_the_machine(answer)


def entity_bomb() -> bytes:
    """A workbook whose sheet is ten entities that each hold ten of the next: "billion laughs"."""
    import openpyxl

    written = io.BytesIO()
    openpyxl.Workbook().save(written)
    entities = ['<!ENTITY a0 "ha">'] + [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)]
    sheet = f"<?xml version='1.0'?><!DOCTYPE x [{''.join(entities)}]><worksheet><sheetData>&a9;</sheetData></worksheet>"
    read = zipfile.ZipFile(written)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in read.namelist():
            archive.writestr(name, sheet if name.endswith("sheet1.xml") else read.read(name))
    return made.getvalue()


BOMBS = {
    "entities": (entity_bomb, 400, "pas un classeur XLSX lisible"),
    "a hundred thousand columns": (lambda: b"adresse" + b";a" * 100_000 + b"\nx\n", 400, "Plus de 16 384 colonnes"),
    "a header without end": (lambda: b"adresse;" * 500_000, 400, "Plus de 16 384 colonnes"),
    "one cell of a megabyte": (lambda: b"adresse\n" + b"a" * 1_000_000 + b"\n", 200, "le format CSV ne permet pas"),
    "a quote never closed": (lambda: b'adresse\n"' + b"a\n" * 200, 200, "guillemet ouvert et jamais fermé"),
    "nul characters": (lambda: b"adresse\n" + b"\0" * 100_000 + b"\n", 400, "autre chose qu'un texte"),
    **{
        name: (HARMFUL[name][1], 400, words)
        for name, words in {
            "row 99 999 999 999": "Ligne hors d'un tableur",
            "four million cells": "Classeur trop gros une fois décompressé",
            "a line of separators": "Ligne de plus de 2 000 000 caractères",
            "one wide row and many short ones": "Une ligne a 16 001 cases",
            "ods: a row repeated for ever": "pas un classeur ODS lisible",
        }.items()
    },
}


class TestSizes:
    @pytest.mark.timeout(60)
    @pytest.mark.parametrize(("made", "status", "words"), BOMBS.values(), ids=BOMBS)
    def test_a_file_made_to_fill_the_memory_does_not(self, app, request_of, made, status, words):
        """What each costs is measured by `test_row_limits.py`; here, that its own check stops it, before any other."""
        content = made()
        held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        answer = sent(request_of, app, content)
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held < 50_000  # kB: another process reads it
        assert answer.status_code == status
        assert words in answer.text.replace("\N{NARROW NO-BREAK SPACE}", " ")
        assert len(answer.content) < 4 * len(content) + 1_000_000
        assert says_nothing_of_the_machine(answer)
        assert app.state.slots._free == app.state.settings.max_files

    @pytest.mark.parametrize(
        "coordinates",
        [
            [circle(5_001)],
            [[[1e308, 50.9], [1.9, -1e308], [1.9, 50.9], [1e308, 50.9]]],
            [[[1.8, 50.9]] * 4],
            [],
            [[[[[]]]]],
        ],
        ids=["vertices", "beyond the globe", "one point", "empty", "nested"],
    )
    def test_a_geometry_that_is_huge_or_none_is_refused(self, app, request_of, coordinates):
        drawn = {"type": "Polygon", "coordinates": coordinates}
        answer = request_of(app, "POST", "/lookup/geometry", json=drawn)
        assert answer.status_code in {400, 413, 422}
        assert says_nothing_of_the_machine(answer)

    def test_a_geometry_of_as_many_vertices_as_allowed_is_answered(self, app, request_of):
        drawn = {"type": "Polygon", "coordinates": [circle(4_999)]}
        assert request_of(app, "POST", "/lookup/geometry", json=drawn).status_code == 200

    def test_a_document_nested_a_hundred_thousand_deep_is_refused(self, app, request_of):
        body = b'{"type":"Feature","geometry":' * 50_000 + b"{}" + b"}" * 50_000
        for path in ("/lookup", "/lookup/geometry", "/search", "/actions/check"):
            answer = request_of(app, "POST", path, content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code in {400, 422}


class TestBytesThatAreNoText:
    @pytest.mark.parametrize("query", [b"q=%ff%fe", b"q=%c3%28", b"q=%ed%a0%80", b"q=%00", b"%ff=1", b"q=" + b"%f0%9f"])
    @pytest.mark.parametrize("path", [b"/lookup", b"/search", b"/attest"])
    def test_in_a_query(self, app, request_of, path, query):
        answer = request_of(app, "GET", httpx.URL("http://geoville").copy_with(raw_path=path + b"?" + query))
        assert answer.status_code in {200, 400, 422}

    @pytest.mark.parametrize("path", ["/lookup", "/search", "/lookup/geometry", "/actions/check"])
    @pytest.mark.parametrize(
        "body", [b'{"q":"\xff\xfe"}', b"\xef\xbb\xbf{}", b'{"q":"\\ud800"}', '{"q":"é"}'.encode("utf-16")]
    )
    def test_in_a_document(self, app, request_of, path, body):
        answer = request_of(app, "POST", path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in {200, 400, 422}

    def test_in_a_header(self, app, request_of):
        headers = {"X-Request-ID": b"\xff\xfe", "Accept": b"\xc3\x28", "If-None-Match": b"\xff"}
        assert request_of(app, "GET", "/lookup", params={"q": "collège Vauban"}, headers=headers).status_code == 200
