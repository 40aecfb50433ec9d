"""Long files as jobs: begun, followed, fetched and removed; nothing is kept past its time, nor by default."""

from __future__ import annotations

import asyncio
import json
import os
import time

import httpx
import pytest

from geoville.api import jobs
from geoville.api.app import create_app
from geoville.api.settings import Settings

FILE = b"adresse;commune\n1 rue Youri Gagarine;Calais\nGare de Calais-Ville;Calais\n"
FIELDS = {"columns": ["adresse", "commune"], "on": "2026-01-15", "result_columns": ["qpv_verdict"]}
ANSWERED = "adresse;commune;qpv_verdict\n1 rue Youri Gagarine;Calais;inside\nGare de Calais-Ville;Calais;outside\n"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "travaux"


def settings(folder, **more):
    return Settings(territory="calais", perimeters=(), jobs_dir=folder, **more)


@pytest.fixture(scope="module")
def service():
    return create_app(Settings(territory="calais", perimeters=())).state.service


@pytest.fixture
def kept(folder, service, monkeypatch):
    monkeypatch.setattr("geoville.api.app.load_service", lambda _: service)
    return create_app(settings(folder))


def talk(app, conversation):
    """A conversation with an application whose event loop lives as long as it does."""

    async def held():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://geoville") as client:
            return await conversation(client)

    return asyncio.run(held())


async def begun(client, data=FILE, **fields):
    return await client.post("/jobs", files={"data": ("liste.csv", data)}, data={**FIELDS, **fields})


async def ended(client, job):
    while (state := (await client.get(f"/jobs/{job}")).json())["status"] == "running":
        await asyncio.sleep(0.01)
    return state


def test_a_job_on_a_file_of_another_town_says_whose_list_was_searched(kept):
    async def conversation(client):
        job = (await begun(client, b"adresse;commune\n12 rue de la Loge;34000 Montpellier\n")).json()["id"]
        state = await ended(client, job)
        assert state["remarks"] == ["Aucune adresse n'est dans la liste du territoire « calais »."]

    talk(kept, conversation)


def test_a_file_is_answered_fetched_and_removed(kept, folder):
    async def conversation(client):
        first = await begun(client)
        assert (first.status_code, first.json()["status"]) == (202, "running")
        job = first.json()["id"]
        assert first.headers["location"] == f"/jobs/{job}"
        assert (folder / job).stat().st_mode & 0o077 == 0  # for its owner alone
        state = await ended(client, job)
        assert (state["status"], state["result"], state["remarks"]) == ("done", f"/jobs/{job}/result", [])
        assert state["created"] <= state["expires"]
        assert not list((folder / job).glob("fichier*"))  # the file itself is forgotten
        answers = await client.get(state["result"])
        assert answers.text == ANSWERED
        assert "liste.geocoded.csv" in answers.headers["content-disposition"]
        assert (await client.delete(f"/jobs/{job}")).status_code == 204
        assert (await client.get(f"/jobs/{job}")).status_code == 404
        assert list(folder.iterdir()) == []

    talk(kept, conversation)


def test_a_job_answers_as_the_file_does_at_once(kept):
    async def conversation(client):
        job = (await begun(client)).json()["id"]
        state = await ended(client, job)
        at_once = await client.post("/search/csv", files={"data": ("liste.csv", FILE)}, data=FIELDS)
        answers = await client.get(state["result"])
        assert answers.content == at_once.content
        assert answers.headers["content-type"] == at_once.headers["content-type"]

    talk(kept, conversation)


def test_results_are_not_given_before_they_are_there_and_a_job_may_be_removed_meanwhile(kept, folder):
    async def conversation(client):
        long = b"adresse;commune\n" + b"1 rue Youri Gagarine;Calais\n" * 3_000
        job = (await begun(client, long)).json()["id"]
        early = await client.get(f"/jobs/{job}/result")
        assert (early.status_code, early.json()["type"]) == (409, "/docs/erreurs#pas-fini")
        assert (await client.delete(f"/jobs/{job}")).status_code == 204
        while kept.state.jobs._tasks:
            await asyncio.sleep(0.01)
        assert list(folder.iterdir()) == []

    talk(kept, conversation)


def test_a_file_that_cannot_be_read_is_refused_at_once_and_leaves_nothing(kept, folder):
    async def conversation(client):
        refused = await begun(client, b"PAR1")
        assert refused.status_code == 400
        assert (await begun(client, columns=["absente"])).status_code == 400
        assert list(folder.iterdir()) == []

    talk(kept, conversation)


def test_so_many_jobs_are_kept_and_no_more(folder, service, monkeypatch):
    monkeypatch.setattr("geoville.api.app.load_service", lambda _: service)
    kept = create_app(settings(folder, max_jobs=2))

    async def conversation(client):
        for _ in range(2):
            await ended(client, (await begun(client)).json()["id"])
        refused = await begun(client)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0

    talk(kept, conversation)


def test_old_jobs_are_removed_and_nothing_else(kept, folder):
    async def conversation(client):
        return [(await ended(client, (await begun(client)).json()["id"]))["id"] for _ in range(2)]

    old, young = talk(kept, conversation)
    (folder / "a-moi").mkdir()
    yesterday = time.time() - 25 * 3_600
    for path in (folder / old, folder / "a-moi"):
        os.utime(path, (yesterday, yesterday))
    jobs.sweep(folder, hours=24)
    assert sorted(path.name for path in folder.iterdir()) == sorted([young, "a-moi"])


def test_a_job_whose_service_was_stopped_has_failed(kept, folder):
    async def conversation(client):
        job = (await begun(client)).json()["id"]
        await ended(client, job)
        state = json.loads((folder / job / "etat.json").read_text(encoding="utf-8"))
        lost = {"status": "running", "process": os.getpid(), "run": "another", "created": state["created"]}
        (folder / job / "etat.json").write_text(json.dumps(lost), encoding="utf-8")
        told = (await client.get(f"/jobs/{job}")).json()
        assert told["status"] == "failed"
        assert "renvoyer" in told["detail"]

    talk(kept, conversation)


@pytest.mark.parametrize("job", ["inconnu", "etat.json", "a" * 32, "%2e%2e%2f" + "a" * 32])
def test_a_number_that_is_none_leads_nowhere(kept, job):
    async def conversation(client):
        assert (await client.get(f"/jobs/{job}")).status_code == 404
        assert (await client.delete(f"/jobs/{job}")).status_code in {404, 405}

    talk(kept, conversation)


def test_without_a_folder_there_are_no_jobs(get):
    assert "/jobs" not in get("/openapi.json").json()["paths"]
    assert get("/jobs/abc").status_code == 404
