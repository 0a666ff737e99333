"""What a run is going to do, decided once: its countries, its years and its units of work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ness_pipeline.errors import WrongUsage
from ness_pipeline.landing.units import WORLD, Unit
from ness_pipeline.landing.zone import Landing
from ness_pipeline.names.countries import countries as all_countries
from ness_pipeline.names.countries import resolve
from ness_pipeline.names.years import Years, default_years
from ness_pipeline.paths import Paths
from ness_pipeline.settings import Settings
from ness_pipeline.sources import SAMPLE, Source, regular_sources, sources

BACKFILL_WORLD_MAX_AGE_HOURS = 24.0 * 31
"""A backfill uses the world's tables of the last monthly refresh, so that only its country changes."""


@dataclass(frozen=True)
class Plan:
    """The plan of one run.

    Attributes:
        command: what was asked for, as on the command line.
        countries: country codes, sorted.
        years: span of years.
        world: units of work of sources that a publisher serves whole; they are extracted and loaded first.
        national: units of work of one country each.
        is_offline: whether only what has landed is used.
        max_age: landed payloads of a country that are younger than this are not fetched again.
        world_max_age: the same for payloads of the world.
        accept_change: whether changes beyond the contracts' limits are published.
    """

    command: str
    countries: tuple[str, ...]
    years: Years
    world: tuple[Unit, ...]
    national: tuple[Unit, ...]
    is_offline: bool = False
    max_age: dt.timedelta = dt.timedelta(hours=24)
    world_max_age: dt.timedelta = dt.timedelta(hours=24)
    accept_change: bool = False

    @property
    def units(self) -> tuple[Unit, ...]:
        """All units of work, in the order in which they are loaded."""
        return (*self.world, *self.national)


def plan_refresh(
    settings: Settings,
    countries: Sequence[str] | None,
    years: str | None,
    *,
    only: Iterable[str] = (),
    is_offline: bool = False,
    max_age_hours: float = 24.0,
    accept_change: bool = False,
    with_sample: bool = False,
) -> Plan:
    """The plan of `ness run`.

    A source that requires a setting which is missing, such as a token, is left out; offline it takes part where it has
    landed before.

    Args:
        settings: the configuration.
        countries: ISO codes or English names; None means all countries.
        years: such as `2000:2025`; None means from 2000 to the last complete year.
        only: names of sources; empty means all. What they need, and what comes with the package, takes part as well.
        is_offline: use only what has landed.
        max_age_hours: landed payloads that are younger than this are not fetched again.
        accept_change: publish also what changes more than the contracts' limits allow.
        with_sample: load the sample of open data that comes with the package, and ask no publisher.

    Raises:
        WrongUsage: an unknown country or source, unreadable years, a source named in `only` lacks a setting, or the
            sample is asked for in the sandbox or as one of several sources.
    """
    codes = resolve(countries) if countries else tuple(all_countries())
    span = Years.parse(years) if years else default_years()
    only = tuple(only)
    if SAMPLE in only:
        raise WrongUsage("The sample of open data is no publisher; load it with --sample, without --source.")
    if with_sample:
        only = _with_sample(settings, only)
        is_offline = False  # it comes with the package, so that nothing needs to have landed before
    world, national = _units(settings, codes, span, only, is_offline=is_offline)
    age = dt.timedelta(hours=max_age_hours)
    command = f"run {' '.join(countries or ['--all'])} --years {span}{' --sample' if with_sample else ''}"
    return Plan(command, codes, span, world, national, is_offline, age, age, accept_change)


def _with_sample(settings: Settings, only: tuple[str, ...]) -> tuple[str, ...]:
    """The sources of a run with the sample: all that come with the package.

    Raises:
        WrongUsage: it would stand beside invented numbers, or other sources are named.
    """
    if settings.is_synthetic:
        raise WrongUsage(
            "The sample holds real numbers and the sandbox invented ones, which never stand in one file; leave one of "
            "--sample and --sandbox out."
        )
    if only:
        raise WrongUsage(
            "With --sample no publisher is asked; leave --source out, or leave --sample out to read that source."
        )
    return (*(source.name for source in sources().values() if source.is_local), SAMPLE)


def plan_backfill(
    settings: Settings, country: str, years: str | None, *, is_offline: bool = False, accept_change: bool = False
) -> Plan:
    """The plan of `ness backfill`: one country is fetched anew; see `plan_refresh` for arguments and errors."""
    codes = resolve([country])
    span = Years.parse(years) if years else default_years()
    world, national = _units(settings, codes, span, (), is_offline=is_offline)
    return Plan(
        command=f"backfill {country} --years {span}",
        countries=codes,
        years=span,
        world=world,
        national=national,
        is_offline=is_offline,
        max_age=dt.timedelta(0),
        world_max_age=dt.timedelta(hours=BACKFILL_WORLD_MAX_AGE_HOURS),
        accept_change=accept_change,
    )


def _units(
    settings: Settings, countries: tuple[str, ...], years: Years, only: tuple[str, ...], *, is_offline: bool
) -> tuple[tuple[Unit, ...], tuple[Unit, ...]]:
    """Units of work of the world and of the countries."""
    if unknown := sorted(set(only) - sources().keys()):
        raise WrongUsage(f"{unknown[0]!r} is no source; choose from {', '.join(regular_sources())}.")
    wanted = _taking_part(only)
    lacking = {source.name: setting for source in wanted if (setting := _missing_setting(source, settings))}
    if only and lacking and not is_offline:
        name, setting = next(iter(lacking.items()))
        raise WrongUsage(f"The source {name} needs {setting}; set it in the environment or .env.")
    landing = Landing(Paths.of(settings).landing)

    def takes_part(unit: Unit) -> bool:
        if unit.source not in lacking:
            return True
        return is_offline and landing.latest(unit.source, unit.key) is not None

    world = [Unit(source.name, WORLD, years) for source in wanted if source.scope == "world"]
    national = [Unit(source.name, code, years) for code in countries for source in wanted if source.scope == "country"]
    return tuple(filter(takes_part, world)), tuple(filter(takes_part, national))


def _taking_part(only: tuple[str, ...]) -> list[Source]:
    """The sources of a run: all regular ones, or the named ones with those that they need and those of this package.

    Without what comes with the package, such as the list of countries, no source alone could be published.
    """
    if not only:
        return [*regular_sources().values()]
    needed = {need for name in only for need in sources()[name].needs}
    local = {source.name for source in regular_sources().values() if source.is_local}
    return [source for name, source in sources().items() if name in {*only, *needed, *local}]


def _missing_setting(source: Source, settings: Settings) -> str | None:
    """The environment variable of the first setting that a source requires and does not have."""
    return next((f"NESS_{name.upper()}" for name in source.requires if getattr(settings, name) is None), None)
