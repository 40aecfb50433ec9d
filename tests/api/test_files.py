"""`/search/csv` and `/reverse/csv`: the rows of `geoville lookup-file`, and nothing kept."""

from __future__ import annotations

import base64
import codecs
import csv
import io
import json
import os
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from geoville.api.app import create_app
from geoville.api.files import MOST_FAILURES, FileAnswer
from geoville.api.settings import Settings
from geoville.api.slots import sweep_folders
from geoville.errors import DataUnavailableError
from geoville.geocoding.remote import RemoteGeocoder
from geoville.model import Position, PositionType
from geoville.workflows.lookup import DeskChoice
from geoville.workflows.lookup_file.job import open_file_job
from geoville.workflows.lookup_file.questions import FileColumns
from geoville.workflows.lookup_file.results import ADDED_COLUMNS
from geoville.workflows.lookup_file.review import apply_decisions, read_decisions, write_review

CASES = Path(__file__).parents[1] / "corpus" / "cases"
ON = "2024-06-01"
ADDRESSES = (
    "nom;adresse;ville;cp\n"
    "a;1 rue Youri Gagarine;Calais;62100\nb;;;\nc;12 rue de l'Inconnue;Calais;62100\n"
    "d;collège Vauban;Calais;62100\ne;trop;de;cases;ici\n<script>;=1+1;Calais;62100\n"
)
POINTS = "longitude,latitude\n1.8867,50.956\n1.893673,50.953397\nnord,est\n,\n0,0\n"


@pytest.fixture
def send(app, request_of, tmp_path, monkeypatch):
    """`send("/search/csv", bytes, columns=[…])`; nothing may be left in the folder of temporary files."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def sent(path, content, served=app, **fields):
        answer = request_of(served, "POST", path, files={"data": ("../../etc/fichier.csv", content)}, data=fields)
        assert list(tmp_path.glob("geoville-fichier-*")) == []
        return answer

    return sent


def of_the_command_line(folder: Path, content: bytes, suffix: str, **choice: object) -> bytes:
    source, out = folder / f"entree{suffix}", folder / f"sortie{suffix}"
    source.write_bytes(content)
    open_file_job(source, out, DeskChoice("calais"), date.fromisoformat(ON), FileColumns(**choice)).run(lambda _: None)
    return out.read_bytes()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_the_rows_are_those_of_the_command_line(send, tmp_path, encoding):
    content = ADDRESSES.encode(encoding)
    answer = send("/search/csv", content, columns=["adresse", "ville"], postcode="cp", on=ON)
    assert answer.status_code == 200
    charset = {"utf-8": "utf-8", "utf-8-sig": "utf-8", "cp1252": "windows-1252"}[encoding]
    assert answer.headers["content-type"] == f"text/csv; charset={charset}"
    assert answer.headers["content-disposition"] == 'attachment; filename="fichier.geocoded.csv"'
    expected = of_the_command_line(tmp_path, content, ".csv", address=("adresse", "ville"), postcode="cp")
    assert answer.content == expected
    assert {b"ok", b"skipped", b"not-found", b"error"} <= set(answer.content.replace(b"\n", b";").split(b";"))


def cells(content: bytes, *names: str) -> list[list[str]]:
    """Cells of some columns of a CSV file, row by row."""
    text = content.decode()
    rows = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in text.partition("\n")[0] else ",")
    return [[row[name] for name in names] for row in rows]


VERDICTS = ["result_status", *(column.name for column in ADDED_COLUMNS if column.name.startswith("qpv_"))]


def test_coordinates_have_the_verdicts_of_the_command_line(send, tmp_path):
    answer = send("/reverse/csv", POINTS.encode(), on=ON)
    told = of_the_command_line(tmp_path, POINTS.encode(), ".csv", lon="longitude", lat="latitude")
    assert cells(answer.content, *VERDICTS) == cells(told, *VERDICTS)
    assert send("/reverse/csv", POINTS.encode(), lon="longitude", lat="latitude", on=ON).content == answer.content


def test_coordinates_have_the_address_that_reverse_gives(send, get):
    answer = send("/reverse/csv", b"longitude,latitude\n1.893873,50.953397\n1.8867,50.956\nnord,est\n", on=ON)
    names = ["result_label", "result_type", "result_housenumber", "result_distance", "result_longitude"]
    near, far, faulty = cells(answer.content, *names)
    feature = get("/reverse", lon=1.893873, lat=50.953397, on=ON).json()["features"][0]
    said = feature["properties"]
    assert near == [
        said["label"], said["type"], "1", str(said["distance"]), str(feature["geometry"]["coordinates"][0])
    ]  # fmt: skip
    assert near[0] == "1 Rue Youri Gagarine 62100 Calais"
    assert float(near[3]) == pytest.approx(14, abs=1)  # 0,0002 degré de longitude à cette latitude
    assert far == faulty == [""] * 5  # no address within 100 m; no point
    assert [verdict for (verdict,) in cells(answer.content, "qpv_verdict")] == ["inside", "outside", ""]


def test_what_a_client_of_the_api_adresse_sends_besides_is_ignored(send):
    plain = send("/search/csv", ADDRESSES.encode(), columns=["adresse", "ville"], on=ON)
    more = {"lat": "y", "lon": "x", "quote": '"', "filename": "a.csv", "inconnu": ["1", "2"]}
    assert send("/search/csv", ADDRESSES.encode(), columns=["adresse", "ville"], on=ON, **more).content == plain.content


@pytest.mark.parametrize(
    ("sent", "marked"), [("utf-8", True), ("utf-8-sig", True), ("cp1252", False), ("utf-16", False)]
)
def test_a_spreadsheet_may_be_told_that_a_csv_is_in_utf_8(send, sent, marked):
    answer = send("/search/csv", ADDRESSES.encode(sent), with_bom="true", on=ON)
    assert answer.content.startswith(codecs.BOM_UTF8) is marked
    assert answer.content.count(codecs.BOM_UTF8) == marked


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ("liste.csv", 'filename="liste.geocoded.csv"'),
        ("C:\\bureau\\liste.v2.csv", 'filename="liste.v2.geocoded.csv"'),
        ("adhérents.csv", "filename=\"adherents.geocoded.csv\"; filename*=UTF-8''adh%C3%A9rents.geocoded.csv"),
        ('a";x=".csv', 'filename="a 22 x= 22.geocoded.csv"'),
        ("aux.2026.csv", 'filename="_aux.2026.geocoded.csv"'),
        ("..csv", 'filename="geoville.geocoded.csv"'),
    ],
)
def test_the_answer_is_named_after_the_file(app, request_of, sent, named):
    answer = request_of(app, "POST", "/search/csv", files={"data": (sent, b"adresse\nCalais\n")})
    assert answer.headers["content-disposition"] == f"attachment; {named}"


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_a_workbook_is_answered_as_a_workbook(send, tmp_path):
    content = workbook(["adresse"], ["collège Vauban, Calais"], [None], ["12 rue de l'Inconnue, Calais"])
    answer = send("/search/csv", content, on=ON)
    assert answer.status_code == 200
    assert answer.content == of_the_command_line(tmp_path, content, ".xlsx")


def test_only_the_columns_asked_for_are_added(send):
    answer = send("/search/csv", ADDRESSES.encode(), columns="adresse", result_columns=["qpv_verdict", "result_status"])
    assert answer.text.splitlines()[0] == "nom;adresse;ville;cp;;result_status;qpv_verdict"


def test_a_long_file_is_answered_to_its_end(send):
    rows = 3_000
    lines = send("/reverse/csv", ("lon;lat\n" + "1.8867;50.956\n" * rows).encode()).text.splitlines()
    assert len(lines) == rows + 1
    assert {line.partition(";ok;")[1] for line in lines[1:]} == {";ok;"}


def bomb() -> bytes:
    """A workbook whose texts unpack to two thousand times their size."""
    written = io.BytesIO(workbook(["adresse"]))
    with zipfile.ZipFile(written, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/big.xml", b"<a>" + b" " * 30_000_000 + b"</a>")
    return written.getvalue()


BAD = {
    "empty": (b"", {}, 400),
    "zeros": (b"\0\1\2\3", {}, 400),
    "cut workbook": (workbook(["adresse"], ["x"])[:1_500], {}, 400),
    "false workbook": (b"PK\x03\x04" + b"0" * 100, {}, 400),
    "bomb": (bomb, {}, 400),
    "parquet": (b"PAR1" + b"0" * 100, {}, 400),
    "no known column": (b"a;b\n1;2\n", {}, 400),
    "absent column": (b"adresse\nx\n", {"columns": "rue"}, 400),
    "unknown encoding": (b"adresse\nx\n", {"encoding": "ebcdic"}, 400),
    "wrong encoding": ("adresse\né\n".encode("cp1252"), {"encoding": "utf-8"}, 400),
    "unknown result": (b"adresse\nx\n", {"result_columns": "../x"}, 400),
    "day under another name": (b"adresse\nx\n", {"jour": "2024-01-01"}, 400),
    "field twice": (b"adresse\nx\n", {"postcode": ["a", "b"]}, 400),
    "not a day": (b"adresse\nx\n", {"on": "hier"}, 422),
}


@pytest.mark.parametrize(("content", "fields", "status"), BAD.values(), ids=BAD)
def test_a_bad_file_is_a_problem(send, content, fields, status):
    answer = send("/search/csv", content() if callable(content) else content, **fields)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "/tmp" not in answer.text


@pytest.mark.parametrize(
    "content", [b"adresse\n" + b"x\n" * 11, workbook(["adresse"], *[["x"]] * 11)], ids=["csv", "xlsx"]
)
def test_more_rows_than_allowed_are_refused(send, content):
    limited = create_app(Settings(territory="calais", perimeters=(), max_rows=10))
    answer = send("/search/csv", content, served=limited)
    assert answer.status_code == 400
    assert answer.json()["detail"] == "Plus de 10 lignes : couper le fichier en plusieurs."


MULTIPART = "multipart/form-data; boundary=a"
MALFORMED = {
    "no boundary": ("multipart/form-data", b"x"),
    "another boundary": (MULTIPART, b"--b\r\n\r\nx"),
    "never ended": (MULTIPART, b'--a\r\nContent-Disposition: form-data; name="data"; filename="x"\r\n\r\nadresse\r\n'),
    "no name": (MULTIPART, b"--a\r\nContent-Disposition: form-data\r\n\r\nx\r\n--a--\r\n"),
    "data that is no file": (MULTIPART, b'--a\r\nContent-Disposition: form-data; name="data"\r\n\r\nx\r\n--a--\r\n'),
    "no form": ("text/csv", b"adresse\nx\n"),
    "bad bytes": (MULTIPART, b'--a\r\nContent-Disposition: form-data; name="\xff\xfe"\r\n\r\n\xff\r\n--a--\r\n'),
}


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # Starlette leaves a cut part to be freed
@pytest.mark.parametrize(("kind", "body"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_form_is_a_problem(app, request_of, kind, body):
    answer = request_of(app, "POST", "/search/csv", content=body, headers={"content-type": kind})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


def test_errors_name_the_fields_of_the_form(send):
    for path, fields in (("/search/csv", {"postcode": "a"}), ("/search/csv", {}), ("/reverse/csv", {"lon": "a"})):
        detail = send(path, b"a;b\n1;2\n", **fields).json()["detail"]
        assert "--" not in detail
        assert "columns" in detail or "lon et lat" in detail


class SureService(RemoteGeocoder):
    """A remote geocoder that knows one place."""

    def __init__(self) -> None: ...

    def search(self, *_: object, **__: object) -> Position:
        return Position(1.89, 50.95, "1 Rue X", PositionType.HOUSENUMBER)


@pytest.mark.parametrize(("day", "said"), [("2999-01-01", 1), ("2026-01-15", 0)])
def test_rows_of_a_day_to_come_say_what_they_suppose(send, day, said):
    remote = create_app(Settings(territory="calais", perimeters=()))
    service = remote.state.service
    remote.state.service = replace(service, desk=replace(service.desk, geocoder=SureService()))
    file, asked = b"adresse\n1 rue Youri Gagarine Calais\n", {"on": day, "result_columns": "qpv_raison"}
    for served in ({}, {"served": remote}):
        assert send("/search/csv", file, **served, **asked).text.count("Date à venir") == said


class DeadService(RemoteGeocoder):
    """A remote geocoder that fails, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def search(self, *_: object, **__: object) -> None:
        self.asked += 1
        raise DataUnavailableError("Géocodage impossible : panne")

    reverse = search


def test_a_geocoder_that_is_out_is_not_asked_for_every_row(send):
    dead, served = DeadService(), create_app(Settings(territory="calais", perimeters=()))
    service = served.state.service
    served.state.service = replace(service, desk=replace(service.desk, geocoder=dead))
    answer = send("/search/csv", b"adresse\n" + b"1 rue X\n" * 200, served=served, result_columns="result_status")
    assert answer.text.count("error") == 200
    assert dead.asked == MOST_FAILURES


def test_points_are_answered_though_the_geocoder_beside_is_out(send):
    served = create_app(Settings(territory="calais", perimeters=()))
    service = served.state.service
    served.state.service = replace(service, desk=replace(service.desk, geocoder=DeadService()))
    without, known = (send("/reverse/csv", POINTS.encode(), on=ON, **more).content for more in ({"served": served}, {}))
    assert cells(without, *VERDICTS) == cells(known, *VERDICTS)
    assert cells(without, "result_status")[:2] == [["ok"], ["ok"]]


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is swept there")
def test_the_files_of_a_killed_process_are_swept_and_those_of_a_living_one_kept(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code = "import time; from geoville.api.slots import upload_folder; f = upload_folder(); print(f.name, flush=True)"
    command = [sys.executable, "-c", f"{code}; time.sleep(60)"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(tmp_path)}
    ) as one:
        folder = Path(one.stdout.readline().strip())
        (folder / "fichier.csv").write_text("adresse\n", encoding="utf-8")
        sweep_folders()
        assert folder.is_dir()
        one.kill()
        one.wait()
        assert folder.is_dir()
        sweep_folders()
        assert not folder.exists()


def test_a_workbook_may_take_longer_than_another_request(send, request_of, monkeypatch):
    content = workbook(["longitude", "latitude"], *[[1.8867, 50.956]] * 400)
    slow = create_app(Settings(territory="calais", perimeters=(), request_timeout_s=1.0))
    asked = FileAnswer._write
    monkeypatch.setattr(FileAnswer, "_write", lambda self: (time.sleep(1.2), asked(self)))
    assert send("/reverse/csv", content, served=slow).status_code == 200
    hasty = create_app(Settings(territory="calais", perimeters=(), upload_timeout_s=0.2))
    answer = request_of(hasty, "POST", "/reverse/csv", files={"data": ("a.xlsx", content)})
    assert answer.status_code == 503
    assert "CSV" in answer.json()["detail"]


def test_a_workbook_of_libreoffice_is_answered_as_one(send, tmp_path):
    content = (CASES / "x11.ods").read_bytes()
    answer = send("/search/csv", content, on=ON)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.oasis.opendocument.spreadsheet"
    assert answer.content == of_the_command_line(tmp_path, content, ".ods")


def test_a_day_for_each_row_and_the_sheet_are_asked_as_on_the_command_line(send, tmp_path):
    content = workbook(["adresse", "le"], ["1 rue Youri Gagarine, 62100 Calais", "01/06/2016"])
    answer = send("/search/csv", content, date="le", sheet="Sheet", on=ON)
    assert answer.content == of_the_command_line(tmp_path, content, ".xlsx", date="le")
    refused = send("/search/csv", content, date="absente", on=ON)
    assert refused.status_code == 400
    assert "Colonne absente (colonne absente)" in refused.json()["detail"]


def test_a_town_for_the_rows_that_name_none_and_a_projection_are_told_by_the_fields_of_the_form(send, tmp_path):
    content = b"adresse\n1 rue Youri Gagarine\n"
    answer = send("/search/csv", content, default_citycode="62193", on=ON)
    assert answer.content == of_the_command_line(tmp_path, content, ".csv", default_citycode="62193")
    points = b"x;y\n622097,72;7095814,64\n"
    answer = send("/reverse/csv", points, crs="2154", on=ON)
    (tmp_path / "points").mkdir()
    told = of_the_command_line(tmp_path / "points", points, ".csv", crs="2154")
    assert cells(answer.content, *VERDICTS) == cells(told, *VERDICTS)
    detail = send("/reverse/csv", points, on=ON).json()["detail"]
    assert detail == "Les colonnes x et y sont en Lambert-93 (EPSG:2154), et non en degrés : le dire par crs 2154."


def test_a_file_is_looked_at_before_it_is_answered(send):
    told = send("/files/preview", ADDRESSES.encode()).json()
    assert (told["subject"], told["address"]) == ("addresses", ["adresse", "cp", "ville"])
    assert told["columns"] == ["nom", "adresse", "ville", "cp"]
    assert told["rows"][0] == ["a", "1 rue Youri Gagarine", "Calais", "62100"]
    assert (told["count"], told["sheets"]) == (6, [])


@pytest.mark.parametrize(
    ("header", "subject"),
    [
        ("x;y", "coordinates"),
        ("nom;prénom;adresse;commune", "addresses"),
        ("Structure;Adresse;Date", "addresses"),
        ("Porteur;Intitulé de l'action;Lieu", "actions"),
        ("Association;Adresse;Montant", "actions"),
        ("nombre;couleur", "unknown"),
    ],
)
def test_what_a_file_is_about_is_guessed_from_its_columns(send, header, subject):
    assert (
        send("/files/preview", f"{header}\n{';'.join('1' * (header.count(';') + 1))}\n".encode()).json()["subject"]
        == subject
    )


def test_a_workbook_tells_its_sheets_and_metres_their_projection(send):
    book = openpyxl.Workbook()
    book.active.append(["Notice"])
    sheet = book.create_sheet("Points")
    for row in (["x", "y"], [622097.72, 7095814.64]):
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    told = send("/files/preview", written.getvalue()).json()
    assert told["sheets"] == ["Points", "Sheet"]
    assert (told["lon"], told["lat"], told["projections"]) == ("x", "y", [2154])
    assert send("/files/preview", written.getvalue(), sheet="Sheet").json()["columns"] == ["Notice"]


def test_codes_may_have_their_french_words_beside_them(send):
    answer = send("/search/csv", ADDRESSES.encode(), columns=["adresse", "ville"], on=ON, with_words="true")
    plain = send("/search/csv", ADDRESSES.encode(), columns=["adresse", "ville"], on=ON)
    words = ["result_status_en_clair", "qpv_verdict_en_clair", "qpv_basis_en_clair"]
    told = cells(answer.content, *words)
    assert told[0] == ["trouvée", "Dedans", "contour officiel"]
    assert told[1] == ["rien à chercher", "", ""]
    assert cells(answer.content, *(column.name for column in ADDED_COLUMNS)) == cells(
        plain.content, *(column.name for column in ADDED_COLUMNS)
    )


def test_who_follows_is_told_each_row_then_the_file(app, request_of):
    files, fields = {"data": ("liste.csv", ADDRESSES.encode())}, {"columns": ["adresse", "ville"], "on": ON}
    plain = request_of(app, "POST", "/search/csv", files=files, data=fields).content
    accept = {"Accept": "application/x-ndjson"}
    answer = request_of(app, "POST", "/search/csv", files=files, data=fields, headers=accept)
    lines = [json.loads(line) for line in answer.text.splitlines()]
    rows = [line["row"] for line in lines if "row" in line]
    assert [row["verdict"] for row in rows] == ["inside", None, "not_found", "inside", None, "uncertain"]
    assert rows[0]["asked"] == "1 rue Youri Gagarine, Calais"
    assert rows[0]["lon"] == pytest.approx(1.8937, abs=1e-3)
    (file,) = (line["file"] for line in lines if "file" in line)
    assert (file["name"], base64.b64decode(file["part"])) == ("liste.geocoded.csv", plain)


def test_who_follows_a_file_of_another_town_is_told_whose_list_was_searched(app, request_of):
    def remarks(text: str) -> list[list[str]]:
        files, accept = {"data": ("liste.csv", text.encode())}, {"Accept": "application/x-ndjson"}
        answer = request_of(app, "POST", "/search/csv", files=files, data={"on": ON}, headers=accept)
        lines = [json.loads(line) for line in answer.text.splitlines()]
        return [line["remarks"] for line in lines if "remarks" in line]

    elsewhere = "12 rue de la Loge, 34000 Montpellier"
    said = "Aucune adresse n'est dans la liste du territoire « calais »."
    assert remarks(f"adresse\n{elsewhere}\n") == [[said]]
    assert remarks(f'adresse\n"{elsewhere}"\n"1 rue Youri Gagarine, Calais"\n') == []


# --- The rows left to be checked: their page, and the decisions that come back

OPEN_ROWS = "nom;adresse\na;1 rue Youri Gagarine, Calais\nb;Salle Nelson Mandela\nc;Salle  nelson mandela\n"


def reviewed_here(folder: Path) -> str:
    """Page of the command line for the same file."""
    source, out, page = folder / "fichier.csv", folder / "sortie.csv", folder / "relire.html"
    source.write_text(OPEN_ROWS, encoding="utf-8")
    columns = FileColumns(address=("adresse",))
    job = open_file_job(source, out, DeskChoice("calais"), date.fromisoformat(ON), columns)
    job.run(lambda _: None)
    assert write_review(job, out, columns, page) == 2
    return page.read_text(encoding="utf-8")


def rows_of(page: str) -> dict[str, object]:
    text = page.partition('<script type="application/json" id="rows">')[2]
    return json.loads(text.partition("</script>")[0])


def decisions_of(page: str, decision: str = "inside") -> bytes:
    """What the page saves once its first row is decided."""
    given = rows_of(page)
    made = {"key": given["rows"][0]["key"], "decision": decision, "by": "A. Martin", "at": "2026-01-16T09:30:00Z"}
    saved = {"format": "geoville-decisions", "version": 1, "data_version": given["data_version"], "decisions": [made]}
    return json.dumps(saved).encode()


def test_the_page_of_what_is_to_be_checked_is_that_of_the_command_line(send, tmp_path):
    page = reviewed_here(tmp_path)
    answer = send("/search/csv", OPEN_ROWS.encode(), columns=["adresse"], on=ON, review="true")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="fichier.relire.html"'
    assert answer.headers["cache-control"] == "no-store"
    given = rows_of(answer.text)
    assert {**rows_of(page), "name": given["name"]} == given
    assert [row["line"] for row in given["rows"]] == [3, 4]


def test_decisions_come_back_as_the_command_line_takes_them(app, request_of, tmp_path):
    page = reviewed_here(tmp_path)
    given = tmp_path / "decisions.json"
    given.write_bytes(decisions_of(page))
    columns = FileColumns(address=("adresse",))
    job = open_file_job(
        tmp_path / "fichier.csv", tmp_path / "sortie2.csv", DeskChoice("calais"), date.fromisoformat(ON), columns
    )
    job.run(lambda _: None)
    version = str(rows_of(page)["data_version"])
    apply_decisions(job, tmp_path / "sortie2.csv", columns, read_decisions(given, version), given)
    files = {"data": ("fichier.csv", OPEN_ROWS.encode()), "decisions": ("decisions.json", given.read_bytes())}
    answer = request_of(app, "POST", "/search/csv", files=files, data={"columns": ["adresse"], "on": ON})
    assert answer.content == (tmp_path / "sortie2.csv").read_bytes()
    # The same question, spaced otherwise, is decided too; the verdict is not written over.
    decided = cells(answer.content, "qpv_verdict", "qpv_decision", "qpv_decision_par")
    assert decided == [["inside", "", ""], ["uncertain", "dedans", "A. Martin"], ["uncertain", "dedans", "A. Martin"]]
    again = request_of(
        app, "POST", "/search/csv", files=files, data={"columns": ["adresse"], "on": ON, "review": "true"}
    )
    assert rows_of(again.text)["rows"] == [], "what is decided is not asked again"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"{", id="not JSON"),
        pytest.param(b'{"format":"geoville-decisions","version":1,"data_version":"x","decisions":[]}', id="other data"),
        pytest.param(b" " * 5_000_001, id="too long"),
    ],
)
def test_decisions_that_cannot_be_taken_back_are_refused(app, request_of, content):
    files = {"data": ("fichier.csv", OPEN_ROWS.encode()), "decisions": ("decisions.json", content)}
    answer = request_of(app, "POST", "/search/csv", files=files, data={"columns": ["adresse"], "on": ON})
    assert answer.status_code == 400
    assert "décisions" in answer.json()["detail"]


def test_who_follows_the_rows_is_given_the_page_after_the_copy(app, request_of):
    files = {"data": ("fichier.csv", OPEN_ROWS.encode())}
    answer = request_of(
        app, "POST", "/search/csv", files=files, data={"columns": ["adresse"], "on": ON, "review": "true"},
        headers={"Accept": "application/x-ndjson"},
    )  # fmt: skip
    told = [json.loads(line) for line in answer.text.splitlines()]
    assert {"review": {"rows": 2, "open": 2}} in told
    parts = [one["file"] for one in told if "file" in one]
    assert list(dict.fromkeys(part["name"] for part in parts)) == ["fichier.geocoded.csv", "fichier.relire.html"]
    page = b"".join(base64.b64decode(part["part"]) for part in parts if part["type"].startswith("text/html"))
    assert len(rows_of(page.decode())["rows"]) == 2


def test_a_page_has_no_more_rows_than_a_person_decides(send, monkeypatch):
    monkeypatch.setattr("geoville.api.files.MOST_REVIEWED", 1)
    answer = send("/search/csv", OPEN_ROWS.encode(), columns=["adresse"], on=ON, review="true")
    assert [row["line"] for row in rows_of(answer.text)["rows"]] == [3]


def test_points_left_to_be_checked_have_a_page_too(send):
    content = b"lon,lat\n1.8867,50.956\n1.881062,50.951423\n"  # the second one within the accuracy of a limit
    answer = send("/reverse/csv", content, on=ON, review="true")
    assert answer.status_code == 200
    (row,) = rows_of(answer.text)["rows"]
    assert (row["line"], row["asked"]) == (3, "1.881062, 50.951423")
    assert row["map"]["limits"]
