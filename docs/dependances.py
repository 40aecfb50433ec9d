"""What geoville is made of: `python docs/dependances.py` writes docs/licences.md and docs/sbom.cdx.json.

Both follow from pyproject.toml, constraints.txt and the metadata of the installed distributions, for CPython 3.11 on
Linux: any machine that has them writes the same files. `tests/unit/test_dependencies.py` fails when what it can see of
them is stale: the tests run without the linters. `python docs/dependances.py --check`, in `make lint`, sees all.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

REPOSITORY = Path(__file__).resolve().parents[1]
LICENCES, SBOM = REPOSITORY / "docs" / "licences.md", REPOSITORY / "docs" / "sbom.cdx.json"
SHIPPED = ("serve", "paper", "fetch", "raster", "cluster", "postgis", "s3")
TESTED, TOOLS = (*SHIPPED, "test"), (*SHIPPED, "test", "lint")
"""Extras that users may install, those that tests have, and those of whoever works on geoville."""

MACHINE = {
    "implementation_name": "cpython",
    "implementation_version": "3.11.0",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "",
    "platform_system": "Linux",
    "platform_version": "",
    "python_full_version": "3.11.0",
    "python_version": "3.11",
    "sys_platform": "linux",
}

ALLOWED = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python",
    "HPND", "ISC", "MIT", "MIT-0", "MIT-CMU", "PSF-2.0", "Python-2.0", "Unlicense", "Zlib",
}  # fmt: skip
"""They ask for their notice to be kept, and for nothing of the code that uses them."""

ALLOWED_APART = {"LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later", "MPL-2.0"}
"""They ask that changes to themselves be given: the distributions are used unchanged, imported, and can be replaced."""

IN_WORDS = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD 2-Clause License": "BSD-2-Clause",
    "BSD License": "BSD-3-Clause",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "New BSD": "BSD-3-Clause",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
"""What distributions without an SPDX expression write."""

READ_IN_THE_LICENCE = {
    "axe-playwright-python": "MIT AND MPL-2.0",  # axe-core, which it carries, is under the latter
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "xstatic-leaflet": "BSD-2-Clause",
}
"""Distributions whose metadata do not tell: what their licence file says."""


@dataclass(frozen=True)
class Dependency:
    """A distribution, in the version of constraints.txt.

    Parameters
    ----------
    shipped : whether users install it, rather than whoever works on geoville.
    tested : whether it is there when the tests run.
    needs : names of the distributions that it asks for.
    """

    name: str
    version: str
    licence: str
    summary: str
    shipped: bool
    tested: bool
    needs: tuple[str, ...]


def dependencies(extras: tuple[str, ...] = TOOLS) -> list[Dependency]:
    """Every distribution that geoville and some extras, all by default, lead to, by name; they are installed."""
    pins = dict(_pins())
    shipped, tested, every = _closure(SHIPPED), _closure(TESTED), _closure(extras)
    return [
        Dependency(
            name,
            pins.get(name) or distribution(name).version,
            licence_of(name),
            _summary(name),
            name in shipped,
            name in tested,
            tuple(sorted(needs)),
        )
        for name, needs in sorted(every.items())
    ]


def licence_of(name: str) -> str:
    """SPDX expression of the licence of an installed distribution; what it says as it is where none is recognised."""
    if name in READ_IN_THE_LICENCE:
        return READ_IN_THE_LICENCE[name]
    known = distribution(name).metadata
    if expression := known.get("License-Expression", ""):
        return expression
    said = known.get("License", "").strip()
    if said in ALLOWED | ALLOWED_APART:
        return said
    classified = [line.rpartition(" :: ")[2] for line in known.get_all("Classifier", []) if line.startswith("License")]
    found = [IN_WORDS[words] for words in (said, *classified) if words in IN_WORDS]
    return found[0] if found else said.splitlines()[0] if said else "?"


def is_allowed(expression: str) -> bool:
    """Whether an SPDX expression leaves a choice that geoville's own licence, MIT, goes with."""
    inner = expression
    while (simpler := re.sub(r"\(([^()]*)\)", lambda part: str(_choice(part[1])), inner)) != inner:
        inner = simpler
    return _choice(inner)


def _choice(expression: str) -> bool:
    known = ALLOWED | ALLOWED_APART | {"True"}
    return any(
        all(part.strip() in known for part in re.split(r"\s+AND\s+", either))
        for either in re.split(r"\s+OR\s+", expression)
    )


def _pins() -> Iterator[tuple[str, str]]:
    for line in (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines():
        name, mark, version = line.partition("==")
        if mark:
            yield canonicalize_name(name), version.strip()


def _closure(extras: Iterable[str]) -> dict[str, set[str]]:
    """What each distribution needs, for all those that geoville with some extras leads to."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    own = [*project["dependencies"], *(item for extra in extras for item in project["optional-dependencies"][extra])]
    waiting = [requirement for requirement in map(Requirement, own) if requirement.name != "geoville"]
    asked: dict[str, set[str]] = {}
    needs: dict[str, set[str]] = {}
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        new = {"", *requirement.extras} - asked.setdefault(name, set())
        asked[name] |= new
        found = [item for extra in new for item in _required(name, extra)]
        needs.setdefault(name, set()).update(canonicalize_name(item.name) for item in found)
        waiting += found
    return needs


def _required(name: str, extra: str) -> Iterator[Requirement]:
    for text in distribution(name).requires or ():
        requirement = Requirement(text)
        asked = requirement.marker.evaluate({**MACHINE, "extra": extra}) if requirement.marker else not extra
        if asked:
            yield requirement


def _summary(name: str) -> str:
    return distribution(name).metadata.get("Summary", "").strip()


def licences_text(found: list[Dependency]) -> str:
    """The list of licences, for people; without the linters, its beginning."""
    refused = [item.name for item in found if not is_allowed(item.licence)]
    if refused:
        raise SystemExit(f"Licence that is not on the list of those allowed: {', '.join(refused)}")
    apart = [item for item in found if item.shipped and not is_allowed_alone(item.licence)]
    head = (REPOSITORY / "docs" / "licences.head.md").read_text(encoding="utf-8")
    return "".join(
        (
            head.replace("{apart}", ", ".join(f"{item.name} ({item.licence})" for item in apart)),
            "\n## Ce qui s'installe avec geoville\n\n",
            _table(item for item in found if item.shipped),
            "\n## Ce qui sert seulement à l'éprouver\n\n",
            _table(item for item in found if item.tested and not item.shipped),
            _linters_text([item for item in found if not item.tested]),
        )
    )


def _linters_text(found: list[Dependency]) -> str:
    return f"\n## Ce qui sert seulement à relire son code\n\n{_table(found)}" if found else ""


def is_allowed_alone(expression: str) -> bool:
    """Whether an expression asks for nothing more than to keep a notice."""
    return not any(name in expression for name in ALLOWED_APART)


def _table(items: Iterable[Dependency]) -> str:
    rows = "".join(f"| {item.name} | {item.version} | {item.licence} |\n" for item in items)
    return f"| Paquet | Version | Licence (SPDX) |\n|---|---|---|\n{rows}"


def sbom_text(found: list[Dependency]) -> str:
    """The components that are shipped, in CycloneDX 1.5; without a date, so that it changes only when they do."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    shipped = [item for item in found if item.shipped]
    extras = [text for extra in SHIPPED for text in project["optional-dependencies"][extra]]
    roots = {canonicalize_name(Requirement(text).name) for text in (*project["dependencies"], *extras)}
    own = _component("application", "geoville", project["version"], project["license"], project["description"])
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": own},
        "components": [_component("library", item.name, item.version, item.licence, item.summary) for item in shipped],
        "dependencies": [
            {"ref": own["bom-ref"], "dependsOn": sorted(_purl(item) for item in shipped if item.name in roots)},
            *(
                {"ref": _purl(item), "dependsOn": sorted(_purl(other) for other in shipped if other.name in item.needs)}
                for item in shipped
            ),
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _purl(item: Dependency) -> str:
    return f"pkg:pypi/{item.name}@{item.version}"


def _component(kind: str, name: str, version: str, licence: str, summary: str) -> dict[str, object]:
    purl = f"pkg:pypi/{name}@{version}"
    return {
        "type": kind,
        "bom-ref": purl,
        "name": name,
        "version": version,
        "description": summary,
        "licenses": [{"expression": licence}],
        "purl": purl,
    }


def main() -> None:
    """Write both files, or with `--check` say which are stale."""
    found = dependencies()
    texts = {LICENCES: licences_text(found), SBOM: sbom_text(found)}
    if sys.argv[1:] == ["--check"]:
        stale = [str(path.name) for path, text in texts.items() if path.read_text(encoding="utf-8") != text]
        sys.exit(f"Stale, to be written again by python docs/dependances.py: {', '.join(stale)}" if stale else 0)
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
