"""Which Prefect server is configured, without importing Prefect and without writing anything."""

from __future__ import annotations

import pytest

from ness_pipeline.flows.server_address import configured_server, environment

PROFILES = """
active = "work"
[profiles.work]
PREFECT_API_URL = "https://prefect.example.org/api"
PREFECT_API_KEY = "key-of-the-profile"
PREFECT_LOGGING_LEVEL = "DEBUG"
[profiles.other]
[profiles.third]
PREFECT_API_URL = "http://127.0.0.1:1/api"
"""


@pytest.fixture
def prefect_home(tmp_path, monkeypatch):
    """A PREFECT_HOME with three profiles, and no other setting."""
    for name in ("PREFECT_API_URL", "PREFECT_API_KEY", "PREFECT_PROFILE", "PREFECT_PROFILES_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    (tmp_path / "profiles.toml").write_text(PROFILES, encoding="utf-8")
    return tmp_path


def test_the_active_profile_names_the_server(prefect_home):
    """Address and key come from the active profile, which stays as it is; other settings of it are not ours."""
    assert configured_server() == {
        "PREFECT_API_URL": "https://prefect.example.org/api",
        "PREFECT_API_KEY": "key-of-the-profile",
    }
    assert sorted(file.name for file in prefect_home.iterdir()) == ["profiles.toml"]
    assert (prefect_home / "profiles.toml").read_text(encoding="utf-8") == PROFILES


def test_the_environment_comes_first(prefect_home, monkeypatch):
    """PREFECT_API_URL of the environment beats the profile's, and PREFECT_PROFILE chooses another profile."""
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    assert configured_server()["PREFECT_API_URL"] == "http://127.0.0.1:4200/api"
    monkeypatch.delenv("PREFECT_API_URL")
    monkeypatch.setenv("PREFECT_PROFILE", "third")
    assert configured_server() == {"PREFECT_API_URL": "http://127.0.0.1:1/api"}
    monkeypatch.setenv("PREFECT_PROFILE", "other")
    assert configured_server() is None


@pytest.mark.parametrize(
    "content",
    [
        "",
        "active = 3",
        "active = ['work']",
        "profiles = 3",
        "active = 'work'\nprofiles = ['work']",
        "active = 'work'\n[profiles]\nwork = 3",
        "no toml at all [",
        None,
    ],
)
def test_profiles_that_cannot_be_read_are_none(prefect_home, content):
    """A missing or damaged file of profiles means that no server is configured."""
    file = prefect_home / "profiles.toml"
    file.unlink()
    if content is not None:
        file.write_text(content, encoding="utf-8")
    assert configured_server() is None


def test_what_prefect_keeps_lies_in_our_home(tmp_path):
    """A process of ours keeps its Prefect files below NESS_HOME and never starts a server by itself."""
    settings = environment(tmp_path, {"PREFECT_API_URL": "http://127.0.0.1:1/api"})
    assert settings["PREFECT_HOME"] == str(tmp_path / "prefect")
    assert settings["PREFECT_SERVER_EPHEMERAL_ENABLED"] == "false"
    assert settings["PREFECT_API_URL"] == "http://127.0.0.1:1/api"
