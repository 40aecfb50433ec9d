"""What tests of workflows share."""

from __future__ import annotations

import pytest

from geoville.workflows.actions import ActionDesk
from geoville.workflows.lookup import DeskChoice


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> ActionDesk:
    """Actions are answered in the pack of Calais as it is shipped."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GEOVILLE_DATA_DIR", str(tmp_path_factory.mktemp("user")))
        return ActionDesk(DeskChoice("calais").open(), "calais")
