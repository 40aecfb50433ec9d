"""The clients of `clients.toml`, each in an environment of its own: `python tests/clients/environments.py`.

Run so, it writes `docs/clients.md`. Environments are kept in `$GEOVILLE_CLIENTS`, else in the cache of the user.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent
SCRIPTS, PAGE = HERE / "scripts", HERE.parents[1] / "docs" / "clients.md"
FOLDER = Path(os.environ.get("GEOVILLE_CLIENTS") or Path.home() / ".cache" / "geoville-clients")
INSTALLED_WITHIN_S, ANSWERED_WITHIN_S = 600, 300


class RegistryAwayError(Exception):
    """A client cannot be installed here; says what its installer said last."""


@dataclass(frozen=True)
class Client:
    """A client, as `clients.toml` describes it."""

    name: str
    registry: str
    packages: tuple[str, ...]
    needs: tuple[str, ...]
    script: Path
    address: str
    prints: tuple[str, ...]
    explained: str

    @property
    def unchanged(self) -> bool:
        """Whether it works when nothing but the address of the service is said to it."""
        return not self.explained


def clients() -> list[Client]:
    """Every client, in the order of the page."""
    with (HERE / "clients.toml").open("rb") as stream:
        rows = tomllib.load(stream)["client"]
    return [
        Client(
            row["name"],
            row["from"],
            tuple(row.get("packages", ())),
            tuple(row.get("needs", ())),
            SCRIPTS / row["script"],
            row.get("address", ""),
            tuple(row["prints"]),
            row.get("explained", ""),
        )
        for row in rows
    ]


def installed(client: Client) -> Path:
    """Folder of the environment of a client, made where it is not there yet.

    Raises
    ------
    RegistryAwayError
        Its registry is away, or lacks it.
    """
    digest = hashlib.sha256(" ".join((sys.version, *client.packages)).encode()).hexdigest()[:12]
    folder = FOLDER / f"{client.registry.replace(' ', '-')}-{digest}"
    if folder.is_dir() or not client.packages:
        return folder
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        # A virtual environment holds its own path: it is made where it stays.
        (_with_pip if client.registry == "PyPI" else _with_npm)(folder, client.packages)
    except (subprocess.SubprocessError, OSError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        said = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        raise RegistryAwayError(said[-1] if said else type(error).__name__) from error
    return folder


def _with_pip(folder: Path, packages: tuple[str, ...]) -> None:
    _run([sys.executable, "-m", "venv", str(folder)])
    _run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *packages])


def _with_npm(folder: Path, packages: tuple[str, ...]) -> None:
    npm = shutil.which("npm")
    if npm is None:
        message = "npm is not installed"
        raise FileNotFoundError(message)
    folder.mkdir()
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    _run([npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", *packages], folder)


def _run(command: list[str], folder: Path | None = None) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True, encoding="utf-8", timeout=INSTALLED_WITHIN_S)


@contextmanager
def _folder_in(environment: Path) -> Iterator[Path]:
    """A folder to work in, where node finds the packages of the environment."""
    parent = environment if environment.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="work-", dir=parent) as name:
        yield Path(name)


def printed(client: Client, url: str, token: str) -> list[str]:
    """What a client prints of the service at a URL; it is installed first.

    Raises
    ------
    RegistryAwayError
        It cannot be installed.
    """
    environment = installed(client)
    programs = [environment / "bin", environment / "node_modules" / ".bin"]
    path = os.pathsep.join([*map(str, programs), os.environ["PATH"]])
    with _folder_in(environment) as folder:
        script = Path(shutil.copy(client.script, folder))
        interpreter = {".py": "python", ".sh": "sh", ".php": "php"}.get(script.suffix, "node")
        if script.suffix == ".py" and not client.packages:
            interpreter = sys.executable
        done = subprocess.run(
            [shutil.which(interpreter, path=path) or interpreter, script.name, url, str(SCRIPTS), token],
            cwd=folder,
            env={**os.environ, "PATH": path},
            capture_output=True,
            encoding="utf-8",
            timeout=ANSWERED_WITHIN_S,
            check=False,
        )
    return done.stdout.splitlines() or done.stderr.splitlines()[-5:]


HEAD = """# Les clients essayés

Page faite de `tests/clients/clients.toml` par `python tests/clients/environments.py` : ne pas la modifier à la main.
Chaque ligne est un essai (`pytest -m "" tests/clients`) qui installe le vrai client, depuis son registre, dans un
environnement à lui, le pointe sur un service qui tourne, et compare ce qu'il écrit. Un registre hors d'atteinte fait
sauter l'essai, en le disant. « Inchangé » : rien d'autre ne lui est dit que l'adresse du service.
"""


def page() -> str:
    """The page in Markdown."""
    known = clients()
    unchanged = sum(client.unchanged for client in known)
    rows = [
        f"| {client.name} | {', '.join(f'`{item}`' for item in client.packages) or client.registry} | {client.address} "
        f"| {'inchangé' if client.unchanged else client.explained} |"
        for client in known
    ]
    count = f"{unchanged} clients sur {len(known)} marchent inchangés.\n"
    return "\n".join([HEAD, count, "| client | version | où dire l'adresse | |", "|---|---|---|---|", *rows, ""])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
