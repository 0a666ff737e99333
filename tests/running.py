"""A run against a sandbox, as `ness run --sandbox` makes it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ness_pipeline.run.plan import plan_backfill, plan_refresh
from ness_pipeline.run.refresh import refresh
from ness_pipeline.run.restore import open_for_writing
from ness_pipeline.run.summary import Summary
from ness_pipeline.settings import Settings

NOWHERE = "http://127.0.0.1:9"
"""An address where nobody answers."""


def sandbox_settings(home: Path, url: str, **changes: Any) -> Settings:
    """Settings of a home folder towards a sandbox."""
    return Settings(_env_file=None, home=home, **changes).for_sandbox(url)


def run_refresh(home: Path, url: str, countries: Sequence[str], years: str = "2000:2025", **options: Any) -> Summary:
    """Refresh countries; options are those of `plan_refresh`, and `settings` changes of the settings."""
    settings = sandbox_settings(home, url, **options.pop("settings", {}))
    plan = plan_refresh(settings, countries, years, **options)
    with open_for_writing(settings) as build:
        return refresh(build, settings, plan)


def run_backfill(home: Path, url: str, country: str, years: str = "2000:2025") -> Summary:
    """Backfill one country."""
    settings = sandbox_settings(home, url)
    plan = plan_backfill(settings, country, years)
    with open_for_writing(settings) as build:
        return refresh(build, settings, plan)
