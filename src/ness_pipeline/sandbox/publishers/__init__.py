"""One module per publisher, each with `routes(world)`; the folder is the registry and gives the path prefix."""

from __future__ import annotations

import importlib
import pkgutil

from starlette.routing import Mount

from ness_pipeline.sandbox.world import World


def mounts(world: World) -> list[Mount]:
    """Every publisher of the folder below its own name: `/gbif`, `/unsdg` …."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [Mount(f"/{name}", routes=importlib.import_module(f"{__name__}.{name}").routes(world)) for name in names]
