"""Settings come from the command line, then from the environment; workers get them whole."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from geoville.api.settings import Settings, read_settings
from geoville.errors import InvalidInputError

TOKEN = "un-jeton-de-seize-lettres"
GIVEN = {
    "territory": "calais",
    "perimeters": [Path("a b.gpkg"), Path("é.geojson")],
    "addresses": Path("62.sqlite"),
    "geocoder": "geoplateforme",
    "tiles": "ign",
    "cors_origins": ["https://ville.example"],
    "max_body_bytes": 10,
    "request_timeout_s": 1.5,
    "rate_per_minute": 60,
    "trusted_proxies": ["10.0.0.0/8", "fd00::/8"],
    "log_json": True,
}


def test_a_worker_builds_the_same_settings_from_its_environment(monkeypatch):
    settings = read_settings(**GIVEN)
    for name, text in settings.environment().items():
        monkeypatch.setenv(name, text)
    assert Settings() == settings


def test_the_command_line_is_heard_first_and_the_token_is_passed_to_nobody(monkeypatch):
    monkeypatch.setenv("GEOVILLE_TILES", "ign")
    monkeypatch.setenv("GEOVILLE_RATE_PER_MINUTE", "5")
    monkeypatch.setenv("GEOVILLE_ADMIN_TOKEN", TOKEN)
    settings = read_settings(rate_per_minute=7, tiles=None)
    assert (settings.tiles, settings.rate_per_minute) == ("ign", 7)
    assert settings.admin_token is not None
    assert TOKEN not in repr(settings)
    assert settings.environment() == {"GEOVILLE_TILES": "ign", "GEOVILLE_RATE_PER_MINUTE": "7"}


@pytest.mark.parametrize("host", ["fonds.example", "https://fonds.example/wmts", "https://a b", "javascript:alert(1)"])
def test_a_mirror_of_tiles_is_a_host_and_nothing_else(host):
    with pytest.raises(InvalidInputError, match="GEOVILLE_TILES_HOST"):
        read_settings(tiles_host=host)


def test_an_empty_variable_sets_nothing(monkeypatch):
    monkeypatch.setenv("GEOVILLE_ADMIN_TOKEN", "")
    assert read_settings().admin_token is None


@pytest.mark.parametrize(("name", "text"), [
    ("GEOVILLE_ADMIN_TOKEN", "court"), ("GEOVILLE_TILES", "google"), ("GEOVILLE_RATE_PER_MINUTE", "-3"),
    ("GEOVILLE_REQUEST_TIMEOUT_S", "0"), ("GEOVILLE_TRUSTED_PROXIES", '["partout"]'), ("GEOVILLE_PERIMETERS", "a.gpkg"),
])  # fmt: skip
def test_a_setting_that_is_wrong_is_named_and_not_repeated(monkeypatch, name, text):
    monkeypatch.setenv(name, text)
    with pytest.raises(InvalidInputError) as raised:
        read_settings()
    assert name in raised.value.sentence
    assert text not in raised.value.sentence


def test_the_command_says_it_in_one_sentence(script):
    environment = {**os.environ, "GEOVILLE_ADMIN_TOKEN": "court"}
    refused = subprocess.run([script, "serve"], capture_output=True, check=False, env=environment)
    assert (refused.returncode, refused.stdout, refused.stderr.count(b"\n")) == (2, b"", 1)
    assert "GEOVILLE_ADMIN_TOKEN" in refused.stderr.decode("utf-8")
