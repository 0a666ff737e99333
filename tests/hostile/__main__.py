"""`python tests/hostile`, a part of `make soak`: every hostile input, what became of it, in which time and memory.

Words choose the cases whose names contain one of them, with `--exactly` those of such a name; `--json` prints the results for a
program.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from hostile.cases import CASES
from hostile.run import run


def main() -> int:
    """Run the cases named on the command line, or all."""
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    is_exact = "--exactly" in sys.argv
    for name in ("archives", "packed", "tables"):
        importlib.import_module(f"hostile.{name}")
    for name in ("cli.commands", "run.own_files", "cube.duckdb", "build.models", "cli.terminal"):
        importlib.import_module(f"ness_pipeline.{name}")  # once for all forked processes
    chosen = [
        case
        for name, case in CASES.items()
        if not words or any(word == name if is_exact else word in name for word in words)
    ]
    started, results = time.monotonic(), []
    for case in chosen:
        result = run(case)
        results.append(result)
        if "--json" not in sys.argv:
            print(f"{result.outcome:<13} {result.seconds:6.1f} s {result.memory_mib:6.0f} MiB  {case.name}: {result.said[:150]}")  # noqa: T201  # fmt: skip
            for wrong in result.wrong:
                print(f"              WRONG: {wrong}")  # noqa: T201
            sys.stdout.flush()
    if "--json" in sys.argv:
        print(json.dumps([result.as_dict() for result in results]))  # noqa: T201
    else:
        failed = sum(bool(result.wrong) for result in results)
        print(f"{len(results)} inputs, {failed} broke a promise, in {time.monotonic() - started:.0f} s")  # noqa: T201
    return int(any(result.wrong for result in results))


if __name__ == "__main__":
    sys.exit(main())
