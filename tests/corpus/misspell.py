"""How people misspell names of streets. It shares nothing with the geocoder that it tries."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

SHORT_TYPES = {
    "Rue": ("r.", "r", "R"),
    "Avenue": ("av", "av.", "ave", "Av.", "AV"),
    "Boulevard": ("bd", "bld", "Bd", "boul.", "blvd", "BD"),
    "Place": ("pl", "pl.", "PL"),
    "Allée": ("all.", "all", "ALL"),
    "Impasse": ("imp", "imp.", "IMP"),
    "Route": ("rte", "Rte", "RTE"),
    "Chemin": ("che", "chem.", "ch.", "CHE"),
    "Square": ("sq", "sq.", "SQ"),
    "Résidence": ("rés.", "res", "RES"),
    "Grande Rue": ("Gde Rue", "Gd rue", "gr rue", "Grande r."),
}
SHORT_WORDS = {
    "Général": ("Gal", "Gén.", "Gen"),
    "Maréchal": ("Mal", "Mar."),
    "Docteur": ("Dr", "Dr."),
    "Colonel": ("Col", "Col."),
    "Capitaine": ("Cne", "Cap."),
    "Saint": ("St",),
    "Sainte": ("Ste",),
    "Pasteur": (),
}
ARTICLES = re.compile(r"\b(?:de la|du|des|de|les|la|le)\s+|\b(?:de )?[ld]['’]", re.IGNORECASE)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SOUNDS = (
    (r"ph", "f"), (r"([bcdfglmnprst])\1", r"\1"), (r"eau", "o"), (r"au(?!x?$)", "o"), (r"ai", "é"), (r"ai", "e"),
    (r"qu", "k"), (r"c(?=[aou])", "k"), (r"ç", "ss"), (r"y", "i"), (r"th", "t"), (r"(?<=[a-zà-ÿ])h", ""),
    (r"en(?=[^aeiouyéè])", "an"), (r"an(?=[^aeiouyéè])", "en"), (r"(?<=[aeiouyé])s(?=[aeiouyé])", "z"),
    (r"(?<=[aeiouyé])z(?=[aeiouyé])", "s"), (r"ain", "in"), (r"in(?=[^aeiouyéè])", "ain"), (r"(?<=[a-zà-ÿ]{3})e$", ""),
    (r"(?<=[a-zà-ÿ]{3})[tdsx]$", ""), (r"(?<=[a-zà-ÿ]{3})s$", ""), (r"ge(?=[^a-z]|$)", "je"), (r"er$", "é"),
    (r"c(?=[eiéè])", "s"), (r"(?<=[aeiouyéè])([lmnrt])(?=[aeiouyéè])", r"\1\1"),
)  # fmt: skip


def without_accents(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.replace("Œ", "Oe").replace("œ", "oe"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def folded(text: str) -> str:
    """Letters and digits only, to tell whether two spellings are one."""
    return " ".join(re.findall(r"[a-z0-9]+", without_accents(text).lower()))


def accents_dropped(chance: Random, street: str) -> str:
    plain = without_accents(street)
    plain = chance.choice((plain, plain.upper(), plain.lower(), plain.replace("'", " "), plain.replace("'", "’")))
    return plain.replace("-", " ") if chance.random() < 0.5 else plain


def abbreviated(chance: Random, street: str) -> str:
    for kind in sorted(SHORT_TYPES, key=len, reverse=True):
        if street.startswith(f"{kind} ") or street == kind:
            street = chance.choice(SHORT_TYPES[kind]) + street[len(kind) :]
            break
    for word, short in SHORT_WORDS.items():
        if short:
            street = re.sub(rf"\b{word}\b", chance.choice(short), street)
    return street


def initialled(street: str) -> str:
    """First name as its initial: "Rue V. Hugo"."""
    return re.sub(r"^(\S+ )([A-ZÉÈ])[a-zà-ÿ]+(?: |-)(?=[A-ZÉ][a-zà-ÿ]+$)", r"\1\2. ", street)


def with_a_typo(chance: Random, name: str) -> str:
    """One letter of one long word changed, dropped, doubled by another or moved."""
    words = name.split(" ")
    long = [place for place, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
    if not long:
        return name
    place = chance.choice(long)
    words[place] = _typo(chance, words[place])
    return " ".join(words)


def _typo(chance: Random, word: str) -> str:
    at = chance.randrange(len(word))
    kind = chance.choice(("change", "drop", "add", "swap"))
    if kind == "change":
        return word[:at] + chance.choice(LETTERS) + word[at + 1 :]
    if kind == "drop":
        return word[:at] + word[at + 1 :]
    if kind == "add":
        return word[:at] + chance.choice(LETTERS) + word[at:]
    at = min(at, len(word) - 2)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def by_ear(chance: Random, body: str) -> str:
    """One or two sounds of a name written another way."""
    rules = list(SOUNDS)
    chance.shuffle(rules)
    heard, changes = body, chance.choice((1, 1, 2))
    for pattern, other in rules:
        words = heard.split(" ")
        places = [place for place, word in enumerate(words) if len(word) >= 4 and re.search(pattern, word.lower())]
        if places:
            place = chance.choice(places)
            changed = re.sub(pattern, other, words[place].lower(), count=1)
            words[place] = changed.capitalize() if words[place][0].isupper() else changed
            heard, changes = " ".join(words), changes - 1
        if not changes:
            break
    return heard


def without_articles(street: str) -> str:
    kind, _, body = street.partition(" ")
    return f"{kind} {ARTICLES.sub('', body)}".strip()
