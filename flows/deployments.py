"""Deploy or serve the schedules: `python -m ness_pipeline.flows.deployments`.

Without options it serves the schedules from this machine until stopped, on the configured Prefect server; where there is
none, `make prefect` starts one with the schedules. With `--work-pool NAME` it deploys to a work pool instead, created when
missing, and ends: `prefect worker start --pool NAME` then runs them. The pool starts processes; with `--image`, an image
with this package in it, it starts containers, and `--volume` says where they keep the warehouse. Deployments that
the server has are renewed by their names; what the operator set there (schedules, parameters, paused or not) stays, unless
`--reset-schedules` is said.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from ness_pipeline.errors import NessError
from ness_pipeline.flows.server_address import configured_server, environment
from ness_pipeline.paths import Paths
from ness_pipeline.settings import load_settings


def main(words: Sequence[str] | None = None) -> None:
    """Serve the schedules or deploy them.

    Raises:
        SystemExit: no server is configured, or the options make no sense.
        NessError: our own settings make no sense.
    """
    parser = argparse.ArgumentParser(
        prog="python -m ness_pipeline.flows.deployments", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--work-pool", metavar="NAME", help="deploy to this work pool and end, instead of serving")
    parser.add_argument("--image", help="image of the containers of that pool; without one it starts processes")
    parser.add_argument(
        "--volume",
        action="append",
        default=[],
        metavar="HOST:CONTAINER",
        help="folder that containers share with their host, for landing and the published file",
    )
    parser.add_argument(
        "--reset-schedules",
        action="store_true",
        help="take our schedules and parameters again where the operator has changed or paused them on the server",
    )
    given = parser.parse_args(words)
    if given.image and not given.work_pool:
        parser.error("--image needs --work-pool NAME")
    if given.volume and not given.image:
        parser.error("--volume needs --image, because processes see the folders of their machine anyway")
    home = Paths.of(load_settings()).home
    server = configured_server()
    if server is None:
        raise SystemExit(
            "No Prefect server is configured; set PREFECT_API_URL, or start one with `python -m ness_pipeline.flows.server`."
        )
    os.environ.update(environment(home, server))
    # Only now, because Prefect reads its settings when it is imported.
    from ness_pipeline.flows.schedules import deploy, serve_schedules, timetable  # noqa: PLC0415

    if given.work_pool:
        deploy(given.work_pool, given.image, given.volume, is_reset=given.reset_schedules)
        sys.stdout.write("".join(f"{line}\n" for line in timetable()))
        sys.stdout.write(f"Deployed; `prefect worker start --pool {given.work_pool}` runs what is due.\n")
    else:
        serve_schedules(is_reset=given.reset_schedules)


if __name__ == "__main__":
    try:
        main()
    except NessError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped; the schedules stay on the server, and the same command serves them again.\n")
        raise SystemExit(130) from None
