"""Made-up names of towns and streets: real words, put together by chance as French names are."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random


def _words(text: str) -> list[str]:
    return text.split()


def _phrases(text: str) -> list[str]:
    return text.split("|")


_TOWN_HEADS = _words(
    "Aude Bain Bour Bré Cam Cor Dan Esca Fré Gui Hau Her Isse Lam Lin Mar Méri Nor Oui Peu Qué Rec Rou Sam Tin Val "
    "Ver Wim Zud Blan Coul Éper Fleur Gon Hes Lan Mon Neu Ram Vau"
)
_TOWN_TAILS = _words(
    "bourg brune chy court dal en ghem gnies gues hove lers ligny mieux mont nesse quin ques say ses thun tigny ville "
    "vin wille zeele berck delle fontaine loy roy"
)
_SAINTS = _words("Aubin Denis Éloi Georges Hilaire Josse Léger Martin Michel Nicolas Omer Pierre Quentin Rémy Vaast")
_RIVERS = _words("sur-l'Aa sur-la-Lys sur-Canche en-Artois le-Château lès-Bains aux-Bois sous-Bellevue au-Mont")

_COMMON_STREETS = _phrases(
    "Rue de l'Église|Grande Rue|Rue de la Mairie|Rue du Moulin|Place de la Mairie|Rue de la Gare|Rue du Stade|"
    "Rue des Écoles|Rue du Château|Rue du 8 Mai 1945|Rue du 11 Novembre 1918|Chemin du Marais|Rue Principale|"
    "Impasse des Lilas|Rue Neuve|Rue Haute|Rue Basse|Place du Général de Gaulle|Rue du Général Leclerc|"
    "Rue Jean Jaurès|Rue Pasteur|Rue Victor Hugo|Route Nationale|Rue du Calvaire|Résidence les Peupliers"
)
_TYPES = ("Rue",) * 12 + ("Impasse",) * 3 + ("Allée",) * 3 + ("Avenue",) * 3 + (
    "Chemin", "Chemin", "Boulevard", "Route", "Place", "Résidence", "Square", "Quai", "Sentier", "Ruelle", "Clos"
)  # fmt: skip
_FIRST_NAMES = _words(
    "Aimé Albert Alexandre Alphonse Ambroise Anatole André Antoine Arthur Auguste Berthe Camille Charles Claude Denis "
    "Édouard Émile Eugène Ferdinand François Gabriel Georges Gustave Guy Henri Honoré Irène Jacques Jean Jules Lazare "
    "Léon Louis Louise Lucien Marcel Marie Maurice Nelson Olympe Paul Pierre Raoul René Robert Roger Rosa Simone Yves"
)
_SURNAMES = _words(
    "Barbusse Bazille Berlioz Bernard Blériot Blum Boucher Braille Briand Brossolette Camus Carnot Cézanne Chopin "
    "Clemenceau Colbert Corot Courbet Croizat Curie Daudet Debussy Delacroix Delaunay Descartes Desmoulins Diderot "
    "Dolet Dumas Éluard Ferrer Ferry Foch Fournier Gambetta Garros Gauguin Gide Guesde Guynemer Hanotte Ingres Jouhaux "
    "Kléber Lacordaire Lafargue Lamartine Langevin Lavoisier Lebrun Ledoux Leroux Macé Mallarmé Malraux Manet Marceau "
    "Matisse Maupassant Mermoz Michelet Mirabeau Mollien Monet Montaigne Moulin Musset Pascal Péguy Perrault Poincaré "
    "Prévert Proudhon Rabelais Racine Renoir Rimbaud Robespierre Rolland Rousseau Salengro Sand Sembat Stendhal "
    "Thorez Triolet Vaillant Valéry Verdier Verlaine Vilar Voltaire Wallon Zay Zola"
)
_THINGS = _phrases(
    "des Acacias|des Alouettes|des Aubépines|de l'Abbaye|de l'Abreuvoir|des Bleuets|du Bois|des Bouleaux|du Canal|"
    "des Capucines|des Cerisiers|des Champs|des Charmes|du Chêne|des Coquelicots|de la Couture|de la Croix|des Dunes|"
    "de l'Écluse|de l'Égalité|des Érables|de l'Espérance|de la Ferme|de la Fontaine|des Frênes|des Genêts|"
    "des Glycines|des Hirondelles|de la Liberté|du Lavoir|des Marronniers|des Mésanges|des Mimosas|des Noisetiers|"
    "de la Paix|des Peupliers|des Pinsons|du Pont|du Port|des Prés|de la Rivière|des Roses|de la Source|des Tilleuls|"
    "des Tulipes|de la Vallée|des Violettes|des Pâquerettes|de la Briqueterie|de la Sucrerie"
)
_QUALITIES = ("", "", "", " Vert", " Blanc", " Rouge", " Neuf", " Vieux")
_TITLES = ("du Général", "du Docteur", "du Colonel", "du Maréchal", "de l'Abbé", "du Capitaine")


def town_names() -> list[str]:
    """Return some thousands of names of towns, each once, always in the same order."""
    plain = [head + tail for tail, head in product(_TOWN_TAILS, _TOWN_HEADS)]
    saints = [f"Saint-{saint}-{river}" for river, saint in product(_RIVERS, _SAINTS)]
    by_water = [f"{name}-{river}" for river, name in zip(_RIVERS * 400, plain, strict=False)]
    return list(dict.fromkeys([*plain[::3], *saints, *plain[1::3], *by_water]))


def street_names(random: Random, count: int) -> list[str]:
    """Names of the streets of one town, each once; every town has the common ones first."""
    names = dict.fromkeys(random.sample(_COMMON_STREETS, min(count, len(_COMMON_STREETS))))
    while len(names) < count:
        names[f"{random.choice(_TYPES)} {_body(random)}"] = None
    return list(names)


def _body(random: Random) -> str:
    person = f"{random.choice(_FIRST_NAMES)} {random.choice(_SURNAMES)}"
    kind = random.random()
    if kind < 0.55:
        return person
    if kind < 0.75:
        return random.choice(_THINGS)
    if kind < 0.85:
        return f"{random.choice(_TITLES)} {random.choice(_SURNAMES)}"
    if kind < 0.95:
        return f"{random.choice(_THINGS)}{random.choice(_QUALITIES)}"
    return f"de {random.choice(_TOWN_HEADS)}{random.choice(_TOWN_TAILS)}"
