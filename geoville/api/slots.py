"""Files that are answered at once: so many, each read by processes of its own, each giving its place back at once."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import threading
import time
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from starlette.responses import Response

from geoville.api.problems import Refusal
from geoville.sources.rows import apart

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fastapi import Request

    from geoville.api.settings import Settings

    T = TypeVar("T")

apart.READ_AT_START += ["geoville.workflows.lookup_file.questions", "geoville.workflows.file_preview"]

_FOLDERS = "geoville-fichier-"
WAITED_S = 10.0
"""For a place: past that, a file is refused, and the service says that it is not ready."""
_LOOKED_AT_EVERY_S = 0.02
LEFT = 499
"""Status noted where the client has left."""


class SentFiles:
    """A folder for the files of one request, and what reads them; nothing of it is kept.

    Attributes
    ----------
    folder : its path; its name says which process answers.
    apart : what the files are opened with.
    """

    def __init__(self, slots: Slots, budget: apart.ReadingBudget) -> None:
        self._slots = slots
        self._whole = upload_folder()
        self.folder = Path(self._whole.name)
        self.apart = apart.Apart(budget)
        self._lock = threading.Lock()
        self._is_held = True

    def end(self) -> None:
        """End what reads the files: nobody waits for it."""
        self.apart.end()

    def cleanup(self) -> None:
        """Remove everything, and give the place back; once, however often it is asked."""
        self.apart.end()
        with self._lock:
            is_held, self._is_held = self._is_held, False
        if is_held:
            self._whole.cleanup()
            self._slots.give_back()


class Slots:
    """Places for the files that are answered at once.

    Parameters
    ----------
    count : how many.
    budget : of each file.
    """

    def __init__(self, count: int, budget: apart.ReadingBudget) -> None:
        self._free, self._budget = count, budget
        self._lock = threading.Lock()
        self._none_since = 0.0

    @classmethod
    def of(cls, settings: Settings) -> Slots:
        """As the operator chose."""
        return cls(settings.max_files, cls.budget_of(settings))

    @staticmethod
    def budget_of(settings: Settings) -> apart.ReadingBudget:
        """What reading one file may take, as the operator chose."""
        return apart.ReadingBudget(memory_bytes=settings.max_file_memory_bytes, cpu_s=settings.upload_timeout_s)

    @property
    def can_be_had(self) -> bool:
        """Whether a file that is sent now would be answered, as far as one can tell."""
        with self._lock:
            return self._free > 0 or time.monotonic() - self._none_since < WAITED_S

    async def taken(self) -> SentFiles:
        """A place, and a folder.

        Raises
        ------
        Refusal
            None was given back in time.
        """
        until = time.monotonic() + WAITED_S
        while not self._take():
            if time.monotonic() > until:
                sentence = "Trop de fichiers sont traités à la fois : renvoyer celui-ci un peu plus tard."
                raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, sentence, headers={"Retry-After": "30"})
            await asyncio.sleep(_LOOKED_AT_EVERY_S)
        try:
            return SentFiles(self, self._budget)
        except BaseException:
            self.give_back()
            raise

    def _take(self) -> bool:
        with self._lock:
            if not self._free:
                return False
            self._free -= 1
            if not self._free:
                self._none_since = time.monotonic()
            return True

    def give_back(self) -> None:
        """Give a place back."""
        with self._lock:
            self._free += 1


async def in_a_slot(request: Request, serve: Callable[[SentFiles], Awaitable[T]]) -> T | Response:
    """What is made of the files of a request, in a place of theirs; empty where the client leaves before.

    Parameters
    ----------
    serve : what it returns may hold the files beyond; then it has a `release` of its own.
    """
    sent = await request.app.state.slots.taken()
    serving = asyncio.ensure_future(serve(sent))
    leaving = asyncio.ensure_future(_left(request))
    is_kept = False
    try:
        await asyncio.wait([serving, leaving], return_when=asyncio.FIRST_COMPLETED)
        if not serving.done():
            return Response(status_code=LEFT)
        answer = serving.result()
        is_kept = hasattr(answer, "release")
        return answer
    finally:
        leaving.cancel()
        serving.cancel()
        if not is_kept:
            sent.cleanup()


async def _left(request: Request) -> None:
    """Wait for the client to leave."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def upload_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for the files of one request, whose name says which process answers it."""
    return tempfile.TemporaryDirectory(prefix=f"{_FOLDERS}{os.getpid()}-", ignore_cleanup_errors=True)


def sweep_folders() -> None:
    """Remove the files of processes that were killed before they could; call it before this one is sent any.

    Windows does not tell whether a process lives without ending it: there, nothing is swept.
    """
    if sys.platform == "win32":
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDERS}*-*"):
        number = folder.name.removeprefix(_FOLDERS).partition("-")[0]
        if number.isdigit() and not _lives_elsewhere(int(number)):
            shutil.rmtree(folder, ignore_errors=True)


def _lives_elsewhere(process: int) -> bool:
    """Whether another process has that number; this one may have that of its predecessor."""
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # another user's
    return True
