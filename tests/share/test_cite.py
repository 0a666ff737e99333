"""`ness cite`: everything behind a publication, in three notations, and GBIF's list of data sets."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from published import Published

from ness_pipeline.share.citations import as_bibtex, read_bibliography
from ness_pipeline.sources import sources

Ness = Callable[..., subprocess.CompletedProcess[str]]
TODAY = dt.datetime.now(dt.UTC).date()


def sources_of(published: Published) -> int:
    """Number of sources behind the file, each of which is one thing to cite."""
    ((number,),) = published.rows("SELECT count(DISTINCT source) FROM ops.load")
    assert isinstance(number, int)
    return number


def test_every_source_is_cited_with_version_date_and_licence(published: Published) -> None:
    """Whatever was loaded is cited: publishers, the seeds and the Red List, with what each says of itself."""
    found = read_bibliography(published.paths.published)
    loaded = {name for (name,) in published.rows("SELECT DISTINCT source FROM ops.load")}
    assert {one.source for one in found.cited} == loaded
    by_source = {one.source: one for one in found.cited}
    assert by_source["iucn"].release == "2025-2"
    assert not by_source["iucn"].is_redistributable
    assert by_source["gbif_country"].units == 3
    for one in found.cited:
        assert one.licence in {licence for _, licence in sources()[one.source].citations}
        assert TODAY - dt.timedelta(days=1) <= one.first_accessed <= one.last_accessed <= TODAY + dt.timedelta(days=1)


def test_text_is_for_people(ness: Ness, published: Published) -> None:
    """The text names the publication with its hash, then numbers its sources; synthetic data say so."""
    said = ness("cite", "--sandbox")
    assert said.returncode == 0, said.stderr
    ((digest,),) = published.rows("SELECT content_hash FROM ops.publication ORDER BY published_at DESC LIMIT 1")
    assert f"content hash {digest}" in said.stdout
    assert "SYNTHETIC eco-security metrics" in said.stdout
    assert "version 2025-2" in said.stdout
    assert "Its rows may not be passed on." in said.stdout
    assert re.findall(r"^  \[(\d+)\]", said.stdout, re.MULTILINE) == [str(n + 1) for n in range(sources_of(published))]


def test_bibtex_is_well_formed(published: Published) -> None:
    """Every entry has its own key, balanced braces and no bare special letter."""
    text = as_bibtex(read_bibliography(published.paths.published))
    entries = [entry for entry in text.split("@misc") if entry.strip()]
    keys = [re.match(r"\{([a-z0-9_]+),", entry)[1] for entry in entries]  # type: ignore[index]
    assert len(set(keys)) == len(keys) == 1 + sources_of(published)
    for entry in entries:
        assert entry.count("{") - entry.count("\\{") == entry.count("}") - entry.count("\\}")
        fields = re.findall(r"^  (\w+) = \{(.*)\},$", entry, re.MULTILINE)
        assert {"title", "year"} <= {name for name, _ in fields}
        for name, value in fields:
            assert name == "url" or not re.search(r"(?<!\\)[&%$#_]", value), (name, value)


def test_json_has_the_fields_of_a_citation_file(ness: Ness, published: Published) -> None:
    """The JSON has what a CITATION.cff needs, and a reference with date and licence for everything behind it."""
    found = json.loads(ness("cite", "--format", "json", "--sandbox").stdout)
    assert {"cff-version", "message", "title", "authors", "version", "date-released"} <= found.keys()
    assert len(found["references"]) == sources_of(published)
    for one in found["references"]:
        assert {"type", "title", "authors", "date-accessed", "license", "notes"} <= one.keys()
        assert one["authors"][0]["name"]


def test_derived_dataset_lists_keys_and_counts(ness: Ness, published: Published, tmp_path: Path) -> None:
    """The file has one line per data set, key and count without a header, and the counts are those of all countries."""
    file = tmp_path / "derived.csv"
    said = ness("cite", "--derived-dataset", str(file), "--sandbox")
    assert said.returncode == 0, said.stderr
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [(key, int(records)) for key, records in csv.reader(lines)]
    stored = published.rows("SELECT dataset_key, sum(occurrences)::BIGINT FROM core.dataset_count GROUP BY dataset_key")
    assert dict(rows) == dict(stored)
    assert len(rows) == len(stored) > 5
    assert [records for _, records in rows] == sorted((records for _, records in rows), reverse=True)
    assert "https://www.gbif.org/derived-dataset/register" in said.stderr


def test_counts_reach_at_least_the_cube(published: Published) -> None:
    """Data sets hold every record of the cube, and besides only those that are identified to a genus."""
    counts = dict(published.rows("SELECT country_code, sum(occurrences) FROM core.dataset_count GROUP BY ALL"))
    cube = dict(published.rows("SELECT country_code, sum(occurrences) FROM core.occurrence_cube GROUP BY ALL"))
    assert cube.keys() <= counts.keys()
    assert all(cube[code] <= counts[code] <= 1.2 * cube[code] for code in cube)


def test_without_publication_the_next_step_is_said(ness: Ness, tmp_path: Path) -> None:
    """Without a published file there is nothing to cite, and an unwritable path is named."""
    assert "make one with `ness run KE`" in ness("cite", NESS_HOME=str(tmp_path)).stderr
    refused = ness("cite", "--derived-dataset", str(tmp_path / "no" / "folder.csv"), "--sandbox")
    assert refused.returncode == 2
    assert "cannot be written" in refused.stderr
