"""The project's own shape: folders are the registries, and nothing in them stands alone or unnamed."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import polars as pl
import pytest
from truth import truths

from ness_pipeline.build.models import definition_of, inputs_of, models
from ness_pipeline.contract.dictionary import Column, Table, tables
from ness_pipeline.contract.measures import measures
from ness_pipeline.index.computed import computed
from ness_pipeline.paths import sql_folder
from ness_pipeline.share.report.sections import parts
from ness_pipeline.sources import sources

TESTS = Path(__file__).parent
METRICS = [table for table in tables().values() if table.layer == "metrics" and not table.is_view]
CORE = [table for table in tables().values() if table.layer == "core"]
COLUMNS = [(table, column) for table in tables().values() for column in table.columns]
NUMBERS_THAT_COUNT_NOTHING = {"m49_code", "status", "rank", "best_rank", "worst_rank", "position", "contracts_version"}
GRAIN_OF_NUMBERS = {"country_code", "taxon_group", "year"}
FLAGS = r"^(is|has)_[a-z0-9_]+$|^([a-z0-9_]+_)?reportable$"


def named(table: Table, column: Column) -> str:
    """How a column is called in a message."""
    return f"{table.name}.{column.name}"


@pytest.mark.parametrize("table", METRICS, ids=lambda table: table.name)
def test_a_metric_is_contract_model_truth_and_spec(table):
    """Adding a metric means four files of one name; what is computed in Python may stand behind another's number."""
    assert table.name in models(), "no model in warehouse/metrics"
    assert table.short_name in truths() or not table.has("country_code"), "no module in tests/truth/metrics"
    assert (TESTS / "metrics" / f"test_{table.short_name}.py").is_file(), "no spec test in tests/metrics"
    assert table.method_version, "no method version"
    says_more_than_a_number = table.name in dict(computed()) or not set(table.grain) <= GRAIN_OF_NUMBERS
    assert table.measures or says_more_than_a_number, "publishes no number"


def test_no_model_without_a_contract_and_no_core_table_without_a_model():
    """Every model has its contract, and every core table is made by a model."""
    assert models().keys() <= tables().keys()
    assert {table.name for table in CORE} <= models().keys()
    assert set(truths()) <= {table.short_name for table in METRICS}


@pytest.mark.parametrize("name", models())
def test_a_model_says_what_it_is_and_reads_only_what_exists(name):
    """The header defines the table in words, and each input is a known table of the layer below or beside."""
    model = models()[name]
    assert len(model.definition) > 40
    known = tables().keys() | {f"landed.{table.short_name}" for table in CORE}
    assert model.inputs <= known
    if name.startswith("core."):
        assert not any(table.startswith("metrics.") for table in model.inputs)


@pytest.mark.parametrize("folder", ["macros", "views", "cube", "index", "queries"])
def test_every_sql_file_starts_with_words(folder):
    """Macros, views, cube texts and worked questions say what they are before they say how."""
    files = sorted(sql_folder(folder).glob("*.sql"))
    assert files
    for file in files:
        assert definition_of(file.read_text(encoding="utf-8")), file.name


@pytest.mark.parametrize("table", tables().values(), ids=lambda table: table.name)
def test_a_contract_says_what_one_row_is(table):
    """The docstring starts with `One row`, and the grain names columns of the table."""
    assert table.description.startswith("One row")
    assert table.grain
    assert all(table.has(column) for column in table.grain)


def test_every_column_is_described_and_named_by_the_law():
    """A sentence each; snake_case; numbers have units; booleans are `is_` or `has_`; shares and per cents are bounded."""
    broken = []
    for table, column in COLUMNS:
        checks = {check.name: check.statistics for check in column.checks}
        low = checks.get("greater_than_or_equal_to", {}).get("min_value")
        high = checks.get("less_than_or_equal_to", {}).get("max_value")
        rules = {
            "is no sentence": len(column.description) >= 5 and column.description[-1] in ".…",
            "is no snake_case": re.fullmatch(r"[a-z][a-z0-9_]*", column.name),
            "has no unit": column.unit or not column.dtype.is_numeric() or column.name in NUMBERS_THAT_COUNT_NOTHING,
            "is a flag of another name": column.dtype != pl.Boolean() or re.fullmatch(FLAGS, column.name),
            "is a float without two bounds": not column.dtype.is_float() or (low is not None and high is not None),
            "is a share beyond 0 to 1": not column.name.endswith("_share") or (low, high) == (0.0, 1.0),
            "is an area without km2": "area" not in column.name or column.unit != "km2" or column.name.endswith("_km2"),
        }
        broken += [f"{named(table, column)} {what}" for what, holds in rules.items() if not holds]
    assert broken == []


def test_every_measure_is_complete():
    """Names are unique over all tables; bounds, reportable and reason are columns of the same table."""
    names = [column.name for _, column, _ in measures()]
    assert len(names) == len(set(names))
    for table, column, measure in measures():
        wanted = [measure.reportable, measure.reason, measure.lower, measure.upper]
        assert all(table.has(str(name)) for name in wanted if name), named(table, column)
        assert column.unit, named(table, column)


def test_every_metric_table_names_its_half_and_an_existing_section():
    """Each table with metrics has a label and belongs to a half, or to both; a section is a part of the country page."""
    sections = {part.__name__.rpartition(".")[2] for part in parts()}
    for table in METRICS:
        if table.measures:
            assert table.label, table.name
            assert table.half in {"ecological_system", "security_system", "both"}, table.name
        assert table.section is None or table.section in sections, table.name


def test_every_source_has_its_tests():
    """Each module of `sources` that asks a publisher has a test of its name; the others share one."""
    modules = {type(source).__module__.rsplit(".", 1)[-1]: source for source in sources().values()}
    for name, source in modules.items():
        if source.is_local:
            assert (TESTS / "sources" / "test_packaged.py").is_file()
            continue
        assert (TESTS / "sources" / f"test_{name}.py").is_file(), name
        assert source.citations


def test_inputs_are_inferred_from_the_query():
    """Common table expressions are no inputs, tables with a layer are."""
    sql = "WITH own AS (SELECT 1 AS x) SELECT x FROM own JOIN core.country ON true JOIN landed.threat ON true"
    with duckdb.connect() as parser:
        assert inputs_of(parser, sql) == {"core.country", "landed.threat"}
