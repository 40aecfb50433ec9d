from __future__ import annotations

import pytest

from geoville.geocoding.match import body_likeness, name_likeness
from geoville.geocoding.parse import street_name
from geoville.geocoding.words import Vocabulary, misspelling_likeness, word_likeness


@pytest.mark.parametrize(
    ("asked", "known", "expected"),
    [
        ("mollien", "mollien", 1.0),
        ("mollier", "mollien", 0.9),
        ("toumaniants", "toumaniantz", 0.9),
        ("toumanianst", "toumaniantz", 0.85),
        ("reims", "rheims", 0.95),
        ("calmete", "calmette", 0.95),
        ("bart", "bert", None),
        ("pins", "pin", None),
        ("vermeer", "guynemer", None),
        ("oollien", "mollien", None),
        ("1945", "1946", None),
        ("", "rue", None),
    ],
)
def test_words(asked: str, known: str, expected: float | None) -> None:
    assert word_likeness(asked, known) == expected


def test_a_word_that_the_list_knows_is_not_a_misspelling() -> None:
    vocabulary = Vocabulary(("mollien", "mollier"))
    assert vocabulary.likeness("mollier", "mollien") is None
    assert vocabulary.alternatives("mollier") == ("mollier",)
    assert vocabulary.alternatives("mollies") == ("mollien", "mollier")
    assert vocabulary.alternatives("bert") == ()


@pytest.mark.parametrize(
    ("asked", "known", "score", "misspelt"),
    [
        ("georges guynemer", "Avenue Georges Guynemer", 1.0, False),
        ("guynemer georges", "Avenue Georges Guynemer", 0.97, False),
        ("g guynemer", "Avenue Georges Guynemer", 0.97, False),
        ("guynemer", "Avenue Georges Guynemer", 0.94, False),
        ("general mollien", "Rue Mollien", 0.96, False),
        ("huit mai 1945", "Boulevard du 8 Mai", 0.96, False),
        ("georges guynemet", "Avenue Georges Guynemer", 0.9, True),
        ("martin luther king", "Rue du Pasteur Martin Luther King", 0.94, False),
    ],
)
def test_bodies_of_one_street(asked: str, known: str, score: float, misspelt: bool) -> None:
    name = street_name(known)
    likeness = body_likeness(tuple(asked.split()), name, Vocabulary(name.content))
    assert likeness is not None
    assert likeness.score == pytest.approx(score)
    assert likeness.misspelt is misspelt


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("georges pompidou", "Avenue Georges Guynemer"),
        ("georges", "Avenue Georges Guynemer"),
        ("pierre", "Rue Saint-Pierre"),
        ("exupery", "Avenue Antoine de Saint-Exupéry"),
        ("courgain", "Grande Rue du Petit Courgain"),
        ("chaux", "Rue du Four à Chaux"),
        ("coins", "Rue des Quatre Coins"),
        ("louis pasteur", "Rue Pasteur"),
        ("mollien prolongee", "Rue Mollien"),
        ("", "Rue Mollien"),
    ],
)
def test_bodies_of_two_streets(asked: str, known: str) -> None:
    name = street_name(known)
    assert body_likeness(tuple(asked.split()), name, Vocabulary(name.content)) is None


@pytest.mark.parametrize(
    ("asked", "known", "expected"),
    [
        ("vorot", "corot", 0.9),
        ("mant", "manet", 0.9),
        ("clode", "claude", 0.93),
        ("exupairy", "exupery", 0.93),
        ("brosolete", "brossolette", 0.93),
        ("briqeteri", "briqueterie", 0.93),
        ("toumaniatns", "toumaniantz", 0.85),
        ("bac", "bas", None),
        ("ab", "a", None),
        ("1945", "1946", None),
        ("gambetta", "guynemer", None),
    ],
)
def test_words_that_nobody_knows(asked: str, known: str, expected: float | None) -> None:
    assert misspelling_likeness(asked, known) == expected


def test_a_rich_list_forgives_more_but_never_takes_a_known_word_for_another() -> None:
    known = {"manet", "monet", "corot"}
    rich = Vocabulary(("manet", "corot"), knows=known.__contains__, rich=True)
    assert rich.likeness("mamet", "manet") == 0.9
    assert rich.likeness("monet", "manet") is None
    assert rich.alternatives("monet") == ()
    assert rich.alternatives("koro") == ("corot",)
    assert Vocabulary(("manet", "corot")).alternatives("koro") == ()


@pytest.mark.parametrize("rich", [True, False])
def test_a_plural_is_the_same_word(rich: bool) -> None:
    vocabulary = Vocabulary(("moulin", "pre"), knows={"moulin", "moulins"}.__contains__, rich=rich)
    assert vocabulary.likeness("moulins", "moulin") == 0.95
    assert vocabulary.alternatives("moulins") == ("moulin",)


@pytest.mark.parametrize(
    ("asked", "known", "score"),
    [
        ("avexue de Calais", "Avenue de Calais", 0.95),
        ("plaec d'Alsace", "Place d'Alsace", 0.95),
        ("rue de Calais", "Avenue de Calais", 0.85),
        ("Calais", "Avenue de Calais", 0.92),
        ("rue du Cap. Diderot", "Rue du Capitaine Diderot", 0.97),
        ("rue du Gén. Leclerc", "Rue du Général Leclerc", 1.0),
    ],
)
def test_types_and_titles(asked: str, known: str, score: float) -> None:
    name = street_name(known)
    likeness = name_likeness(street_name(asked), name, Vocabulary(name.content))
    assert likeness is not None
    assert likeness.score == pytest.approx(score)


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("rue du Général Vaillant", "Rue Gabriel Vaillant"),
        ("rue du Maréchal Braille", "Rue Albert Braille"),
        ("vallée de Calais", "Rue de Calais"),
        ("rue du Gris Nez", "Rue du Cap Gris Nez"),
    ],
)
def test_names_of_two_streets(asked: str, known: str) -> None:
    name = street_name(known)
    assert name_likeness(street_name(asked), name, Vocabulary(name.content, rich=True)) is None


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("rue du Moulin", "Rue Jean Moulin"),
        ("rue de Paris", "Rue Porte de Paris"),
        ("rue de l'Église", "Rue Derrière l'Église"),
        ("rue de France", "Rue Anatole France"),
        ("rue France", "Rue Anatole France"),
        ("rue des Marais", "Rue Jean Marais"),
        ("rue de la Fontaine", "Rue Jean de La Fontaine"),
        ("rue des Roses", "Rue des Rosiers"),
        ("rue Dupond", "Rue Dupont"),
        ("rue Haut", "Rue Haute"),
        ("rue du Marais", "Rue des Marais"),
        ("rue des Moulins", "Rue du Moulin"),
        ("rue Fourier", "Rue Fournier"),
        ("rue Roland", "Rue Rolland"),
        ("rue Martin", "Rue Marin"),
        ("rue du Maréchal Leclerc", "Rue Leclerc"),
        ("place de Calais", "Plage de Calais"),
        ("rue de la Croix du Pont", "Rue du Pont de la Croix"),
    ],
)
@pytest.mark.parametrize("rich", [True, False])
def test_another_word_or_another_name_is_never_sure(asked: str, known: str, rich: bool) -> None:
    name = street_name(known)
    likeness = name_likeness(street_name(asked), name, Vocabulary(name.content, rich=rich))
    assert likeness is None or likeness.unsure


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("avenue Guynemer", "Avenue Georges Guynemer"),
        ("avenue de Gaulle", "Avenue Charles de Gaulle"),
        ("avenue Charles de Gaulle", "Avenue du Général Charles de Gaulle"),
        ("rue Luther King", "Rue du Pasteur Martin Luther King"),
        ("rue Leclerc", "Rue du Général Leclerc"),
        ("rue Mollein", "Rue Mollien"),
        ("rue Calmete", "Rue Calmette"),
        ("bd du 8 mai", "Boulevard du 8 Mai 1945"),
        ("rue JB Poquelin", "Rue Jean-Baptiste Poquelin"),
        ("rue Émile Chartier", "Rue Émile Chartier dit Alain"),
        ("rue Émile Chartier (Alain)", "Rue Émile Chartier dit Alain"),
        ("rue du 81eme RGT d'infanterie", "Rue du Quatre-Vingt-Unième Régiment d'Infanterie"),
        ("rue du Moulin", "Rue Moulin"),
    ],
)
def test_the_same_name_written_otherwise_is_sure(asked: str, known: str) -> None:
    name = street_name(known)
    likeness = name_likeness(street_name(asked), name, Vocabulary(name.content, rich=True))
    assert likeness is not None
    assert not likeness.unsure
