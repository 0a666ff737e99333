"""The definition of the index, as one readable file states it: halves, pillars, measures, goalposts, weights, rules."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from ness_pipeline.errors import WrongUsage

HALVES = ("ecological_system", "security_system")
"""The two halves of a national eco-security system; the index needs both."""


def _fraction(value: object) -> Fraction:
    """A number, or text such as `2/3`, as an exact fraction."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Fraction)):
        raise ValueError("give a number, or a fraction such as '2/3'")  # noqa: TRY004  (pydantic wants a ValueError)
    try:
        return Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise ValueError("give a number, or a fraction such as '2/3'") from None


Share = Annotated[Fraction, BeforeValidator(_fraction), PlainSerializer(str, when_used="json"), Field(ge=0, le=1)]
Text = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


Bounds = tuple[Annotated[float, Field(allow_inf_nan=False)], Annotated[float, Field(allow_inf_nan=False)]]


class Measure(_Part):
    """One measure of a pillar and what its values are worth.

    Attributes:
        metric: name of the measure, as in `metrics.metric_value`.
        else_metric: measure that stands in where this one has no value; it has the same goalposts and group.
        taxon_group: reporting group or roll-up, where the measure has groups.
        worst: value that scores 0, as every value beyond it does.
        best: value that scores 1, as every value beyond it does.
        worst_between: the span in which `worst` is varied to see what the choice does; without one it is not varied.
        best_between: the same of `best`.
        scale: whether scores grow with the value or with its logarithm.
        weight: weight inside the pillar; without one, all measures of the pillar weigh the same.
        max_age_years: how many years a value stands for the years after it; None means that the measure has no years
            and its one value stands for every year.
        essential: whether the half has no score without it.
        source: where the two goalposts come from.
    """

    metric: Text
    else_metric: Text | None = None
    taxon_group: Text | None = None
    worst: float = Field(allow_inf_nan=False)
    best: float = Field(allow_inf_nan=False)
    worst_between: Bounds | None = None
    best_between: Bounds | None = None
    scale: Literal["linear", "log"] = "linear"
    weight: Share | None = None
    max_age_years: int | None = Field(default=None, ge=0, le=100)
    essential: bool = False
    source: Text

    @property
    def name(self) -> str:
        """The measure with its group, as in the list of what is missing."""
        return self.metric if self.taxon_group is None else f"{self.metric} ({self.taxon_group})"

    @property
    def metrics(self) -> tuple[str, ...]:
        """The measure and the one that stands in for it, in the order in which they are taken."""
        return (self.metric,) if self.else_metric is None else (self.metric, self.else_metric)


class Pillar(_Part):
    """One pillar: its description, its weight in its half and its measures."""

    says: Text
    weight: Share | None = None
    essential: bool = False
    measure: tuple[Measure, ...] = Field(min_length=1)


class Half(_Part):
    """One half: its description, its weight in the index and its pillars by name."""

    says: Text
    weight: Share | None = None
    pillar: dict[str, Pillar] = Field(min_length=1)


class Missing(_Part):
    """Rules for computing scores when values are missing; all are by weight, none by number.

    Attributes:
        half_needs: share of its weight that a half needs.
        index_needs: share of the whole weight that the index needs, beside both halves.
        not_applicable: reasons that say that a measure has no meaning for the country; its weight then goes to the other
            measures of its pillar.
    """

    half_needs: Share
    index_needs: Share
    not_applicable: tuple[str, ...] = ()


class Choices(_Part):
    """How widely the choices behind the index are varied to see what they do.

    Attributes:
        weight_spread: every weight is drawn evenly between (1 - spread) and (1 + spread) times itself.
        interval: share of the draws inside the range.
        draws: other choices that are drawn, the same for all countries and years.
        sensitivity_draws: draws behind the sensitivity to each pillar.
        seed: the draws depend on it alone.
    """

    weight_spread: Share
    interval: Share
    draws: int = Field(ge=100, le=10_000)
    sensitivity_draws: int = Field(ge=100, le=1_000_000)
    seed: int


class Gap(_Part):
    """Something that the index ought to hold and does not.

    Attributes:
        says: what is lacking, and why.
        would_take: series or measures that would fill it.
    """

    says: Text
    would_take: tuple[Text, ...] = ()


class Definition(_Part):
    """A whole definition, as read from its file."""

    version: Text
    first_year: int = Field(ge=1600, le=2100)
    missing: Missing
    choices: Choices
    half: dict[str, Half]
    gap: tuple[Gap, ...] = ()

    @functools.cached_property
    def digest(self) -> str:
        """The version and eight characters of a hash over everything that is computed with."""
        content = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return f"{self.version}+{hashlib.sha256(content.encode()).hexdigest()[:8]}"

    @property
    def pillars(self) -> dict[str, Pillar]:
        """All pillars by name, those of the ecological system first."""
        return {name: pillar for half in HALVES for name, pillar in self.half[half].pillar.items()}

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All measures, pillar by pillar."""
        return tuple(measure for pillar in self.pillars.values() for measure in pillar.measure)

    @functools.cached_property
    def half_weights(self) -> tuple[float, ...]:
        """Weight of each half in the index."""
        return _weights("the index", (self.half[name].weight for name in HALVES))

    @functools.cached_property
    def pillar_weights(self) -> tuple[float, ...]:
        """Weight of each pillar in its half."""
        return tuple(
            weight
            for half in HALVES
            for weight in _weights(f"the half {half}", (pillar.weight for pillar in self.half[half].pillar.values()))
        )

    @functools.cached_property
    def measure_weights(self) -> tuple[float, ...]:
        """Weight of each measure in its pillar."""
        return tuple(
            weight
            for name, pillar in self.pillars.items()
            for weight in _weights(f"the pillar {name}", (measure.weight for measure in pillar.measure))
        )


def _weights(of: str, weights_given: Iterable[Fraction | None]) -> tuple[float, ...]:
    """The given weights as numbers, or equal weights where none is given."""
    weights = list(weights_given)
    stated = [weight for weight in weights if weight is not None]
    if not stated:
        return (1.0 / len(weights),) * len(weights)
    if len(stated) < len(weights):
        raise WrongUsage(f"Some parts of {of} have a weight and some have none; give all of them one, or none.")
    total = sum(stated, start=Fraction(0))
    if abs(total - 1) > Fraction(1, 10**9):
        raise WrongUsage(f"The weights of {of} sum to {float(total):.6g} and not to 1; correct them.")
    return tuple(float(weight) for weight in stated)
