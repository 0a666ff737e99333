"""ness-pipeline: per-country eco-security metrics from public biodiversity and policy data.

Where do I go to …

- see what a run does, step by step: `run/refresh.py`; what it is going to do: `run/plan.py`
- follow a country code from what a user types: `names/countries.py`
- see how a publisher is read: `sources/` (one module each) and `sources/apis/` (its protocol); requests: `landing/http.py`
- see where payloads lie: `landing/zone.py` (its files: `landing/store.py`); own files: `files/`, loaded by `run/own_files.py`
- see what a table holds: `schemas/` (one file each); how contracts become SQL: `contract/`
- see where a row that breaks its contract is refused: `contract/check.py`, kept by `build/load.py`; records of a cube:
  `cube/rules.py`; rows of a model stop the run: `build/models.py`
- change how a number is computed: `warehouse/metrics/` (one file each); the index: `index/`
- change how records become a cube: `cube/engine.py` (the steps), `cube/rules.py` (what counts), the SQL in `warehouse/cube/`
- see when something is published, what is checked before and how much may change: `publish/`, limits in `schemas/base.py`
- see how the build database comes back after loss or damage: `run/restore.py`; what Ctrl+C does: `cli/interrupt.py`
- add a command: `cli/`; a question to the published file: `ask/`; a page or an export: `share/`
- change schedules or what Prefect's pages show: `flows/`
- imitate a publisher in tests: `sandbox/`
"""

from __future__ import annotations

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    """The version, looked up when it is wanted: the look-up imports more than many commands need."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415

        return version("ness-pipeline")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
