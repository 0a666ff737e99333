"""One SYNTHETIC publication of every country, the site written from it, and Debian's Chromium to read it with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

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


@pytest.fixture
def visit(browser: Browser, site: Path) -> Iterator[Callable[..., Page]]:
    """Open a page of the site; afterwards nothing may have gone wrong in it or left the folder."""
    wrong: list[str] = []
    contexts = []

    def opened(name: str, **options: Any) -> Page:
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: wrong.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: (wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on(
            "request", lambda request: None if request.url.startswith(("file:", "data:")) else wrong.append(request.url)
        )
        page.goto(f"file://{site}/{name}")
        page.wait_for_selector("html[data-charts=drawn]", state="attached")
        if name.startswith("index"):
            page.wait_for_selector("html[data-world]", state="attached")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []
