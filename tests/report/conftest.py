"""One SYNTHETIC publication of every country, the site written from it, and Debian's Chromium to read it with."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from playwright.sync_api import Browser, Page
from report_world import NOW, publish_all, publish_few

from ness_pipeline.share.report.site import write_site


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published file of four countries, materialised and audited by the engine."""
    return publish_few(tmp_path_factory.mktemp("few"))


@pytest.fixture(scope="session")
def published(few: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same file with every other country of the world beside them."""
    return publish_all(few, tmp_path_factory.mktemp("all") / "ness.duckdb")


@pytest.fixture(scope="session")
def site(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the whole site."""
    folder = tmp_path_factory.mktemp("site")
    write_site(published, folder, now=NOW)
    return folder


def _sample(few: Path, folder: Path, *more: str) -> Path:
    """The folder of a site of four countries as a sample, Mali a territory, the other three states with an index."""
    shutil.copy(few, folder / "ness.duckdb")
    with duckdb.connect(str(folder / "ness.duckdb")) as connection:
        connection.execute("UPDATE ops.publication SET is_synthetic = false, sample_as_of = DATE '2026-07-01'")
        connection.execute("UPDATE core.country SET un_membership = 'member' WHERE country_code IN ('KE', 'DE', 'BR')")
        connection.execute("UPDATE core.indicator_observation SET release = '2026-04' WHERE series_code = 'ER_RSK_LST'")
        connection.execute(
            "UPDATE metrics.eco_security_index SET eco_security_index = CASE country_code WHEN 'KE' THEN 0.5 WHEN 'DE' THEN 0.75 "
            "ELSE 0.25 END, index_range_low = 0.125, index_range_high = 0.875, index_missing_low = 0.1, index_missing_high = 0.9, "
            "coverage = 0.7125, same_measures_since = 2020, reportable = country_code <> 'ML', reason = if(country_code = 'ML', 'no_state', NULL)"
        )
        for statement in more:
            connection.execute(statement)
    write_site(folder / "ness.duckdb", folder / "site", now=NOW)
    return folder / "site"


@pytest.fixture(scope="session")
def sample(few: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site of four countries as a sample, of which three states have an index in each year."""
    return _sample(few, tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="session")
def mixed(few: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, where Brazil has the highest index, but none after 2020."""
    return _sample(
        few,
        tmp_path_factory.mktemp("mixed"),
        "UPDATE metrics.eco_security_index SET eco_security_index = 0.875, reportable = year <= 2020, "
        "reason = if(year <= 2020, NULL, 'half_missing') WHERE country_code = 'BR'",
    )


@pytest.fixture
def visit(browser: Browser, site: Path) -> Iterator[Callable[..., Page]]:
    """Open a page of the site; afterwards nothing may have gone wrong in it or left the folder."""
    wrong: list[str] = []
    contexts = []

    def opened(name: str, folder: Path = site, **options: Any) -> Page:
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: wrong.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: (wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on(
            "request", lambda request: None if request.url.startswith(("file:", "data:")) else wrong.append(request.url)
        )
        page.goto(f"file://{folder}/{name}")
        page.wait_for_selector("html[data-charts=drawn]", state="attached")
        if name.startswith("index"):
            page.wait_for_selector("html[data-world]", state="attached")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []
