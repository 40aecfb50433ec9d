"""The errors of the HTTP service, one by one: `python docs/erreurs.py` writes docs/erreurs.md.

It follows from `geoville.api.problems`, as the page that the service itself shows at `/docs/erreurs` does, where the
`type` of each problem leads. `tests/api/test_problem_types.py` fails when it is stale.
"""

from __future__ import annotations

from pathlib import Path

from geoville.api.problems import PAGE, PROBLEM_TYPES

WRITTEN = Path(__file__).with_suffix(".md")

HEAD = f"""# Les erreurs du service

Page faite par `python docs/erreurs.py` : ne pas la modifier à la main. Le service montre la même, à `{PAGE}`.

Toute erreur est un document `application/problem+json` (RFC 9457). `type` est l'adresse d'un des paragraphes
ci-dessous, dans le service qui répond (`{PAGE}#parametre`, derrière l'adresse publique si l'exploitant l'a donnée) :
c'est lui qu'un programme compare, et non `title` ni `detail`. `detail` est une phrase en français, à montrer telle
quelle. `request_id` est le numéro à donner à l'exploitant. Des exemples sont dans [l'API par
l'exemple](api.md#les-erreurs).
"""


def page() -> str:
    """The page in Markdown."""
    parts = [
        f"## {name}\n\n**{kind.status.value}, {kind.title.lower()}.** {kind.when}\n\nQue faire ? {kind.remedy}\n"
        for name, kind in PROBLEM_TYPES.items()
    ]
    return "\n".join([HEAD, *parts])


if __name__ == "__main__":
    WRITTEN.write_text(page(), encoding="utf-8")
