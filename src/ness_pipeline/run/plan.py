"""Which units of work a run consists of."""

from __future__ import annotations

from ness_pipeline.errors import WrongUsage
from ness_pipeline.landing.units import WORLD, Unit
from ness_pipeline.landing.zone import Landing
from ness_pipeline.names.years import Years
from ness_pipeline.paths import Paths
from ness_pipeline.settings import Settings
from ness_pipeline.sources import Source, sources


def plan(
    countries: tuple[str, ...],
    years: Years,
    only: tuple[str, ...] = (),
    *,
    settings: Settings,
    is_offline: bool = False,
) -> tuple[list[Unit], list[Unit]]:
    """Units of work of a run: the world's, which come first, and the countries'.

    A source that requires a setting which is missing, such as a token, is left out; offline it takes part where it has
    landed before.

    Args:
        countries: country codes.
        years: span of years.
        only: names of sources; empty means all.
        settings: the configuration.
        is_offline: whether no publisher is going to be asked.

    Raises:
        WrongUsage: a source named in `only` lacks a setting.
    """
    wanted = [source for source in sources().values() if not only or source.name in only]
    lacking = {source.name: setting for source in wanted if (setting := _missing_setting(source, settings))}
    if only and lacking and not is_offline:
        name, setting = next(iter(lacking.items()))
        raise WrongUsage(f"The source {name} needs {setting}; set it in the environment or .env.")

    def takes_part(unit: Unit) -> bool:
        if unit.source not in lacking:
            return True
        return is_offline and Landing(Paths.of(settings).landing).latest(unit.source, unit.key) is not None

    world = [Unit(source.name, WORLD, years) for source in wanted if source.scope == "world"]
    national = [Unit(source.name, code, years) for code in countries for source in wanted if source.scope == "country"]
    return [unit for unit in world if takes_part(unit)], [unit for unit in national if takes_part(unit)]


def _missing_setting(source: Source, settings: Settings) -> str | None:
    """The environment variable of the first setting that a source requires and does not have."""
    return next((f"NESS_{name.upper()}" for name in source.requires if getattr(settings, name) is None), None)
