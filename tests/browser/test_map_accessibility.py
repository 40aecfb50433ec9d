"""What axe-core, kept in the PyPI package axe-playwright-python, finds on the pages: nothing."""

from __future__ import annotations

from importlib.resources import files

import pytest

pytestmark = pytest.mark.browser

AXE = files("axe_playwright_python").joinpath("axe.min.js")
VIEWS = {
    "map": "() => null",
    "popup": "() => document.querySelector('.leaflet-places-pane path').dispatchEvent("
    "new KeyboardEvent('keydown', { key: 'Enter' }))",
    "table": "() => document.querySelector('#open-table').click()",
    "search": "() => { const box = document.querySelector('#search'); box.value = 'gare';"
    " box.dispatchEvent(new Event('input')); }",
}
SETTLED = "() => Promise.all(document.getAnimations().map((animation) => animation.finished))"


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(at_rest, view):
    with at_rest("gagarine-manet-ferber") as page:
        page.evaluate(VIEWS[view])
        page.evaluate(SETTLED)  # while a popup fades in, its contrast is not yet its own
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("async () => (await axe.run(document)).violations")
        assert [(fault["id"], [node["html"][:120] for node in fault["nodes"]]) for fault in found] == []
