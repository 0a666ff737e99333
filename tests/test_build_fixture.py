"""The database that spec tests share is the same for every test: no rows, tables, views or settings of another remain."""

from __future__ import annotations

from pathlib import Path

from conftest import SharedBuild, Warehouse
from small_world import country, treaty

EVERY_ROW = "SELECT sum(rows) FROM (SELECT count(*) AS rows FROM landed.{0} UNION ALL SELECT count(*) FROM core.{0})"


def land_and_materialise(shared: SharedBuild) -> None:
    """Rows in a landed table and in two that models fill."""
    warehouse = Warehouse(shared.empty())
    warehouse.land("country", [country("KE"), country("TZ")])
    warehouse.land("treaty_party", [treaty("cbd", "1993-12-29")])
    warehouse.materialise(only="metrics.legal_framework")
    assert warehouse.rows("FROM metrics.legal_framework")


def test_rows_are_deleted_and_the_database_stays_open(tmp_path: Path) -> None:
    """After a test that only wrote rows the same connection has none, however often."""
    shared = SharedBuild(tmp_path)
    first = shared.empty()
    for _ in range(3):
        land_and_materialise(shared)
        shared.clean()
        assert shared.empty() is first
        for table in ("country", "treaty_party"):
            assert first.execute(EVERY_ROW.format(table)).fetchall() == [(0,)]
        assert first.execute("FROM metrics.legal_framework").fetchall() == []
    shared.close()


CHANGES = (
    "CREATE OR REPLACE TABLE core.country AS FROM core.country",
    "CREATE VIEW metrics.more AS SELECT 1 AS x",
    "SET threads = 1",
    "BEGIN; CREATE TABLE core.more (x INT); COMMIT; BEGIN; SELECT 1",
)


def test_any_other_change_needs_a_new_database(tmp_path: Path) -> None:
    """A test that changed a table, a view or a setting, or failed in a transaction, has no effect on the next one."""
    shared = SharedBuild(tmp_path)
    for change in CHANGES:
        first = shared.empty()
        first.execute(change)
        shared.clean()
        assert shared.empty() is not first, change
        assert shared.empty().execute("FROM landed.country").fetchall() == []
    shared.close()
