"""All records of a world as one table, in the columns of GBIF's monthly snapshot."""

from __future__ import annotations

import numpy as np
import polars as pl

from ness_pipeline.sandbox.gbif_records import FIRST_KEY
from ness_pipeline.sandbox.occurrences import Occurrences
from ness_pipeline.sandbox.records import BASES, MEANS, NO_MONTH, NO_YEAR
from ness_pipeline.sandbox.taxonomy import RANKS, SPECIES_RANK
from ness_pipeline.settings import CATALOGUE_OF_LIFE

_UNCERTAINTIES = (None, 5.0, 30.0, 250.0, 1_000.0, 10_000.0)


def records_table(search: Occurrences, checklist: str = CATALOGUE_OF_LIFE) -> pl.DataFrame:
    """One row per record with lower-case columns, text keys and lists, as the snapshot has them since 2025."""
    records, world, size = search.records, search.world, search.size
    row = np.arange(size)
    usage = search.usage[checklist][records.taxon]
    taxa, lineage = world.taxonomy.taxa, world.taxonomy.lineage[usage]
    names = pl.Series([taxon.name for taxon in taxa], dtype=pl.String)
    keys = pl.Series(search.keys[checklist], dtype=pl.String)
    countries = pl.Series([*world.countries, "ZZ"], dtype=pl.String)
    year, month = pl.Series(records.year), pl.Series(records.month)
    date = year.cast(pl.String) + pl.Series(np.where(records.month == NO_MONTH, "", "-")) + pl.Series(
        np.where(records.month == NO_MONTH, "", np.char.zfill(records.month.astype(str), 2))
    )  # fmt: skip

    def taken(values: pl.Series, places: np.ndarray) -> pl.Series:
        positions = pl.Series(np.where(places < 0, 0, places))
        return values.gather(positions).set(pl.Series(places < 0), None)

    columns: dict[str, pl.Series] = {
        "gbifid": pl.Series(row + FIRST_KEY).cast(pl.String),
        "occurrencestatus": pl.Series(np.where(records.is_absent, "ABSENT", "PRESENT")),
        "basisofrecord": pl.Series(BASES).gather(records.basis),
        "countrycode": taken(countries, records.country),
        "establishmentmeans": pl.Series(MEANS).gather(records.means).replace("", None),
        "scientificname": pl.Series([taxon.scientific_name for taxon in taxa]).gather(usage),
        "taxonrank": pl.Series([RANKS[taxon.rank] for taxon in taxa]).gather(usage),
        "taxonkey": keys.gather(usage),
        "year": year.set(year == NO_YEAR, None).cast(pl.Int32),
        "month": month.set(month == NO_MONTH, None).cast(pl.Int32),
        "eventdate": date.set(year == NO_YEAR, None),
        "iucnredlistcategory": pl.Series([world.category_of_taxon.get(n) for n in range(len(taxa))]).gather(
            records.taxon
        ),
    }
    for depth, rank in enumerate(RANKS):
        columns[rank.lower()] = taken(names, lineage[:, depth])
    columns["specieskey"] = taken(keys, lineage[:, SPECIES_RANK])
    placed = pl.Series(records.has_coordinate)
    columns["decimallatitude"] = pl.Series((row % 16_000 - 8_000) / 100).set(~placed, None)
    columns["decimallongitude"] = pl.Series((row % 35_000 - 17_500) / 100).set(~placed, None)
    radius = pl.Series(_UNCERTAINTIES).gather(row % len(_UNCERTAINTIES))
    columns["coordinateuncertaintyinmeters"] = radius.set(~placed, None)
    issue = pl.Series(np.where(records.has_issue, "COUNTRY_COORDINATE_MISMATCH", "GEODETIC_DATUM_ASSUMED_WGS84"))
    columns["issue"] = issue.to_frame("issue").select(pl.concat_list("issue")).to_series()
    return pl.DataFrame(columns)
