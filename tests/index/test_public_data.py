"""The index over real UN SDG series of 2020: every country of the world beside a reference in plain Python."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from small_index import SITES, definition, halves, measure, pillar
from small_world import country, observation, seeded_treaties

from ness_pipeline.index.components import component_rows
from ness_pipeline.index.country_scores import score_countries
from ness_pipeline.index.tables import index_rows, states
from ness_pipeline.names.countries import by_m49
from ness_pipeline.sources.iso import LANDLOCKED

pytestmark = pytest.mark.data

AREAS = {
    "ER_PTD_TERR": "15.1.2_er_ptd_terrs",
    "ER_PTD_FRHWTR": "15.1.2_er_ptd_frwrt",
    "ER_MRN_MPA": "14.5.1_er_mrn_mpa",
}
YEAR = 2018

Values = dict[tuple[str, int], float]


def series(folder: Path, name: str) -> Values:
    """Country and year to value of one file; regions and years before 2010 are left out."""
    found: Values = {}
    with (folder / f"data/indicators/unsdg_2020/{name}.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            code, value = by_m49().get(int(row["geo_area"])), row[name.split("_", 1)[1]]
            if code and value and int(row["year"]) >= 2010:
                found[code, int(row["year"])] = float(value)
    return found


def test_world_of_2018(warehouse: Any, public_data: Path) -> None:
    """For every country the ecological half, its gaps and the index are what the files say, to 1e-12."""
    small = definition(
        half=halves(
            {"sites": pillar(SITES, measure("kba_freshwater_pct", best=100), measure("kba_marine_pct", best=100))},
            {"law": pillar(measure("treaties_in_force_share"))},
        )
    )
    areas = {code: series(public_data, name) for code, name in AREAS.items()}
    for code, values in areas.items():
        warehouse.land("indicator_observation", [observation(code, year, value, where) for (where, year), value in values.items()])  # fmt: skip
    warehouse.land("treaty_party", seeded_treaties(), source="seeds")
    warehouse.land("country", [country(code, is_landlocked=code in LANDLOCKED) for code in by_m49().values()])
    warehouse.materialise()
    components = component_rows(warehouse.connection, small, None)
    rows = index_rows(score_countries(components, small), small, states(warehouse.connection))
    found = {row["country_code"]: row for row in rows.to_dicts() if row["year"] == YEAR}
    law = {
        row["country_code"]: row["treaties_in_force_share"]
        for row in warehouse.rows(
            f"FROM metrics.legal_framework WHERE year BETWEEN {YEAR - 5} AND {YEAR} AND reportable ORDER BY year"
        )
    }
    # Zeros in all years may mean that the country has no such site, and count as no value.
    seen = {name: {code for (code, _), value in values.items() if value > 0} for name, values in areas.items()}
    scored = 0
    for code, row in found.items():
        wanted = [name for name in AREAS if name != "ER_MRN_MPA" or code not in LANDLOCKED]
        known = [areas[name][code, YEAR] for name in wanted if (code, YEAR) in areas[name] and code in seen[name]]
        nature = sum(known) / 100 / len(known) if known else None
        assert row["ecological_system"] == (None if nature is None else pytest.approx(nature, abs=1e-12)), code
        index = None if nature is None or code not in law else (nature * law[code]) ** 0.5
        assert row["eco_security_index"] == (None if index is None else pytest.approx(index, abs=1e-12)), code
        is_covered = index is not None and 3 * len(known) >= 2 * len(wanted)
        assert (row["reason"] is None) == is_covered, code
        scored += is_covered
    assert len(found) > 190
    assert scored > 50
