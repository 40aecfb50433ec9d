"""Streets that do not exist in the town named, though they look as if they did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from misspell import ARTICLES, folded
from ways_to_write import PERSON, line_of

if TYPE_CHECKING:
    from random import Random

    from make_spellings import Gazetteer, Row

KNOWN_ELSEWHERE = (
    "Rue Simone Veil|Avenue des Champs-Élysées|Rue des Martyrs de la Résistance|Boulevard Saint-Michel|Rue de Rivoli|"
    "Rue du Faubourg Saint-Honoré|Place Bellecour|La Canebière|Rue Sainte-Catherine|Cours Mirabeau|Rue Crébillon|"
    "Place Stanislas|Rue du Gros Horloge|Promenade des Anglais|Rue Nationale|Quai des Chartrons|Rue Esquermoise|"
    "Boulevard Haussmann|Avenue Foch|Rue du Bac|Rue Mouffetard|Place du Capitole|Rue d'Alsace-Lorraine|Rue Daguerre|"
    "Rue des Francs-Bourgeois|Avenue de la Grande Armée|Rue Oberkampf|Rue de Belleville|Rue Lepic|Rue Cler|"
    "Rue Montorgueil|Boulevard Voltaire|Rue de la Roquette|Rue Saint-Maur|Avenue Parmentier|Rue de Charonne|"
    "Rue des Pyrénées|Rue de Ménilmontant|Avenue Gambetta|Cours de Vincennes|Rue de Picpus|Avenue Daumesnil|"
    "Rue de Tolbiac|Avenue d'Italie|Rue Nationale Prolongée|Rue de Vaugirard|Rue Lecourbe|Rue du Commerce|"
    "Avenue Émile Zola Prolongée|Rue Raynouard|Avenue Mozart|Rue de Passy|Rue des Belles Feuilles|Rue de Prony|"
    "Rue des Batignolles|Avenue de Clichy|Rue Marcadet|Rue Ordener|Rue Custine|Rue Riquet|Rue d'Aubervilliers"
)


def absent_streets(chance: Random, gazetteer: Gazetteer, count: int) -> list[str]:
    """So many questions about streets that the town named lacks, half of them about streets of its neighbours."""
    makers = (_of_another_town, _of_another_town, _with_another_surname, _known_elsewhere)
    questions: dict[str, None] = {}
    while len(questions) < count:
        row = chance.choice(gazetteer.rows)
        street = makers[len(questions) % len(makers)](chance, row, gazetteer)
        if street and not _exists(street, row, gazetteer):
            questions[line_of(chance, row, street)] = None
    return list(questions)


def _of_another_town(chance: Random, row: Row, gazetteer: Gazetteer) -> str:
    other = chance.choice(gazetteer.rows)
    return other.street if other.citycode != row.citycode else ""


def _with_another_surname(chance: Random, row: Row, gazetteer: Gazetteer) -> str:
    here, other = PERSON.fullmatch(row.street), PERSON.fullmatch(chance.choice(gazetteer.rows).street)
    return f"{here['kind']} {here['first']} {other['last']}" if here and other else ""


def _known_elsewhere(chance: Random, row: Row, gazetteer: Gazetteer) -> str:
    return chance.choice(KNOWN_ELSEWHERE.split("|"))


def _exists(street: str, row: Row, gazetteer: Gazetteer) -> bool:
    """Whether a reader could take it for a street of the town: same words, or one name in the other."""
    asked = _words(street)
    return any(asked <= known or known <= asked for known in map(_words, gazetteer.streets[row.citycode]))


def _words(street: str) -> frozenset[str]:
    """Words of a name without its type and its articles."""
    kind, _, body = street.partition(" ")
    return frozenset(folded(ARTICLES.sub(" ", body or kind)).split())
