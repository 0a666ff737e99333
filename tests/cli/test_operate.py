"""`ness status` and `ness doctor`: state in words, health in exit codes, secrets never."""

from __future__ import annotations

from typing import get_args

import duckdb
import pytest

from ness_pipeline.build.lock import writer
from ness_pipeline.paths import Paths
from ness_pipeline.settings import Publisher, load_settings


def test_status_of_a_clean_publication(ness, filled):
    """What was published, how many rows each table has, SYNTHETIC said aloud."""
    said = ness("status", "--sandbox")
    assert said.code == 0, said.out + said.err
    assert "SYNTHETIC" in said.out
    assert "metrics.threatened_species" in said.out


def test_the_address_of_a_sandbox_beside_its_option(ness, filled, monkeypatch):
    """Both mean the same home, and not a sandbox in the sandbox."""
    monkeypatch.setenv("NESS_SANDBOX_URL", "http://127.0.0.1:9")
    assert ness("status", "--sandbox").out == ness("status").out


def test_rollback_lists_nothing_in_words(ness, filled):
    """Where there is one publication, silence would be taken for a fault."""
    said = ness("rollback", "--sandbox", "--list")
    assert (said.code, said.out, said.err) == (0, "", "There is no other publication than the present one.\n")


def test_status_names_tables_that_drifted_from_the_models(ness, filled):
    """A table without a model is orphaned, a model without a table is missing; both make exit code 1."""
    with duckdb.connect(str(filled / "sandbox" / "ness.duckdb")) as connection:
        connection.execute("CREATE TABLE metrics.left_over (x INTEGER)")
        connection.execute("DROP VIEW metrics.metric_value CASCADE")
        connection.execute("DROP TABLE metrics.legal_framework")
    said = ness("status", "--sandbox")
    assert said.code == 1
    assert "Orphaned metrics.left_over" in said.out
    assert "Missing metrics.legal_framework" in said.out


def test_doctor_shows_what_is_set_and_never_the_values(ness, home, monkeypatch):
    """Settings are named; tokens and passwords are not printed."""
    monkeypatch.setenv("NESS_CONTACT", "someone@example.org")
    monkeypatch.setenv("NESS_IUCN_TOKEN", "sikrit-token")
    monkeypatch.setenv("GBIF_USER", "someone")
    monkeypatch.setenv("GBIF_PWD", "sikrit-word")
    said = ness("doctor", "--sandbox")
    assert said.code == 0, said.out
    assert "NESS_CONTACT is set" in said.out
    assert "sikrit" not in said.out + said.err


def test_doctor_sees_a_busy_warehouse(ness, home):
    """While another run writes, the doctor says so with the exit code of a busy warehouse."""
    with writer(Paths.of(load_settings().for_sandbox("http://127.0.0.1"))):
        said = ness("doctor", "--sandbox")
    assert said.code == 6
    assert "a run is writing the warehouse" in said.out


def test_doctor_without_network_says_source_unavailable(ness, home, monkeypatch):
    """A publisher that does not answer is named; the exit code is that of an unavailable source."""
    for publisher in get_args(Publisher):
        monkeypatch.setenv(f"NESS_{publisher.upper()}_URL", "http://127.0.0.1:9")
    said = ness("doctor")
    assert said.code == 3
    assert "cannot be reached" in said.out


@pytest.mark.parametrize(
    ("name", "value"), [("NESS_GBIF_RATE", "0"), ("NESS_RETRIES", "many"), ("NESS_IUCN_TOKEN", "a b")]
)
def test_settings_that_make_no_sense(ness, home, monkeypatch, name, value):
    """The variable is named in one sentence; its value is not shown."""
    monkeypatch.setenv(name, value)
    said = ness("doctor")
    assert said.code == 2
    assert f"The setting {name} is not usable" in said.err
