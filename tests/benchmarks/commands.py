"""What commands cost before they do any work: processor time and memory, as ratios to importing DuckDB.

    .venv/bin/python tests/benchmarks/commands.py [REPETITIONS]

Run it while nothing else runs. Goals: `ness sql` at most 3 times `import duckdb`; `ness run --sandbox KE DE BR` at most 10 s
of processor time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NESS = str(Path(sys.executable).parent / "ness")
COMMANDS = {
    "python -c 'import duckdb'": [sys.executable, "-c", "import duckdb"],
    "ness --version": [NESS, "--version"],
    "ness sql": [NESS, "sql", "--sandbox", "SELECT 1"],
    "ness status": [NESS, "status", "--sandbox"],
    "ness materialise": [NESS, "materialise", "--sandbox"],
    "ness run, all landed": [NESS, "run", "--sandbox", "KE", "DE", "BR"],
}
FIRST = [NESS, "run", "--sandbox", "KE", "DE", "BR"]


def measured(command: list[str], home: Path) -> tuple[float, float, float]:
    """Processor seconds, clock seconds and the most memory (MiB) of one command and its children."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "NESS_"))}
    started = time.perf_counter()
    with subprocess.Popen(
        command, env=kept | {"NESS_HOME": str(home)}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        assert os.waitstatus_to_exitcode(status) == 0, process.stderr.read() if process.stderr else ""
        process.returncode = 0
    return used.ru_utime + used.ru_stime, time.perf_counter() - started, used.ru_maxrss / 1024


def main(repetitions: int) -> None:
    """Print a table of the least of some repetitions."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        rows = {"ness run, first": measured(FIRST, home)}
        for name, command in COMMANDS.items():
            rows[name] = min(measured(command, home) for _ in range(repetitions))
    unit = rows["python -c 'import duckdb'"][0]
    print(f"{'command':28} {'processor s':>12} {'clock s':>8} {'MiB':>7} {'x import duckdb':>16}")
    for name, (processor, clock, memory) in rows.items():
        print(f"{name:28} {processor:12.2f} {clock:8.2f} {memory:7.0f} {processor / unit:16.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
