"""Contract of `core.dataset_count`."""

from __future__ import annotations

from ness_pipeline.schemas.base import MAX_COUNT, Sourced, column, country_code


class DatasetCount(Sourced):
    """One row = the records of one GBIF data set that one country's occurrence numbers come from.

    It is what GBIF asks for to mint one DOI for numbers that came without a download (`ness cite --derived-dataset`), and
    how each publisher of records gets the credit.

    Traps: records that are identified to a genus only are counted here and nowhere else; counts are of the years that were
    asked for, and countries add up, since a record lies in one country.
    """

    country_code: str = country_code()
    dataset_key: str = column("GBIF key of the data set.", str_matches=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
    occurrences: int = column("Its records under the filters of the occurrence cube.", "{record}", ge=1, le=MAX_COUNT)

    class Config:
        """Grain: country, data set and source."""

        unique = ["country_code", "dataset_key", "source"]
