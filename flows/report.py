"""Reports a run to a Prefect server, from a thread of its own: task runs, log lines, artifacts, the final state.

The run never waits for the server: steps are queued, with the time at which they happened, and sent when the server
answers. A server that is slow, busy or gone costs the run at most `PATIENCE_S` at its end, and one warning.
"""

from __future__ import annotations

import contextvars
import datetime as dt
import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from prefect import Task
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import ArtifactCreate
from prefect.client.schemas.objects import State, StateType
from prefect.flows import Flow
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from ness_pipeline.run.watch import Step

logger = logging.getLogger(__name__)

PATIENCE_S = 30.0
"""How long a run that has ended waits for the server to take what has not been sent yet."""
SILENT_PATIENCE_S = 5.0
"""The same for a server that has not taken a single message of the run."""
REQUEST_S = 10.0
"""How long one request may take."""
LONGEST_PAUSE_S = 5.0
"""Longest pause between two tries while the server does not answer."""


def _reported() -> None:
    """Stand in for the work of a task run, which is reported and not executed by Prefect."""


TASKS = {
    "extract": Task(fn=_reported, name="extract"),
    "load": Task(fn=_reported, name="load"),
    "materialise": Task(fn=_reported, name="materialise"),
    "publish": Task(fn=_reported, name="audit and publish"),
}
"""Kinds of task runs, by the stage of a run."""


@dataclass(frozen=True)
class NewFlowRun:
    """A flow run that the report creates.

    Attributes:
        flow: the flow.
        name: name of the run.
        parameters: its parameters.
    """

    flow: Flow[Any, Any]
    name: str
    parameters: Mapping[str, object]


Message = Callable[[SyncPrefectClient], None]


@dataclass
class Report:
    """Reports one run; use `watch` as the watcher of the run, and `finish` at its end.

    Args:
        run: identifier of a flow run that Prefect has started, or the flow run to create.
        patience_s: how long `finish` waits for the server.
    """

    run: UUID | NewFlowRun
    patience_s: float = PATIENCE_S
    _messages: queue.Queue[Message | None] = field(default_factory=queue.Queue)
    _task_runs: dict[tuple[str, str], UUID] = field(default_factory=dict)
    _lost: int = 0
    _has_answered: bool = False
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Start to send what is reported."""
        context = contextvars.copy_context()  # Prefect keeps its settings there
        self._thread = threading.Thread(target=context.run, args=(self._send_all,), name="prefect-report", daemon=True)
        self._thread.start()
        if isinstance(self.run, NewFlowRun):
            new, started = self.run, _state(StateType.RUNNING)
            self._messages.put(lambda client: self._create(client, new, started))

    def watch(self, step: Step) -> None:
        """Report a step of the run."""
        now = dt.datetime.now(dt.UTC)
        if step.state == "waiting":
            return
        if step.stage == "model":
            self._messages.put(lambda client: self._log(client, f"computing {step.name}", now))
        elif step.state == "started":
            self._messages.put(lambda client: self._begin(client, step, _state(StateType.RUNNING, now=now)))
        else:
            kind = StateType.COMPLETED if step.state == "finished" else StateType.FAILED
            state = _state(kind, message=step.message or None, now=now)
            self._messages.put(lambda client: self._end(client, step, state))

    def finish(self, state: State | None, artifacts: Sequence[ArtifactCreate] = ()) -> str | None:
        """Report the end of the run and wait until everything is sent, but not for long.

        Args:
            state: final state of a flow run that the report has created; None leaves it to Prefect's engine.
            artifacts: pages of the run.

        Returns:
            A sentence about what could not be sent; None when all was.
        """
        for artifact in artifacts:
            self._messages.put(lambda client, page=artifact: self._add(client, page))  # type: ignore[misc]
        if state is not None:
            self._messages.put(lambda client: self._set_final(client, state))
        self._messages.put(None)
        if self._thread is not None:
            self._thread.join(self.patience_s if self._has_answered else min(self.patience_s, SILENT_PATIENCE_S))
            if self._thread.is_alive():
                self._lost += self._messages.qsize() + 1
        if not self._lost:
            return None
        return (
            f"The Prefect server could not be told everything about this run ({self._lost} messages are missing in its "
            "pages); the warehouse is complete, see `ness status`."
        )

    def _send_all(self) -> None:
        patient = {"timeout": httpx.Timeout(REQUEST_S)}
        is_done = False
        try:
            with (
                temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}),
                get_client(sync_client=True, httpx_settings=patient) as client,
            ):
                while (message := self._messages.get()) is not None:
                    self._send(client, message)
                is_done = True
        except Exception as error:  # noqa: BLE001  (an address that is none, as bad as a server that is away)
            logger.debug("report impossible", extra={"error": repr(error)})
            while not is_done and self._messages.get() is not None:
                self._lost += 1

    def _send(self, client: SyncPrefectClient, message: Message) -> None:
        """Send one message, again and again while the server is away; a message that it refuses is lost."""
        pause_s = 0.25
        while True:
            try:
                message(client)
            except (httpx.TransportError, httpx.HTTPStatusError) as error:
                status = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else None
                if status is not None and status < 500 and status not in {408, 429}:  # noqa: PLR2004  (the server's own faults)
                    break
                time.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            except Exception as error:  # noqa: BLE001  (bookkeeping may fail in any way and must not matter)
                logger.debug("report refused", extra={"error": repr(error)})
                break
            else:
                self._has_answered = True
                return
        self._lost += 1

    @property
    def _run_id(self) -> UUID:
        if not isinstance(self.run, UUID):
            raise LookupError("the flow run has not been created")  # noqa: TRY004  (it is not there yet, or was refused)
        return self.run

    def _create(self, client: SyncPrefectClient, new: NewFlowRun, state: State) -> None:
        run = client.create_flow_run(new.flow, name=new.name, parameters=dict(new.parameters), state=state)
        self.run = run.id

    def _begin(self, client: SyncPrefectClient, step: Step, state: State) -> None:
        name = "audit and publish" if step.stage == "publish" else f"{step.stage} {step.name}"
        run = client.create_task_run(
            TASKS[step.stage], self._run_id, dynamic_key=f"{step.stage} {step.name}", name=name, state=state
        )
        self._task_runs[step.stage, step.name] = run.id

    def _end(self, client: SyncPrefectClient, step: Step, state: State) -> None:
        if (step.stage, step.name) not in self._task_runs:
            self._begin(client, step, state)  # it failed before it began, as a load whose extraction failed
            return
        client.set_task_run_state(self._task_runs[step.stage, step.name], state, force=True)

    def _log(self, client: SyncPrefectClient, text: str, now: dt.datetime) -> None:
        line = {"name": "ness", "level": logging.INFO, "message": text, "timestamp": now.isoformat()}
        client.create_logs([{**line, "flow_run_id": str(self._run_id)}])

    def _add(self, client: SyncPrefectClient, artifact: ArtifactCreate) -> None:
        client.create_artifact(artifact.model_copy(update={"flow_run_id": self._run_id}))

    def _set_final(self, client: SyncPrefectClient, state: State) -> None:
        client.set_flow_run_state(self._run_id, state, force=True)


def _state(kind: StateType, message: str | None = None, now: dt.datetime | None = None) -> State:
    """A state as of a moment; it carries no data, because results stay in the warehouse."""
    return State(type=kind, message=message, timestamp=now or dt.datetime.now(dt.UTC))
