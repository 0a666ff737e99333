"""Real GBIF downloads and cubes, read by the standard library alone, with the filters written a second time."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

from ness_pipeline.schemas.landed.occurrence import GEOSPATIAL_ISSUES

csv.field_size_limit(2**24)

DOWNLOADS = [
    "gbif_dwca_2014_0000066-140928181241064.zip",
    "gbif_dwca_isu_birds_even.tsv",
    "gbif_simple_csv_0009886-250127130748423.zip",
    "gbif_dwca_2019/Istiompax_indica__0006567-190621201848488.zip",
    "gbif_dwca_2019/Kajikia_albida__0006571-190621201848488.zip",
    "gbif_dwca_2019/Kajikia_audax__0006572-190621201848488.zip",
    "gbif_dwca_2019/Protea_cynaroides__0012335-190621201848488.zip",
    "gbif_dwca_2019/Tetrapturus_angustirostris__0006577-190621201848488.zip",
    "gbif_dwca_2019/Tetrapturus_belone__0006578-190621201848488.zip",
    "gbif_dwca_2019/Tetrapturus_georgii__0006581-190621201848488.zip",
    "gbif_dwca_2019/Tetrapturus_pfluegeri__0006585-190621201848488.zip",
]
CUBES = [
    ("b3gbi_example_cube_1_denmark_mammals.csv", ",", {"country_code": "DK", "taxon_group": "mammals"}, "eqdgc:2"),
    ("denmark_mammals_cube_eea.csv", "\t", {"country_code": "DK", "taxon_group": "mammals"}, "eea:1000"),
    ("denmark_mammals_cube_eqdgc.csv", "\t", {"country_code": "DK", "taxon_group": "mammals"}, "eqdgc:2"),
    ("denmark_mammals_cube_mgrs.csv", "\t", {"country_code": "DK", "taxon_group": "mammals"}, "mgrs:1000"),
    ("montenegro_bryophytes_cube_eea.csv", "\t", {"country_code": "ME"}, "eea:1000"),
    ("pdindicator_fagales_1km_0004018-241107131044228.csv", "\t", {"country_code": "BE", "taxon_group": "flowering_plants"}, "eea:1000"),
]  # fmt: skip


def raw_records(path: Path) -> list[dict[str, str]]:
    """The records of a download, read by the standard library alone."""
    if path.suffix != ".zip":
        with path.open(encoding="utf-8", newline="\n") as lines:
            return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    with zipfile.ZipFile(path) as packed:
        names = packed.namelist()
        name = "occurrence.txt" if "occurrence.txt" in names else names[0]
        text = io.StringIO(packed.read(name).decode("utf-8"), newline="\n")
        return list(csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE))


def why_not(row: dict[str, str]) -> str | None:
    """The first filter that a record fails, written a second time without the project's code."""
    issues = set(row["issue"].split(";"))
    failed = {
        "occurrence_status": row["occurrenceStatus"].lower() not in {"", "present", "presente"},
        "has_geospatial_issue": row.get("hasGeospatialIssues") == "true" or bool(issues & set(GEOSPATIAL_ISSUES)),
        "basis_of_record": row["basisOfRecord"] in {"FOSSIL_SPECIMEN", "LIVING_SPECIMEN"},
        "species_key": not row["speciesKey"],
        "year": not row["year"],
        "country_code": not row["countryCode"],
    }
    return next((column for column, fails in failed.items() if fails), None)
