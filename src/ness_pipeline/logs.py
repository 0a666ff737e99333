"""Structured logs: one JSON object per line on standard error, without secrets; off unless asked for."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import re
import sys
from collections.abc import Iterable
from typing import TextIO

from ness_pipeline.errors import WrongUsage
from ness_pipeline.visible import in_one_line

ROOT = "ness_pipeline"
FORMAT = "NESS_LOG"
"""Environment variable that turns the lines on: `json`, or `text` for people."""
_OWN = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"message", "asctime", "taskName"}

_SECRETS = re.compile(
    r"(?i)\b(token|access_token|api_key|apikey|password|authorization)(['\"]?(?:=|: ?)['\"]?(?:bearer |basic )?)[^&\s'\"]+"
)
_USER_INFO = re.compile(r"//[^/@\s]+@")


def scrub(text: str) -> str:
    """The text without tokens, passwords and user names of URLs."""
    return _USER_INFO.sub("//", _SECRETS.sub(r"\1\2…", text))


def scrub_record(record: logging.LogRecord) -> bool:
    """Lets every log record pass, without the secrets of the URLs that it names."""
    if isinstance(record.args, tuple):
        record.args = tuple(scrub(part) if isinstance(part, str) else part for part in record.args)
    return True


class JsonLines(logging.Formatter):
    """One record as one line of JSON: time, level, what happened, and what it is about.

    Args:
        secrets: values that are blotted out wherever they appear.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._secrets = tuple(secrets)

    def clean(self, text: str) -> str:
        """The text in one line without secrets, by their look and by their value, and without control characters."""
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return in_one_line(scrub(text))

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line."""
        about = {name: value for name, value in vars(record).items() if name not in _OWN}
        line = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **about,
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
        return self.clean(json.dumps(line, ensure_ascii=False, default=str))


class TextLines(JsonLines):
    """The same for people: time, level, event and the rest as name=value."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line."""
        about = [f"{name}={value}" for name, value in vars(record).items() if name not in _OWN]
        time = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="seconds")
        return self.clean(" ".join([time, record.levelname, record.getMessage(), *about]))


def write_logs(form: str | None = None, stream: TextIO | None = None, secrets: Iterable[str] = ()) -> None:
    """Write the engine's events as lines, in the form asked for or the one that `NESS_LOG` names; nothing by default.

    Args:
        form: `json` or `text`.
        stream: where to; standard error when not given.
        secrets: values that must never be written.

    Raises:
        WrongUsage: there is no such form.
    """
    wanted = form or os.environ.get(FORMAT, "")
    logger = logging.getLogger(ROOT)
    for handler in [known for known in logger.handlers if isinstance(known.formatter, JsonLines)]:
        logger.removeHandler(handler)
    if not wanted:
        return
    if wanted not in {"json", "text"}:
        raise WrongUsage(f"{wanted!r} is no form of logs; say json or text.")
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(secrets) if wanted == "json" else TextLines(secrets))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
