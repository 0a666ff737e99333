"""Adding a metric is a contract and a model: everything else finds it by itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

import ness_pipeline

pytestmark = pytest.mark.slow

CONTRACT = '''\
"""Contract of `metrics.nectar_watch`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, country_code, measure, why_not
from ness_pipeline.schemas.vocabulary import ROLL_UPS, TAXON_GROUPS


class NectarWatch(Contract):
    """One row = how many species of one group visit flowers in one country.

    Traps: invented for a test.
    """

    country_code: str = country_code()
    taxon_group: str = column("Reporting group.", isin=[*TAXON_GROUPS, *ROLL_UPS])
    nectar_share: float = measure(
        "Share of the species that visit flowers.", "1", label="Flower visitors", better="higher", basis="records",
        ge=0.0, le=1.0,
    )
    nectar_species: int = measure("Species that visit flowers.", "{species}", basis="records", ge=0, le=10**9)
    reportable: bool = column("Whether the numbers may be quoted: at least 5 species.")
    reason: str = why_not()

    class Config:
        """Grain: country and group."""

        unique = ["country_code", "taxon_group"]
        metadata = {"label": "Nectar watch", "half": "ecological_system", "method_version": "7"}
'''
MODEL = """\
-- Species that visit flowers, of the species known from the country: an invented share for a test.
--
--   nectar_share = nectar_species / species
WITH counted AS (
    SELECT country_code, taxon_group, count(*) AS species, count(*) FILTER (species_key LIKE 'bee-%') AS visitors
    FROM core.country_species
    WHERE taxon_group IS NOT NULL
    GROUP BY ALL
)
SELECT
    country_code, taxon_group,
    CASE WHEN species >= 5 THEN visitors / species END AS nectar_share,
    CASE WHEN species >= 5 THEN visitors END AS nectar_species,
    species >= 5 AS reportable,
    CASE WHEN species < 5 THEN 'too_few_species' END AS reason
FROM counted
"""
DEFINITION = """\
version = "test"
first_year = 2010

[missing]
half_needs = "1/2"
index_needs = "1/2"

[choices]
weight_spread = "1/4"
interval = "9/10"
draws = 100
sensitivity_draws = 128
seed = 1

[half.ecological_system]
says = "Flower visitors."

[half.ecological_system.pillar.nectar]
says = "How many species visit flowers?"

[[half.ecological_system.pillar.nectar.measure]]
metric = "nectar_share"
taxon_group = "insects"
worst = 0
best = 1
source = "invented for a test"

[half.security_system]
says = "Treaties."

[half.security_system.pillar.law]
says = "Which treaties are in force?"

[[half.security_system.pillar.law.measure]]
metric = "treaties_in_force_share"
worst = 0
best = 1
max_age_years = 10
source = "invented for a test"
"""
SPECIES = [("bee", "insects", 6), ("beetle", "insects", 2), ("lion", "mammals", 3)]
"""Name, group and number of species: three of four insects visit flowers, and mammals are too few to say."""


@dataclass(frozen=True)
class Copy:
    """A copy of the package with one contract and one model more, and a home folder of its own.

    Attributes:
        folder: where the package, the home folder and the results of commands are.
    """

    folder: Path

    def run(self, *words: str) -> str:
        """What a command of the copy prints; it must succeed."""
        environment = os.environ | {
            "PYTHONPATH": str(self.folder),
            "NESS_HOME": str(self.folder / "home"),
            "COLUMNS": "200",
        }
        command = [sys.executable, "-c", "from ness_pipeline.cli import main; main()", *words]
        done = subprocess.run(command, env=environment, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout


def no_data(folder: str, names: list[str]) -> list[str]:
    """What of a folder is not copied: bytecode, and the data of a checkout that lie beside the SQL."""
    is_warehouse = Path(folder).name == "warehouse"
    data = (
        {"build.duckdb", "ness.duckdb", "ness.lock", "landing", "history", "sandbox", "report"}
        if is_warehouse
        else set()
    )
    return [name for name in names if name == "__pycache__" or name in data or ".duckdb." in name]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """The copy with a published file, a report and an export that its commands made from an own list of species."""
    copy = Copy(tmp_path_factory.mktemp("copy"))
    package = shutil.copytree(Path(ness_pipeline.__file__).parent, copy.folder / "ness_pipeline", ignore=no_data)
    (package / "schemas" / "metrics" / "nectar_watch.py").write_text(CONTRACT, encoding="utf-8")
    (package / "warehouse" / "metrics" / "nectar_watch.sql").write_text(MODEL, encoding="utf-8")
    lines = [f"{name}-{n},KE,{group},LC" for name, group, number in SPECIES for n in range(number)]
    header = "species_key,country_code,taxon_group,red_list_category"
    (copy.folder / "list.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    (copy.folder / "own.toml").write_text(DEFINITION, encoding="utf-8")
    copy.run("load", "country_species", "list.csv")
    copy.run("materialise")
    copy.run("report", "KE", "--out", "site")
    copy.run("export", "package")
    return copy


def test_the_catalogue_has_it(copied: Copy) -> None:
    """`ness metrics` gives definition, unit, direction, row and caveats, from contract and model."""
    printed = copied.run("metrics", "nectar_share")
    assert "metrics.nectar_watch (method version 7)" in printed
    assert "nectar_share [1], higher is better: Share of the species that visit flowers." in printed
    assert "nectar_share = nectar_species / species" in printed
    assert "invented for a test" in printed


def test_the_long_and_the_wide_view_have_it(copied: Copy) -> None:
    """Each group has a value, or a reason; the wide view has one column for each metric."""
    with duckdb.connect(str(copied.folder / "home" / "ness.duckdb"), read_only=True) as published:
        values = published.sql(
            "SELECT metric, taxon_group, value, unit, reportable, reason FROM metrics.metric_value "
            "WHERE metric LIKE 'nectar_%' ORDER BY ALL"
        ).fetchall()
        wide = published.sql("DESCRIBE metrics.country_profile").fetchall()
    assert values == [
        ("nectar_share", "insects", 0.75, "1", True, None),
        ("nectar_share", "mammals", None, "1", False, "too_few_species"),
        ("nectar_species", "insects", 6.0, "{species}", True, None),
        ("nectar_species", "mammals", None, "{species}", False, "too_few_species"),
    ]
    assert {"nectar_share", "nectar_species"} <= {name for name, *_ in wide}


def test_the_report_shows_it(copied: Copy) -> None:
    """The country page has label, unit, the latest value by group and the reason; the world page lists it, without a value for the map."""
    page = (copied.folder / "site" / "country" / "KE.html").read_text(encoding="utf-8")
    part = page[page.index('<section id="further"') :].partition("</section>")[0]
    assert "<h3>Nectar watch</h3>" in part
    own = part[part.index("Flower visitors") :].partition("</details>")[0]
    assert "Share of the species that visit flowers. Unit: percent." in own
    assert '<th scope="row">Insects</th><td class="number"></td><td class="number">75.0\u00a0%</td>' in own
    assert "for mammals: Fewer species than the number needs to mean anything." in own
    assert "Nectar species (1 value)" in part
    world = (copied.folder / "site" / "index.html").read_text(encoding="utf-8")
    # The map has no insects, the only group with a value.
    listed = world[world.index('<optgroup label="Without a value for the map">') :].partition("</optgroup>")[0]
    assert '<option value="nectar_share">Flower visitors</option>' in listed


def test_the_export_describes_it(copied: Copy) -> None:
    """The table is a file with its fields, and the wide view has its columns."""
    package = json.loads((copied.folder / "package" / "datapackage.json").read_text(encoding="utf-8"))
    resources = {resource["name"]: resource for resource in package["resources"]}
    assert (copied.folder / "package" / resources["metrics.nectar_watch"]["path"]).is_file()
    fields = {field["name"]: field for field in resources["metrics.nectar_watch"]["schema"]["fields"]}
    assert fields["nectar_share"] == {
        "name": "nectar_share",
        "type": "number",
        "description": "Share of the species that visit flowers.",
        "unit": "1",
        "constraints": {"minimum": 0.0, "maximum": 1.0},
    }
    wide = {field["name"]: field for field in resources["metrics.country_profile"]["schema"]["fields"]}
    assert wide["nectar_share"]["description"] == "Share of the species that visit flowers. Group: all."


def test_the_dictionary_explains_it(copied: Copy) -> None:
    """The page has the table with its row, its caveat, its method and its columns."""
    printed = copied.run("dictionary")
    section = printed[printed.index("metrics.nectar_watch") :]
    assert "how many species of one group visit flowers in one country" in section
    assert "Invented for a test." in section
    assert "nectar_share = nectar_species / species" in section


def test_an_own_index_can_use_it(copied: Copy) -> None:
    """A definition that names the metric gives a score with it."""
    printed = copied.run("index", "KE", "--definition", "own.toml", "--part", "measures", "--format", "json")
    scores = {row["metric"]: row["score"] for row in json.loads(printed)}
    assert scores["nectar_share"] == 0.75
    assert scores["treaties_in_force_share"] > 0
