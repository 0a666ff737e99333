"""The main job on real input: downloads and cubes go through load, models and publication, and the numbers are the raw file's."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import duckdb
import pytest
from downloads import CUBES, DOWNLOADS, raw_records, why_not

from ness_pipeline.paths import Paths
from ness_pipeline.run.materialise import materialise_and_publish
from ness_pipeline.run.own_files import load_file
from ness_pipeline.settings import Settings

pytestmark = pytest.mark.data


def published(settings: Settings, query: str) -> list[tuple[object, ...]]:
    """Rows of the published file."""
    with duckdb.connect(str(Paths.of(settings).published), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_downloads_become_the_numbers_of_each_country(public_data: Path, tmp_path: Path) -> None:
    """All eleven downloads under one name: records and species of every country equal a count of the raw files."""
    settings = Settings(_env_file=None, home=tmp_path)
    records: Counter[str] = Counter()
    species: defaultdict[str, set[str]] = defaultdict(set)
    received = 0
    for name in DOWNLOADS:
        path = public_data / "data" / "occurrences" / name
        load_file(settings, path, source="gbif_downloads")
        raw = raw_records(path)
        received += len(raw)
        for row in raw:
            if why_not(row) is None:
                records[row["countryCode"]] += 1
                species[row["countryCode"]].add(row["speciesKey"])
    materialise_and_publish(settings, None)
    stored = published(settings, "SELECT country_code, sum(occurrences), count(DISTINCT species_key) FROM core.occurrence_cube GROUP BY 1")  # fmt: skip
    assert {code: (total, distinct) for code, total, distinct in stored} == {
        code: (records[code], len(species[code])) for code in records
    }
    assert published(settings, "SELECT sum(received), sum(loaded + left_out + quarantined) FROM ops.load WHERE table_name = 'core.occurrence_cube'") == [(received, received)]  # fmt: skip
    groupless = published(settings, "SELECT country_code, count(*) FROM core.species_status WHERE taxon_group IS NULL GROUP BY 1")  # fmt: skip
    outside = dict(groupless)
    richness = published(settings, "SELECT country_code, observed_richness FROM metrics.species_diversity WHERE taxon_group = 'all' AND year IS NULL")  # fmt: skip
    assert dict(richness) == {
        code: len(keys) - outside.get(code, 0) for code, keys in species.items() if len(keys) > outside.get(code, 0)
    }


@pytest.mark.parametrize(("name", "_", "options", "grid"), CUBES)
def test_cubes_become_the_numbers_of_their_country(public_data, tmp_path, name, _, options, grid) -> None:
    """Richness per year and over all years, and records, equal an independent query on the raw file."""
    settings = Settings(_env_file=None, home=tmp_path)
    path = public_data / "data" / "cubes" / name
    load_file(settings, path, **options)
    materialise_and_publish(settings, None)
    with duckdb.connect() as raw:
        raw.execute(f"CREATE TABLE cube AS FROM read_csv('{path}', all_varchar = true)")
        names = {row[0].lower(): row[0] for row in raw.execute("DESCRIBE cube").fetchall()}
        key = names.get("specieskey") or names["taxonkey"]
        count = names.get("occurrences") or names["obs"]
        wanted = raw.execute(
            f"SELECT CAST(CAST({names['year']} AS DOUBLE) AS BIGINT) AS y, count(DISTINCT {key}), "
            f"sum(CAST(CAST({count} AS DOUBLE) AS BIGINT)) FROM cube WHERE {names['year']} IS NOT NULL AND {key} IS NOT NULL "
            "GROUP BY GROUPING SETS ((y), ()) ORDER BY ALL"
        ).fetchall()
    stored = published(settings, "SELECT year, observed_richness, occurrences FROM metrics.species_diversity WHERE taxon_group = 'all' ORDER BY ALL")  # fmt: skip
    assert [tuple(row) for row in stored] == [(year, richness, int(total)) for year, richness, total in wanted]
    assert {row[0] for row in published(settings, "SELECT DISTINCT grid FROM core.occurrence_cube")} == {grid}
