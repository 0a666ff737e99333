"""The data dictionary on one page: complete, in both forms, and its instructions work."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest
from published import Published

from ness_pipeline.contract.dictionary import tables
from ness_pipeline.schemas.vocabulary import REASONS
from ness_pipeline.share.dictionary_page import dictionary_page, entries

Ness = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_page_has_every_table_column_and_reason(form: str, published: Published) -> None:
    """Each published table has a section with all its columns, and each reason is explained."""
    page = dictionary_page(form, "ness.duckdb")  # type: ignore[arg-type]
    stored = published.rows(
        "SELECT schema_name || '.' || table_name, list(column_name) FROM duckdb_columns() WHERE NOT internal "
        "AND database_name = current_database() AND schema_name IN ('core', 'metrics', 'ops') GROUP BY ALL"
    )
    listed = {entry.name: {line.name for line in entry.columns} for entry in entries()}
    assert listed == {name: set(columns) for name, columns in stored}  # type: ignore[call-overload]
    for name in listed:
        assert name in page
    assert all(reason in page for reason in REASONS)


def test_entry_says_what_the_contract_says() -> None:
    """Grain, units, traps, bounds and the method of a metric come from its contract and model."""
    entry = next(one for one in entries() if one.name == "metrics.threatened_species")
    assert entry.grain == "country_code, taxon_group"
    assert entry.says[0].startswith("One row = the species of one group")
    assert "CR includes possibly extinct species." in entry.traps
    assert "IUCN Red List summary statistics" in entry.method
    share = next(line for line in entry.columns if line.name == "threatened_share")
    assert (share.type, share.unit, share.demands) == (
        "DOUBLE",
        "1",
        "may be NULL; 0 to 1; to be quoted on country_list",
    )


def test_every_column_is_described() -> None:
    """No column of any contract lacks a description, and no measure a unit."""
    for table in tables().values():
        for column in table.columns:
            assert column.description, f"{table.name}.{column.name}"
            assert column.unit or column.measure is None, f"{table.name}.{column.name}"


def test_html_is_well_formed_and_stands_alone() -> None:
    """Every element is closed, every link leads to a place on the page, and nothing is fetched from elsewhere."""
    opened: list[str] = []
    places: list[str] = []
    links: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            given = dict(attributes)
            assert not {"src", "onclick"} & given.keys()
            assert tag not in {"script", "link", "img", "iframe"}
            places.extend([given["id"] or ""] if "id" in given else [])
            links.extend([given["href"] or ""] if "href" in given else [])
            if tag != "meta":
                opened.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert opened.pop() == tag

    Reader().feed(dictionary_page("html", "<&>.duckdb"))
    assert opened == []
    assert len(places) == len(set(places))
    assert {link.removeprefix("#") for link in links} <= set(places)


def test_instructions_for_python_work(published: Published) -> None:
    """The Python lines of the page run as they stand and give the wide view."""
    page = dictionary_page("markdown", str(published.paths.published))
    (block,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    seen: dict[str, object] = {}
    exec(block, seen)  # noqa: S102  (the page's own example)
    assert seen["profile"].height >= 3  # type: ignore[attr-defined]
    seen["con"].close()  # type: ignore[attr-defined]
    with duckdb.connect(str(published.paths.published), read_only=True) as connection, pytest.raises(duckdb.Error):
        connection.execute("CREATE TABLE scribble (a INT)")


def test_command_prints_or_writes(ness: Ness, tmp_path: Path) -> None:
    """Without --out the page is printed, with it written; an unwritable path is named."""
    printed = ness("dictionary")
    assert printed.stdout.startswith("# Data dictionary\n")
    assert ness("dictionary", "--format", "html", "--out", str(tmp_path / "page.html")).returncode == 0
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert ness("dictionary", "--out", str(tmp_path / "no" / "page.md")).returncode == 2
