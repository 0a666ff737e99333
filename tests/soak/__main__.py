"""`python tests/soak`, which is `make soak`: every trial at its full size, with its figures."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from soak.clients import clients_trial
from soak.inputs import inputs_trial
from soak.operations import full_disk_trial, full_tmpdir_trial, operations_trial
from soak.servers import servers_trial
from soak.trials import faults_trial, kills_trial, readers_trial

TRIALS = {
    "faults": lambda folder: faults_trial(folder, 1000),
    "kills": lambda folder: kills_trial(folder, 200),
    "operations": lambda folder: operations_trial(folder, 200),
    "full disk": full_disk_trial,
    "full tmpdir": full_tmpdir_trial,
    "servers": servers_trial,
    "clients": lambda folder: clients_trial(folder, reads=1000, publications=20),
    "readers": lambda folder: readers_trial(folder, readers=8, reads=10_000, publications=100),
    "inputs": lambda folder: inputs_trial(folder, 200),
}


def main() -> None:
    """Run the trials named on the command line, or all."""
    for name in sys.argv[1:] or TRIALS:
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="ness-soak-") as folder:
            figures = TRIALS[name](Path(folder))
        print(f"{name}: held, in {time.monotonic() - started:.0f} s")  # noqa: T201
        for what, figure in figures.items():
            print(f"  {what}: {figure if isinstance(figure, str) else f'{figure:,}'}")  # noqa: T201
        sys.stdout.flush()


if __name__ == "__main__":
    main()
