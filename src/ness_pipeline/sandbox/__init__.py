"""The public APIs in miniature, on loopback, for trying and testing; every answer is synthetic and says so."""

from ness_pipeline.sandbox.faults import Fault, Faults, mixed
from ness_pipeline.sandbox.server import Sandbox, app, run_forever, serve
from ness_pipeline.sandbox.world import World

__all__ = ["Fault", "Faults", "Sandbox", "World", "app", "mixed", "run_forever", "serve"]
