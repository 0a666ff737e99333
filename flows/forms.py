"""Parameters as the Prefect UI shows them: countries and sources to pick, years with their pattern.

The lists are offered, not enforced: who calls a deployment by API may give ISO codes as on the command line.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ness_pipeline.names.countries import countries
from ness_pipeline.sources import regular_sources

COUNTRY_NAMES = sorted(country.country_name for country in countries().values())

CountryName = Annotated[str, Field(json_schema_extra={"enum": list(COUNTRY_NAMES)})]
"""A country, picked by its English name; ISO codes are understood too."""

SourceName = Annotated[str, Field(json_schema_extra={"enum": sorted(regular_sources())})]
"""A source, picked by its name."""

YearSpan = Annotated[str, Field(pattern=r"^\d{4}(:\d{4})?$", examples=["2000:2025", "2020"])]
"""A year or a span of years."""

Hours = Annotated[float, Field(ge=0, le=24 * 366)]
"""An age in hours."""
