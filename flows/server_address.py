"""Which Prefect server is configured: by the environment, or by the active profile, which is only read.

Nothing here imports Prefect, which takes two seconds that a run without a server need not wait for.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

CONNECTION = ("PREFECT_API_URL", "PREFECT_API_KEY", "PREFECT_API_AUTH_STRING", "PREFECT_CLIENT_CUSTOM_HEADERS")
"""Settings that say where the server is and how to log in there."""


def configured_server() -> Mapping[str, str] | None:
    """Settings of the connection to the configured server; None where none is configured."""
    settings = _profile() | {name: os.environ[name] for name in CONNECTION if os.environ.get(name)}
    return settings if settings.get("PREFECT_API_URL") else None


def _profile() -> dict[str, str]:
    """Settings of the connection in the active profile of the user; empty where there is none that can be read."""
    home = Path(os.environ.get("PREFECT_HOME") or "~/.prefect").expanduser()
    file = Path(os.environ.get("PREFECT_PROFILES_PATH") or home / "profiles.toml").expanduser()
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    active = os.environ.get("PREFECT_PROFILE") or content.get("active")
    profiles = content.get("profiles")
    profile = profiles.get(str(active)) if isinstance(profiles, dict) else None
    return {name: str(profile[name]) for name in CONNECTION if name in profile} if isinstance(profile, dict) else {}


def environment(home: Path, connection: Mapping[str, str] | None = None) -> dict[str, str]:
    """Environment variables for a process of ours that uses Prefect.

    Args:
        home: home folder of the warehouse; what Prefect keeps lies below it, never in the user's own PREFECT_HOME.
        connection: settings of the connection to a server.
    """
    return {
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_CLI_PROMPT": "false",
        # What a run does is reported by `ness_pipeline.flows.report`; Prefect's own lines would repeat it on the terminal
        # and print tracebacks when the server is away.
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_ROOT_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        # Three tries of a request are 14 s of waiting; five, Prefect's default, would be a minute.
        "PREFECT_CLIENT_MAX_RETRIES": "3",
        **(connection or {}),
    }
