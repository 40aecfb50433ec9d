"""Draw the pictures of the documents again, from the embedded data and with Chromium: `python docs/images/make.py`.

`--into` writes them elsewhere: a test draws them so, and compares. Chromium, playwright and pdftoppm are needed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
from PIL import Image
from playwright.sync_api import sync_playwright

from geoville import Territory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

FOLDER = Path(__file__).resolve().parent
DAY = date(2026, 1, 15)
GENERATION_DAY = date(2024, 1, 1)
"""A day that the page offers: Chromium writes any other one as its own language does."""

ADDRESS = "1 rue Youri Gagarine, 62100 Calais"
SECTOR = "gagarine-manet-ferber"
SCREEN = (1280, 800)
CLERK = (1280, 1000)
PAPER_DPI = 96
SHEET_WIDTH = 1100
STARTED_WITHIN_S = 60


def draw_all(folder: Path) -> None:
    """Draw every picture into a folder."""
    with TemporaryDirectory() as work, _browser() as browser:
        os.environ["GEOVILLE_DATA_DIR"] = str(Path(work) / "user")  # the same whatever the user added
        for name, draw in FROM_FILES.items():
            draw(Path(work), browser, folder / name)
        with _serving(Path(work)) as url:
            draw_page(url, browser, folder / PAGE)


def draw_map(work: Path, browser: Browser, path: Path) -> None:
    """Draw the map of a sector, as it opens."""
    page = Territory.open("calais").map(SECTOR, work, on=DAY)
    _shoot(browser, page.as_uri(), path, SCREEN, ready=_drawn)


def draw_statement(work: Path, browser: Browser, path: Path) -> None:  # noqa: ARG001 - as the others
    """Draw the statement of an address, from its PDF."""
    statement = Territory.open("calais").attest(ADDRESS, work / "releve.pdf", on=DAY, issued=DAY)
    command = ["pdftoppm", "-png", "-singlefile", "-r", str(PAPER_DPI), str(statement), str(path.with_suffix(""))]
    subprocess.run(command, check=True)  # noqa: S603 - the words are ours
    _keep(Image.open(path).convert("RGB"), path)


def draw_sheet(work: Path, browser: Browser, path: Path) -> None:  # noqa: ARG001 - as the others
    """Draw the sheet of a sector, smaller."""
    sheet = Image.open(Territory.open("calais").sheet(SECTOR, work / "planche.png", on=DAY)).convert("RGB")
    height = round(sheet.height * SHEET_WIDTH / sheet.width)
    _keep(sheet.resize((SHEET_WIDTH, height), Image.Resampling.LANCZOS), path)


def draw_page(url: str, browser: Browser, path: Path) -> None:
    """Draw the page of a service that runs, once it has answered."""
    _shoot(browser, f"{url}/#on={GENERATION_DAY}&q={quote(ADDRESS)}", path, CLERK, ready=_answered)


PAGE = "page.png"
FROM_FILES: dict[str, Callable[[Path, Browser, Path], None]] = {
    "carte-gagarine.png": draw_map,
    "releve.png": draw_statement,
    "planche.png": draw_sheet,
}


def _drawn(page: Page) -> None:
    page.wait_for_selector(".leaflet-map-pane path", state="attached")


def _answered(page: Page) -> None:
    page.get_by_text("Dedans").first.wait_for()
    page.wait_for_load_state("networkidle")


def _shoot(browser: Browser, url: str, path: Path, size: tuple[int, int], ready: Callable[[Page], None]) -> None:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="fr-FR", reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(url)
    ready(page)
    page.screenshot(path=path, animations="disabled")
    context.close()
    _keep(Image.open(path).convert("RGB"), path)


def _keep(picture: Image.Image, path: Path) -> None:
    picture.quantize(method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(path, optimize=True)


@contextmanager
def _browser() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--lang=fr-FR"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=arguments)
        yield chromium
        chromium.close()


@contextmanager
def _serving(work: Path) -> Iterator[str]:
    """`geoville serve` on a free port, ended by its process id."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{trial.getsockname()[1]}"
    command = [sys.executable, "-c", "from geoville.cli import main; main()", "serve", "--port", url.rpartition(":")[2]]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=work) as process:  # noqa: S603 - ours too
        try:
            until = time.monotonic() + STARTED_WITHIN_S
            while not _is_ready(url):
                if time.monotonic() > until or process.poll() is not None:
                    raise SystemExit("The service did not start.")
                time.sleep(0.1)
            yield url
        finally:
            process.terminate()


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/ready", timeout=2).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def main() -> None:
    """Read the arguments, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=FOLDER)
    draw_all(parser.parse_args().into)


if __name__ == "__main__":
    main()
