"""Contract of `core.dataset_count`."""

from __future__ import annotations

from ness_pipeline.schemas.base import MAX_COUNT, Sourced, column, country_code


class DatasetCount(Sourced):
    """One row = the number of records that one GBIF data set contributes to the occurrence numbers of one country.

    GBIF needs these numbers to issue one DOI for data that came without a download (`ness cite --derived-dataset`),
    so that each publisher of records gets credit.

    Traps: records that are identified to a genus only are counted here and nowhere else; counts are of the years
    that were requested; the counts of countries can be added, since a record is in one country.
    """

    country_code: str = country_code()
    dataset_key: str = column("GBIF key of the data set.", str_matches=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
    occurrences: int = column("Its records under the filters of the occurrence cube.", "{record}", ge=1, le=MAX_COUNT)

    class Config:
        """Grain: country, data set and source."""

        unique = ["country_code", "dataset_key", "source"]
