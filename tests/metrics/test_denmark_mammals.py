"""The diversity metrics on b3gbi's cube of Danish mammals equal what the raw file says, read without the project."""

from __future__ import annotations

import csv
from collections import defaultdict
from fractions import Fraction
from typing import Any

import pytest
from small_world import groups

from ness_pipeline import files
from ness_pipeline.contract.ddl import landed_table
from ness_pipeline.contract.dictionary import tables

pytestmark = pytest.mark.data


@pytest.fixture
def raw(public_data: Any) -> list[tuple[int, str, str, int]]:
    """Year, cell, species and records of every row, by the standard library alone."""
    with (public_data / "data/cubes/b3gbi_example_cube_1_denmark_mammals.csv").open(encoding="utf-8") as lines:
        return [
            (int(float(row["year"])), row["cellCode"], row["taxonKey"].removesuffix(".0"), int(float(row["obs"])))
            for row in csv.DictReader(lines)
        ]


@pytest.fixture
def loaded(warehouse: Any, public_data: Any) -> Any:
    """A warehouse with the cube, loaded as an own file and materialised."""
    warehouse.land("taxon_group", groups(), source="seeds")
    path = public_data / "data/cubes/b3gbi_example_cube_1_denmark_mammals.csv"
    with files.read(path, country_code="DK", taxon_group="mammals") as load:
        for batch in load.batches:
            name, columns = landed_table(tables()[f"core.{batch.table}"])
            known = [
                column.name for column in columns if column.name in batch.frame.columns and column.name != "source"
            ]
            frame = batch.frame.select(known)  # noqa: F841  (read by DuckDB)
            warehouse.connection.execute(
                f"INSERT INTO {name} BY NAME SELECT *, '{load.source}' AS source, 'file' AS unit_key FROM frame"
            )
    warehouse.materialise()
    return warehouse


def of(loaded: Any, table: str, *columns: str) -> dict[int | None, tuple[Any, ...]]:
    """Columns of a metric of the mammals by year."""
    rows = loaded.rows(f"SELECT year, {', '.join(columns)} FROM metrics.{table} WHERE taxon_group = 'mammals'")
    return {row.pop("year"): tuple(row.values()) for row in rows}


def test_denmark_equals_the_raw_file(loaded: Any, raw: list[tuple[int, str, str, int]]) -> None:
    """Richness and records per year and per cell, newness, turnover, cells and rarity, all 146 years of them."""
    species: dict[int, set[str]] = defaultdict(set)
    cells: dict[int, set[str]] = defaultdict(set)
    of_cell: dict[str, set[str]] = defaultdict(set)
    cells_of: dict[str, set[str]] = defaultdict(set)
    records: dict[int, int] = defaultdict(int)
    lines: dict[int, int] = defaultdict(int)
    of_species: dict[str, int] = defaultdict(int)
    for year, cell, key, count in raw:
        species[year].add(key)
        cells[year].add(cell)
        of_cell[cell].add(key)
        cells_of[key].add(cell)
        records[year] += count
        lines[year] += 1
        of_species[key] += count
    years = sorted(species)
    total = sum(records.values())

    expected = {year: (records[year], len(species[year])) for year in years} | {None: (total, len(of_species))}
    assert of(loaded, "species_diversity", "occurrences", "observed_richness") == expected

    per_cell = loaded.rows(
        "SELECT cell_code, count(DISTINCT species_key) AS n FROM core.occurrence_cube GROUP BY cell_code"
    )
    assert {row["cell_code"]: row["n"] for row in per_cell} == {cell: len(keys) for cell, keys in of_cell.items()}

    history, so_far, row_years, row_count = {}, set(), 0, 0
    for before, year in zip([None, *years], years, strict=False):
        so_far |= species[year]
        row_years, row_count = row_years + year * lines[year], row_count + lines[year]
        changed = (
            None if before is None else len(species[before] ^ species[year]) / len(species[before] | species[year])
        )
        history[year] = (before, changed, len(so_far), round(Fraction(row_years, row_count)))
    assert of(loaded, "species_turnover", "previous_year", "turnover_share", "cumulative_richness", "newness_year") == history  # fmt: skip

    placed = {year: (len(cells[year]), len(of_cell), lines[year]) for year in years}
    found = of(loaded, "species_occupancy", "occupied_cells", "ever_occupied_cells", "incidences")
    assert found.pop(None) == (len(of_cell), len(of_cell), len(raw))
    assert found == placed

    abundance = of(loaded, "species_diversity", "abundance_rarity")
    area = of(loaded, "species_occupancy", "area_rarity")
    ssii = of(loaded, "monitoring_effort", "ssii", "expected_source")
    for year in years:
        assert abundance[year][0] == pytest.approx(sum(total / of_species[key] for key in species[year]), rel=1e-12)
        assert area[year][0] == pytest.approx(
            sum(len(of_cell) / len(cells_of[key]) for key in species[year]), rel=1e-12
        )
        kept = defaultdict(set)
        for when, cell, key, _ in raw:
            if when == year:
                kept[key].add(cell)
        share = sum(len(found) / len(cells_of[key]) for key, found in kept.items()) / len(of_species)
        assert ssii[year] == (pytest.approx(share, rel=1e-12), "cube_baseline")
