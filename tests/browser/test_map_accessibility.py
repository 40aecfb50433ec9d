"""What axe-core, kept in the PyPI package axe-playwright-python, finds on the pages: nothing."""

from __future__ import annotations

import pytest
from pages_seen import axe_faults

pytestmark = pytest.mark.browser

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
        assert axe_faults(page) == []
