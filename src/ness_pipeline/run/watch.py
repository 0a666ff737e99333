"""How a run is watched: it reports each step when it starts and when it ends."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Stage = Literal["extract", "load", "materialise", "model", "publish"]
"""`materialise` is all models together, `model` is each of them."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Step:
    """The start or the end of one step of a run.

    Attributes:
        stage: the stage.
        name: what is worked on: a unit of work such as `gbif_country KE`, countries, a model or a file.
        state: whether it starts or how it ended; `waiting` says that it is queued.
        message: the error of a step that failed.
    """

    stage: Stage
    name: str
    state: Literal["waiting", "started", "finished", "failed"]
    message: str = ""


Watch = Callable[[Step], None]
"""Receives every step, possibly from several threads."""


def nobody(_step: Step) -> None:
    """Watch nothing."""


def unfailing(watch: Watch) -> Watch:
    """A watch that never raises: whoever watches cannot stop a run."""

    def watch_quietly(step: Step) -> None:
        logger.debug(step.stage, extra={"what": step.name, "state": step.state})
        try:
            watch(step)
        except Exception as error:  # noqa: BLE001  (whatever it is, the run goes on)
            logger.warning("a watcher failed", extra={"error": str(error)})

    return watch_quietly


def both(first: Watch, second: Watch) -> Watch:
    """A watch that passes every step on to two others."""

    def watch(step: Step) -> None:
        first(step)
        second(step)

    return watch
