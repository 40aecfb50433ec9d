"""Long files as jobs: a file is put down, answered while its client is away, fetched, and removed. Off by default.

A job is a folder of `GEOVILLE_JOBS_DIR`, which every worker of the service shares, named by a number that cannot be
guessed: whoever has it may read the answers, and nobody else. It holds the file until it is answered, then the answers,
until they are removed: by their client, or by age.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import secrets
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathParameter
from pydantic import BaseModel, Field
from starlette.responses import FileResponse

from geoville.api.adresse import refuse_other_days
from geoville.api.files import (
    MEDIA_TYPES,
    PARTS,
    SEARCH_FIELDS,
    AddressFileForm,
    FileAnswer,
    added_columns,
    answer_name,
    disposition_of,
    places_of,
    receive,
)
from geoville.api.problems import Refusal, problem_responses
from geoville.api.routing import day_asked
from geoville.api.service import CurrentService
from geoville.api.slots import Slots
from geoville.errors import GeovilleError
from geoville.sources.files import replacing
from geoville.workflows.lookup_file.desk import with_only_commune

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator
    from datetime import date

    from geoville.api.files import Upload
    from geoville.api.service import Service
    from geoville.api.settings import Settings
    from geoville.api.slots import SentFiles
    from geoville.workflows.lookup_file.questions import FileColumns, Questions

STATE, FILE, ANSWERS = "etat.json", "fichier", "reponses"
RETRY_S = 60
_LOOKED_EVERY_S = 0.5
_ID = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)
_ID_BYTES = 24
_HOUR_S = 3_600
_PROCESS = uuid4().hex
"""This very process: a number of process may be another's later."""

JobId = Annotated[str, PathParameter(description="Numéro du travail, secret : qui l'a peut lire les réponses")]


class JobDocument(BaseModel):
    """L'état d'un travail."""

    id: str
    status: Literal["running", "done", "failed"]
    created: str
    expires: str = Field(description="Quand le travail et ses réponses seront effacés")
    detail: str | None = Field(None, description="Pourquoi il a échoué")
    remarks: list[str] = Field([], description="Ce qu'il y a à dire de toutes les réponses ensemble")
    result: str | None = Field(None, description="Où prendre les réponses, une fois prêtes")


class JobForm(AddressFileForm):
    """Un fichier d'adresses à traiter pendant que le client est parti."""


class Jobs:
    """What a process works on: one job at a time, so that questions are answered meanwhile."""

    def __init__(self, settings: Settings) -> None:
        self.slots = Slots(2, Slots.budget_of(settings))  # for the one that is answered, and one that is looked at
        self.turn = asyncio.Semaphore(1)
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Have some work done; the event loop alone would forget it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def sweep(folder: Path, hours: float) -> None:
    """Remove the jobs of a folder that are older than some hours; what is no job of ours is left alone."""
    for job in _jobs_in(folder):
        try:
            too_old = time.time() - job.stat().st_mtime > hours * _HOUR_S
        except FileNotFoundError:
            continue  # removed meanwhile by another worker
        if too_old:
            shutil.rmtree(job, ignore_errors=True)


def _jobs_in(folder: Path) -> Iterator[Path]:
    return (item for item in folder.glob("*") if _ID.fullmatch(item.name) and item.is_dir())


def sweep_for_ever(folder: Path, hours: float) -> None:
    """Remove jobs that grow old, for the life of a process."""
    while True:
        sweep(folder, hours)
        time.sleep(RETRY_S)


router = APIRouter(tags=["API Adresse"])


@router.post(
    "/jobs",
    summary="Confier un long fichier d'adresses",
    status_code=HTTPStatus.ACCEPTED,
    response_model=JobDocument,
    response_description="Le travail a commencé ; `Location` dit où le suivre",
    responses=problem_responses(400, 413, 422, 429, 503),
)
async def job_begin(
    request: Request, response: Response, service: CurrentService, asked: Annotated[JobForm, PARTS]
) -> dict[str, Any]:
    """Prendre un fichier, comme `/search/csv`, et y répondre sans tenir la connexion.

    Le numéro rendu est secret : il suffit à lire les réponses, et à les effacer. Tout est effacé après un délai.
    """
    settings: Settings = request.app.state.settings
    refuse_other_days((name for name, _ in (await request.form()).multi_items()), but={"date"})
    folder = _room_for_one(settings)
    jobs: Jobs = request.app.state.jobs
    columns = asked.columns_asked(SEARCH_FIELDS)
    on, named = day_asked(asked.on, service), asked.data.filename or ""
    try:
        kept = places_of(asked.result_columns, added_columns(reverse=False))
        order = _Order(folder, columns, on, kept, named, asked.with_words, service, settings)
        await _put_down(asked.data.file, order, jobs)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    jobs.begin(_finish(order, jobs))
    response.headers["Location"] = f"/jobs/{folder.name}"
    return _document(folder, settings)


def _room_for_one(settings: Settings) -> Path:
    """The folder of a new job, that its owner alone may read; a Refusal (429) where there are too many."""
    assert settings.jobs_dir is not None
    settings.jobs_dir.mkdir(parents=True, exist_ok=True)
    sweep(settings.jobs_dir, settings.jobs_hours)
    if sum(1 for _ in _jobs_in(settings.jobs_dir)) >= settings.max_jobs:
        sentence = f"Trop de travaux sont gardés ({settings.max_jobs}) : effacer les siens, ou attendre."
        raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, sentence, headers={"Retry-After": str(RETRY_S)})
    folder = settings.jobs_dir / secrets.token_urlsafe(_ID_BYTES)
    folder.mkdir(mode=0o700)
    return folder


@dataclass(frozen=True, slots=True)
class _Order:
    """What a job is to do.

    Parameters
    ----------
    kept : places of the columns added.
    named : name of the file that was sent.
    """

    folder: Path
    columns: FileColumns
    on: date
    kept: list[int]
    named: str
    with_words: bool
    service: Service
    settings: Settings

    @property
    def file(self) -> Path:
        """The file that was sent."""
        return self.folder / FILE

    async def opened(self, sent: SentFiles) -> tuple[Upload, Questions]:
        """The file open for reading, and what is asked of its rows; raises what `receive` raises."""

        def received() -> tuple[Upload, Questions]:
            with self.file.open("rb") as file:
                upload = receive(file, sent, self.settings, self.columns)
            return upload, self.columns.asked_of(upload.rows)

        upload, questions = await asyncio.to_thread(received)
        return upload, with_only_commune(questions, self.service.choice)


async def _put_down(file: IO[bytes], order: _Order, jobs: Jobs) -> None:
    """Keep a file, once it is known that it can be answered."""

    def copied() -> None:
        with order.file.open("wb") as copy:
            shutil.copyfileobj(file, copy)

    await asyncio.to_thread(copied)
    sent = await jobs.slots.taken()
    try:
        await order.opened(sent)
    finally:
        sent.cleanup()
    state = {"status": "running", "process": os.getpid(), "run": _PROCESS, "created": _instant(time.time())}
    _write_state(order.folder, state)


async def _finish(order: _Order, jobs: Jobs) -> None:
    """Have a file answered, then forget it; where the job is removed meanwhile, nothing more is written."""
    async with jobs.turn:
        try:
            state = await _answered(order, jobs)
        except GeovilleError as error:
            state = {"status": "failed", "detail": error.sentence}
        except Exception:  # noqa: BLE001 - its message may hold a row
            state = {"status": "failed", "detail": "Erreur interne : le fichier n'a pas pu être traité."}
    order.file.unlink(missing_ok=True)
    if (order.folder / STATE).exists():
        _write_state(order.folder, {"created": _read_state(order.folder)["created"], **state})


async def _answered(order: _Order, jobs: Jobs) -> dict[str, Any]:
    """State of the job once its answers are there; given up as soon as it is removed, by whichever worker that was."""
    sent = await jobs.slots.taken()
    try:
        upload, questions = await order.opened(sent)
        most_rows, service = order.settings.max_rows, order.service
        answer = FileAnswer(
            upload, sent, service.desk, questions, order.on, choice=service.choice, kept=order.kept,
            most_rows=most_rows, with_words=order.with_words,
        )  # fmt: skip
        work = asyncio.ensure_future(answer.written())
        while not work.done():
            await asyncio.wait([work], timeout=_LOOKED_EVERY_S)
            if not order.file.exists():
                answer.release()
        work.result()
        name = answer_name(order.named, upload.out.suffix)
        shutil.move(upload.out, order.folder / f"{ANSWERS}{upload.out.suffix}")
        told = {"name": name, "type": answer.headers["content-type"], "remarks": answer.remarks}
        return {"status": "done", **told}
    finally:
        sent.cleanup()


def _read_state(folder: Path) -> dict[str, Any]:
    state: dict[str, Any] = json.loads((folder / STATE).read_text(encoding="utf-8"))
    return state


def _write_state(folder: Path, state: dict[str, Any]) -> None:
    with replacing(folder / STATE) as beside:
        beside.write_text(json.dumps(state), encoding="utf-8")


@router.get(
    "/jobs/{job}",
    summary="L'état d'un travail",
    response_model=JobDocument,
    response_description="Son état",
    responses=problem_responses(404),
)
async def job_state(request: Request, job: JobId) -> dict[str, Any]:
    """Dire si le travail est en cours, fini ou échoué."""
    return _document(_folder_of(request, job), request.app.state.settings)


@router.get(
    "/jobs/{job}/result",
    summary="Les réponses d'un travail",
    response_class=Response,
    response_description="Le fichier complété",
    responses={
        200: {"content": {kind: {"schema": {"type": "string"}} for kind in MEDIA_TYPES.values()}},
        **problem_responses(404, 409),
    },
)
async def job_result(request: Request, job: JobId) -> Response:
    """Rendre le fichier complété, une fois prêt."""
    folder = _folder_of(request, job)
    state, out = _state_of(folder), next(folder.glob(f"{ANSWERS}.*"), None)
    if state["status"] != "done" or out is None:
        raise Refusal(HTTPStatus.CONFLICT, "Ce travail n'a pas de réponses : lire son état.")
    headers = {"Content-Disposition": f"attachment; {disposition_of(state['name'])}", "Content-Type": state["type"]}
    return FileResponse(out, headers=headers)


@router.delete(
    "/jobs/{job}",
    summary="Effacer un travail",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    responses=problem_responses(404),
)
async def job_removed(request: Request, job: JobId) -> Response:
    """Effacer le fichier, les réponses et l'état, que le travail soit fini ou non."""
    shutil.rmtree(_folder_of(request, job), ignore_errors=True)
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _folder_of(request: Request, job: str) -> Path:
    settings: Settings = request.app.state.settings
    assert settings.jobs_dir is not None
    folder = settings.jobs_dir / job
    if not _ID.fullmatch(job) or not (folder / STATE).is_file():
        raise Refusal(HTTPStatus.NOT_FOUND, "Ce travail n'existe pas, ou n'existe plus.")
    return folder


def _state_of(folder: Path) -> dict[str, Any]:
    """State of a job; one whose process has ended has failed."""
    state = _read_state(folder)
    if state["status"] == "running" and not _is_worked_on(state):
        return {**state, "status": "failed", "detail": "Le service s'est arrêté pendant ce travail : le renvoyer."}
    return state


def _is_worked_on(state: dict[str, Any]) -> bool:
    if state["process"] == os.getpid():
        return bool(state["run"] == _PROCESS)
    try:
        os.kill(state["process"], 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # another user's
    return True


def _document(folder: Path, settings: Settings) -> dict[str, Any]:
    state = _state_of(folder)
    return {
        "id": folder.name,
        "status": state["status"],
        "created": state["created"],
        "expires": _instant(folder.stat().st_mtime + settings.jobs_hours * _HOUR_S),
        "detail": state.get("detail"),
        "remarks": state.get("remarks", []),
        "result": f"/jobs/{folder.name}/result" if state["status"] == "done" else None,
    }


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
