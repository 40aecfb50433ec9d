"""The whole chain on the embedded territory: compute, answer, draw."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.eligibility.documents import answer_document
from geoville.sources.files import make_folder, replacing
from geoville.sources.pack import open_pack
from geoville.workflows.candidates import compute_candidates
from geoville.workflows.lookup import open_desk
from geoville.workflows.maps import draw_maps, sector_recipes
from geoville.workflows.search_inputs import CandidateRequest

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from geoville.model import Answer
    from geoville.workflows.candidates import CandidateRun


TERRITORY = "calais"

QUESTIONS = (
    "1 rue Youri Gagarine, 62100 Calais",
    "Collège Martin Luther King",
    "Collège Lucien Vadez",
    "Collège Vauban",
    "437 av. Roger Salengro, 62100 Calais",
    "Gare de Calais-Ville",
    "23 bd Léon Gambetta, Calais",
    "avenue Guynemer, Calais",
    "12 rue de l'Inconnue, 62100 Calais",
    "1.8860, 50.9550",
)
"""Ten questions: inside, outside, near the limit, at street level, unknown, by coordinates."""


@dataclass(frozen=True, eq=False, slots=True)
class DemoResult:
    """What the demonstration computed, and where it wrote it."""

    run: CandidateRun
    answers: tuple[tuple[str, Answer], ...]
    files: tuple[Path, ...]


def run_demo(folder: Path, on: date) -> DemoResult:
    """Compute the candidates of Calais, answer ten questions from them, draw the two sectors.

    Parameters
    ----------
    folder : created where it is missing.
    on : day asked about.
    """
    make_folder(folder)
    territory = open_pack(TERRITORY)
    run = compute_candidates(territory.grid_path(), CandidateRequest(on=on, territory=territory))
    layers = (folder / "candidats.gpkg", folder / "candidats.geojson")
    for layer in layers:
        run.write(layer)
    desk = open_desk(TERRITORY, perimeters=[layers[1]])
    answers = tuple((question, desk.answer(question, on)) for question in QUESTIONS)
    answered = folder / "reponses.json"
    with replacing(answered) as beside:
        documents = [{"question": question, **answer_document(answer)} for question, answer in answers]
        beside.write_text(json.dumps(documents, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    maps = [path for recipe in sector_recipes(territory) for path in draw_maps(territory, recipe.name, folder, on)]
    return DemoResult(run, answers, (*layers, answered, *maps))
