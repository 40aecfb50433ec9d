"""The OpenAPI document says what the service does: schemathesis asks what it allows, and what it does not."""

from __future__ import annotations

from contextlib import nullcontext, suppress

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

NOT_IN_A_SCHEMA = {"positive_data_acceptance"}
"""Questions are refused that no schema can: `lon` without `lat`, a text of blanks, latitude first, a ring left open."""

KEPT = [check for check in CHECKS.get_all() if check.__name__ not in NOT_IN_A_SCHEMA]


def ask_everything(app, mode: GenerationMode, examples: int) -> None:
    """Ask every operation of the document, and hold each answer against it."""
    document = schemathesis.openapi.from_asgi("/openapi.json", app)
    operations = [found.ok() for found in document.get_all_operations()]
    assert len(operations) > 10
    for operation in operations:

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def hold(case):
            case.call_and_validate(checks=KEPT)

        # There is no wrong way to ask an operation that takes nothing.
        with nullcontext() if mode is GenerationMode.POSITIVE else suppress(Unsatisfiable):
            hold()


MODES = pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)


@MODES
def test_the_service_does_what_its_document_says(app, mode):
    ask_everything(app, mode, examples=3)


@pytest.mark.slow
@MODES
def test_the_service_does_what_its_document_says_at_length(app, mode):
    ask_everything(app, mode, examples=300)
