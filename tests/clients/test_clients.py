"""Real clients, installed from their registries and pointed at a service that runs: what they print of it."""

from __future__ import annotations

import sys

import pytest
from environments import PAGE, RegistryAwayError, clients, page, printed
from services import services

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="shell scripts")

TOKEN = "0123456789abcdef-token"


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    folder = tmp_path_factory.mktemp("service")
    own = {"GEOVILLE_DATA_DIR": str(folder / "user"), "GEOVILLE_ADMIN_TOKEN": TOKEN}
    with services(folder) as start:
        yield start(env=own).url


def as_test(client):
    marks = [pytest.mark.needs(*client.needs)] if client.needs else []
    if client.packages or client.script.suffix == ".py":
        marks.append(pytest.mark.slow)
    return pytest.param(client, marks=marks, id=client.script.stem.removeprefix("with_"))


@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("client", [as_test(client) for client in clients()])
def test_a_client_that_is_pointed_at_the_service_works(client, url):
    try:
        lines = printed(client, url, TOKEN)
    except RegistryAwayError as away:
        pytest.skip(f"{client.registry}: {away}")
    assert lines == list(client.prints)


def test_the_page_says_what_is_tried():
    assert PAGE.read_text(encoding="utf-8") == page(), "python tests/clients/environments.py"


def test_nearly_all_clients_work_unchanged():
    known = clients()
    unchanged = [client for client in known if client.unchanged]
    assert len(unchanged) >= 20
    assert all(client.address for client in unchanged)
    assert len(known) - len(unchanged) <= 2
