"""Publications: limits of the contracts, changes, history, rollback, pruning, the same content from the same landing."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

import duckdb
import pytest
from soak.drive import COUNTRIES, drive, whole

from ness_pipeline import schemas
from ness_pipeline.ask.status import content_of, status_of
from ness_pipeline.build.database import open_build
from ness_pipeline.build.models import materialise
from ness_pipeline.contract.ddl import landed_table
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.errors import AuditFailed, WrongUsage
from ness_pipeline.landing.prune import prune
from ness_pipeline.landing.zone import Landing
from ness_pipeline.publish.audit import Change, audit, excess
from ness_pipeline.publish.content_hash import content_hash
from ness_pipeline.publish.history import history, kept, roll_back
from ness_pipeline.publish.publication import publish
from ness_pipeline.run.materialise import materialise_and_publish
from ness_pipeline.run.own_files import load_file
from ness_pipeline.run.records import clock
from ness_pipeline.run.restore import open_for_writing
from ness_pipeline.sandbox import Fault
from ness_pipeline.scratch import unfinished
from ness_pipeline.sql import quote

NOW = dt.datetime.now(dt.UTC)


def change(**figures: int) -> Change:
    """A change of 100 rows with 100 numbers, but for what is said."""
    same = {"rows_before": 100, "rows_after": 100, "added": 0, "removed": 0, "changed": 0}
    numbers = {"values_before": 100, "withheld": 0, "moved": 0}
    return Change("metrics.threatened_species", **(same | numbers | figures))


@pytest.mark.parametrize(
    ("figures", "says"),
    [
        ({"removed": 20}, None), ({"removed": 21}, "lose 21 of 100 rows"), ({"added": 1000}, None),
        ({"withheld": 20}, None), ({"withheld": 21}, "withhold 21 of 100 numbers"),
        ({"moved": 50}, None), ({"moved": 51}, "move 51 of 100 numbers"), ({"changed": 100}, None),
        ({"rows_before": 19, "removed": 19, "values_before": 19, "moved": 19}, None),
    ],
)  # fmt: skip
def test_limits_are_where_the_contract_says(figures, says):
    """A change at the limit passes, one beyond it does not, and few rows or numbers prove nothing."""
    found = excess(change(**figures))
    assert (found is None) if says is None else (says in found)


def test_a_number_on_a_basis_that_may_not_be_quoted_stops_the_audit(finished):
    """Whatever a model says: what is reportable rests on a basis that the contract quotes, or nothing is published."""
    with open_build(finished.paths.build) as connection:
        audit(connection)
        connection.execute("UPDATE metrics.legal_framework SET basis = 'records' WHERE reportable")
        with pytest.raises(AuditFailed, match=r"legal_framework\.treaties_in_force is reported on a basis"):
            audit(connection)


@pytest.mark.parametrize("version", ["0", None])
def test_a_new_method_explains_what_is_lost(finished, version):
    """Years that a metric of the published file has and no longer gets are a loss, unless its method has another version."""
    table = "metrics.legal_framework"
    shutil.rmtree(
        finished.paths.history
    )  # as a version before left it: only the published file is there to compare with
    with duckdb.connect(str(finished.paths.published)) as connection:
        connection.execute(f"INSERT INTO {table} SELECT * REPLACE (year - 50 AS year) FROM {table}")
        connection.execute(
            "UPDATE ops.metric SET method_version = coalesce(?, method_version) WHERE table_name = ?", [version, table]
        )
    if version is None:
        with pytest.raises(AuditFailed, match="legal_framework would lose"):
            materialise_and_publish(finished.settings, COUNTRIES)
    else:
        materialise_and_publish(finished.settings, COUNTRIES)
        assert finished.rows(f"SELECT count(*) FROM {table} WHERE year < 1980") == [(0,)]


def test_change_beyond_the_limit_needs_a_word(finished):
    """Rows that vanish in bulk are not published, until a person accepts it; ops.change keeps the figures."""
    with open_for_writing(finished.settings) as connection:
        connection.execute("DELETE FROM landed.country_species WHERE hash(species_key) % 2 = 0")
        connection.execute("DELETE FROM landed.occurrence_cube WHERE hash(species_key) % 2 = 0")
    with pytest.raises(AuditFailed, match=r"would lose .* --accept-change"):
        materialise_and_publish(finished.settings, COUNTRIES)
    assert whole(finished.home) == finished.outcome.content_hash
    digest = materialise_and_publish(finished.settings, COUNTRIES, accept_change=True).content_hash
    assert digest != finished.outcome.content_hash
    query = "SELECT is_accepted, rows_before - removed + added = rows_after, removed > 0 FROM ops.change WHERE table_name = 'core.country_species'"
    assert finished.rows(query) == [(True, True, True)]
    assert any(row[0] == "core.country_species" for row in status_of(finished.paths).changes)


def test_a_publisher_that_comes_back_needs_no_word(finished):
    """What nobody could read for the first publication changes the index when it is there, and stops no run."""
    home = finished.home.with_name("new")
    finished.sandbox.faults.listed = (Fault("empty_list", "unsdg", 1.0),)
    first = drive(home, finished.sandbox.url, retries=0)
    assert (first.exit_code, list(first.gaps)) == (3, ["unsdg world"])
    finished.sandbox.faults.listed = ()
    assert drive(home, finished.sandbox.url) == finished.outcome


def test_own_file_explains_its_change_and_no_other(finished):
    """What changes because a person has loaded an own file needs no second word; what it did not fill does."""
    own = finished.home / "own.csv"
    rows = [
        f"{country},{treaty},not_party,2024-01-01" for country in COUNTRIES for treaty in ("cbd", "nagoya", "cites")
    ]
    own.write_text("\n".join(["country_code,treaty,status,as_of", *rows]) + "\n", "utf-8")
    load_file(finished.settings, own, table="treaty_party")
    digest = materialise_and_publish(finished.settings, COUNTRIES).content_hash
    assert digest != finished.outcome.content_hash
    load_file(finished.settings, own, table="treaty_party", as_of="2026")
    with open_for_writing(finished.settings) as connection:
        connection.execute("DELETE FROM landed.occurrence_cube WHERE hash(species_key) % 2 = 0")
    with pytest.raises(AuditFailed, match=r"core\.\w+ would lose"):
        materialise_and_publish(finished.settings, COUNTRIES)


def test_envelope_of_rows_always_holds(finished):
    """A country with more rows than its contract allows is never published, whatever is accepted."""
    with open_for_writing(finished.settings) as connection:
        connection.execute("INSERT INTO core.country FROM core.country WHERE country_code = 'KE'")
        with pytest.raises(AuditFailed, match=r"more than 1 rows in core.country \(KE, 2\)"):
            publish(connection, finished.paths, "x", is_synthetic=True, now=clock(connection), accept_change=True)
    assert whole(finished.home) == finished.outcome.content_hash


def _publish_more(finished, times: int, keep: int = 5) -> list[str]:
    """Further publications, each with another number in it; returns their content hashes."""
    digests = []
    with open_for_writing(finished.settings) as connection:
        for number in range(times):
            connection.execute("UPDATE core.country SET land_area_km2 = ?", [number + 1])
            now = clock(connection) + dt.timedelta(seconds=number)
            digests.append(publish(connection, finished.paths, f"r{number}", is_synthetic=True, now=now, keep=keep))
    return digests


def test_history_and_rollback(finished):
    """The last publications stay; rollback returns to the one before, or to a named one, and back again."""
    digests = _publish_more(finished, 4, keep=3)
    assert len(history(finished.paths)) == 3
    roll_back(finished.paths)
    assert whole(finished.home) == digests[2]
    roll_back(finished.paths)
    assert whole(finished.home) == digests[1]
    latest = history(finished.paths)[0]
    assert roll_back(finished.paths, latest.stem) == latest.stem
    assert whole(finished.home) == digests[3]
    assert finished.drive(accept_change=True).content_hash == finished.outcome.content_hash


def test_rollback_refuses_what_is_not_whole(finished):
    """A damaged publication in the history is not put before the readers; without a name the next whole one is."""
    digests = _publish_more(finished, 3)
    damaged = history(finished.paths)[0]
    content = damaged.read_bytes()[:5000]
    damaged.unlink()
    damaged.write_bytes(content)
    others = ", ".join(file.stem for file in kept(finished.paths) if file != damaged)
    with pytest.raises(WrongUsage, match=rf"{damaged.stem}.duckdb is damaged, .* \(there is {others}\)"):
        roll_back(finished.paths, damaged.stem)
    with pytest.raises(WrongUsage, match="There is no publication"):
        roll_back(finished.paths, "19990101T000000-00000000")
    assert whole(finished.home) == digests[2]
    roll_back(finished.paths)
    assert whole(finished.home) == digests[0]


def test_status_tells_a_changed_file(finished):
    """The content hash is computed from the file, so a file that was changed by hand is found out."""
    assert content_of(finished.paths).is_true
    with duckdb.connect(str(finished.paths.published)) as connection:
        connection.execute("UPDATE core.country SET country_name = 'Elsewhere' WHERE country_code = 'KE'")
    content = content_of(finished.paths)
    assert not content.is_true
    assert content.recorded == finished.outcome.content_hash


@pytest.mark.slow
def test_prune_keeps_what_a_rebuild_needs(finished):
    """Old readings go with the payloads that only they had; what stays rebuilds the same warehouse."""
    landing = Landing(finished.paths.landing)
    finished.sandbox.faults.listed = (Fault("field_added", "cbd", 1.0),)
    assert finished.drive(max_age_hours=0) == finished.outcome
    finished.sandbox.faults.listed = ()
    assert finished.drive(max_age_hours=0) == finished.outcome
    later = NOW + dt.timedelta(days=9)
    by_age = prune(landing, now=later, is_trial=True, max_age=dt.timedelta(0))
    by_size = prune(landing, now=later, is_trial=True, max_bytes=0)
    sizes = landing.sizes()
    stray = Path(unfinished(f"{finished.paths.landing}/payloads/x").replace(f"-{os.getpid()}-", "-999999999-"))
    stray.write_bytes(b"half")
    living = Path(unfinished(f"{finished.paths.landing}/payloads/x"))
    living.write_bytes(b"half")
    done = prune(landing, now=later, max_bytes=0)
    assert done == by_age == by_size
    assert (done.extractions, done.payloads) == (16, 1)
    assert sum(landing.sizes().values()) == done.kept == sum(sizes.values()) - done.freed
    assert not stray.exists()
    assert living.exists()
    finished.paths.build.unlink()
    after = drive(finished.home, "http://127.0.0.1:9", retries=0)
    assert (after.exit_code, after.content_hash) == (0, finished.outcome.content_hash)


def test_prune_within_its_limits_removes_nothing(finished):
    """Young readings, and sizes below the limit, stay."""
    finished.drive(max_age_hours=0)
    landing = Landing(finished.paths.landing)
    done = prune(landing, now=NOW, max_age=dt.timedelta(days=30), max_bytes=2**40)
    assert (done.extractions, done.payloads, done.freed) == (0, 0, 0)


@pytest.mark.parametrize("threads", [1, 4])
def test_same_landing_gives_the_same_warehouse(finished, threads):
    """Neither the number of threads nor the order in which rows were loaded changes the content."""
    with open_build(finished.paths.build, threads=threads) as connection:
        for table in tables().values():
            if table.is_landed:
                name, _ = landed_table(table)
                connection.execute(f"CREATE TEMP TABLE shuffled AS FROM {quote(name)} ORDER BY hash(rowid, {threads})")
                connection.execute(f"DELETE FROM {quote(name)}")
                connection.execute(f"INSERT INTO {quote(name)} FROM shuffled")
                connection.execute("DROP TABLE shuffled")
        materialise(connection, COUNTRIES)
        assert content_hash(connection) == finished.outcome.content_hash


def test_content_hash_sees_every_column(finished):
    """A change of any single value of any hashed table changes the hash, and undoing it brings it back."""
    with open_for_writing(finished.settings) as connection:
        before = content_hash(connection)
        for table in ("core.treaty_party", "metrics.legal_framework"):
            column = "as_of" if table.startswith("core") else "treaties_known"
            connection.execute("BEGIN")
            first = f"(SELECT min(rowid) FROM {table})"
            connection.execute(f"UPDATE {table} SET {column} = {column} + 1 WHERE rowid = {first}")
            assert content_hash(connection) != before
            connection.execute("ROLLBACK")
        assert content_hash(connection) == before


@pytest.mark.slow
def test_warehouse_of_the_version_before_opens_and_refreshes(finished):
    """Files without today's columns and tables, with a retyped landed column, are upgraded or rebuilt; content is the same."""
    published = finished.paths.published
    with duckdb.connect(str(published)) as old:
        old.execute("ALTER TABLE ops.publication DROP COLUMN contracts_version")
        old.execute("DROP TABLE ops.change")
        old.execute("ALTER TABLE core.country DROP COLUMN subregion")
    (copy,) = kept(finished.paths)
    copy.unlink()
    shutil.copy(published, copy)
    with duckdb.connect(str(finished.paths.build)) as old:
        old.execute("ALTER TABLE ops.publication DROP COLUMN contracts_version")
        old.execute("DROP TABLE ops.change")
        old.execute("ALTER TABLE metrics.legal_framework DROP COLUMN treaties_known")
        old.execute("ALTER TABLE landed.treaty_party ALTER as_of TYPE VARCHAR")
        old.execute("UPDATE landed.country SET source = 'file:mine', unit_key = 'mine' WHERE country_code = 'AW'")
    assert status_of(finished.paths).changes == []
    done = finished.drive()
    assert done.exit_code == 0
    assert done.content_hash == finished.outcome.content_hash
    versions = finished.rows("SELECT contracts_version FROM ops.publication ORDER BY published_at")
    assert versions == [(None,), (schemas.VERSION,)]
    with open_for_writing(finished.settings) as connection:
        own = connection.execute("SELECT country_code FROM landed.country WHERE source = 'file:mine'").fetchall()
    assert own == [("AW",)]
