"""The adversary's list: whoever wants a nice number does not get a wrong one called reportable.

Each row of `LIST` is somebody who loads files to get a number: a ministry, a careless student, a garden. `wants` names the
number, and the last part says what must become of it, after README, docs, contracts and the papers that they name, and never
after what the SQL answers. Every file goes through `load_file`, as `ness load` does, into a home that many share, each with a
country of its own; publishers' rows are landed as that source. The rows of one world are published together.

In files `XX` is the adversary's country and `YY` a second one, and species keys begin with the country's code.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from ness_pipeline.build.load import load_unit
from ness_pipeline.contract.batch import Batch
from ness_pipeline.errors import NessError
from ness_pipeline.landing.units import Unit
from ness_pipeline.names.countries import countries
from ness_pipeline.names.years import ANY_YEAR
from ness_pipeline.paths import Paths
from ness_pipeline.run import own_files
from ness_pipeline.run.materialise import materialise_and_publish
from ness_pipeline.run.own_files import load_file, recorded_run
from ness_pipeline.run.records import clock
from ness_pipeline.settings import Settings
from ness_pipeline.sources.iso import LANDLOCKED

pytestmark = pytest.mark.slow


# What is loaded.


@dataclass(frozen=True)
class Own:
    """An own file: the table that it is loaded into, its text, and the options of `ness load`."""

    table: str
    text: str
    is_complete: bool = False
    checklist_key: str | None = None


@dataclass(frozen=True)
class Says:
    """Rows of a publisher."""

    source: str
    table: str
    text: str


def species(group: str, *, key: str = "s", origin: str = "native", presence: str = "extant", **categories: int) -> str:
    """A country's list as text: so many species in each category, `NONE` for those without one."""
    lines = ["country_code,species_key,taxon_group,red_list_category,origin,presence"]
    names = [name for name, number in categories.items() for _ in range(number)]
    lines += [
        f"XX,XX-{key}{n},{group},{'' if name == 'NONE' else name},{origin},{presence}" for n, name in enumerate(names)
    ]
    return "\n".join(lines) + "\n"


def shares(text: str, share: float, **columns: object) -> str:
    """A list with one range share for all species, and other columns with one value."""
    head, *lines = text.splitlines()
    more = {"range_share": share, **columns}
    lines = [f"{line},{','.join(map(str, more.values()))}" for line in lines]
    return "\n".join([f"{head},{','.join(more)}", *lines]) + "\n"


def assessed(
    group: str,
    year: int,
    *,
    key: str = "s",
    start: int = 0,
    scope: str = "global",
    reason: str = "",
    **categories: int,
) -> str:
    """Assessments of one year as text, of species with the keys that `species` gives; add texts with `together`."""
    lines = ["species_key,taxon_group,assessment_year,red_list_category,scope,change_reason"]
    names = [name for name, number in categories.items() for _ in range(number)]
    lines += [f"XX-{key}{n},{group},{year},{name},{scope},{reason}" for n, name in enumerate(names, start)]
    return "\n".join(lines) + "\n"


def together(*texts: str) -> str:
    """Texts with the same header as one."""
    heads = {text.splitlines()[0] for text in texts}
    assert len(heads) == 1, heads
    return "\n".join([heads.pop(), *(line for text in texts for line in text.splitlines()[1:])]) + "\n"


def cube(years: range, *, key: str = "s", records: int = 5, start: int = 0, number: int = 12) -> str:
    """A cube as text: so many records of each species in each year."""
    lines = ["country_code,year,species_key,occurrences"]
    lines += [f"XX,{year},XX-{key}{n},{records}" for year in years for n in range(start, start + number)]
    return "\n".join(lines) + "\n"


def series(
    code: str,
    values: dict[int, object],
    publisher: str,
    *,
    unit: str = "PERCENT",
    release: str = "",
    status: str = "observed",
) -> str:
    """Values of an official series as text."""
    lines = ["country_code,series_code,year,disaggregation,value,value_status,unit,publisher,release"]
    lines += [f"XX,{code},{year},total,{value},{status},{unit},{publisher},{release}" for year, value in values.items()]
    return "\n".join(lines) + "\n"


# What becomes of it.


@dataclass(frozen=True)
class Withheld:
    """The number is not reportable in any row that `wants` names, and one of them says why with this reason."""

    reason: str


@dataclass(frozen=True)
class Nothing:
    """There is no number at all: no row, or rows without a value."""


@dataclass(frozen=True)
class Refused:
    """A row or file is refused with a sentence that has these words; what remains is no number, or the right one."""

    words: str
    leaves: float | None = None


@dataclass(frozen=True)
class Right:
    """The number is reportable, has the right value, and says what it rests on."""

    value: float
    basis: str


EVERY_YEAR = -1
"""In `wants`: the rows of all years."""


@dataclass(frozen=True)
class Adversary:
    """One row of the list.

    Attributes:
        id: name of the row.
        does: what the adversary does.
        files: what is loaded, in this order.
        wants: measure, reporting group and year of the number.
        gets: what must become of it.
        world: files of one world are published together; `taxon_group` and world-wide tables need worlds of their own.
        country: code of the country where it matters which.
        still: why the adversary still succeeds, where that is known; the test says when it no longer does.
    """

    id: str
    does: str
    files: tuple[Own | Says, ...]
    wants: tuple[str, str | None, int | None]
    gets: Withheld | Nothing | Refused | Right
    world: str = "shared"
    country: str | None = None
    still: str | None = None


def _list(*files: str) -> tuple[Own, ...]:
    """Own lists of species that say of themselves to be complete."""
    return tuple(Own("country_species", text, is_complete=True) for text in files)


def _index(group: str, *assessments: str, number: int = 12, share: float = 0.5, **columns: object) -> tuple[Own, ...]:
    """What a Red List Index needs: a complete list with range shares, and assessments."""
    here = shares(species(group, NONE=number), share, **columns)
    return (Own("country_species", here, is_complete=True), Own("assessment", together(*assessments)))


def _changes(group: str, *, key: str = "s", scope: str = "global") -> Own:
    """Twelve genuine changes to Least Concern."""
    lines = ["species_key,taxon_group,scope,to_year,category_before,category_after"]
    lines += [f"XX-{key}{n},{group},{scope},2020,CR,LC" for n in range(12)]
    return Own("genuine_change", "\n".join(lines) + "\n")


def _own(*texts: str) -> tuple[Own, ...]:
    return tuple(Own("indicator_observation", text) for text in texts)


def _said(source: str, *texts: str) -> tuple[Says, ...]:
    return tuple(Says(source, "indicator_observation", text) for text in texts)


def _records(number: int, records_each: int, *, years: range = range(2015, 2025), columns: str = "") -> str:
    """Bird records of so many species, as GBIF's simple download has them."""
    lines = [
        "gbifID\tkingdom\tphylum\tclass\tspecies\ttaxonRank\tcountryCode\toccurrenceStatus\tyear\tspeciesKey\tbasisOfRecord\tiucnRedListCategory"
    ]
    rows = [(species_, n) for species_ in range(number) for n in range(records_each)]
    lines += [
        f"XX{i}\tAnimalia\tChordata\tAves\tInventa {s}\tSPECIES\tXX\tPRESENT\t{years[n % len(years)]}\tXX-r{s}\tHUMAN_OBSERVATION\tLC"
        for i, (s, n) in enumerate(rows)
    ]
    return "\n".join(lines) + "\n"


def _treaties(*rows: str) -> Own:
    return Own("treaty_party", "\n".join(["country_code,treaty,status,entry_into_force,left_on,as_of", *rows]) + "\n")


ANSWERS = (
    "ER_IAS_LEGIS",
    "ER_IAS_NBSAP",
    "ER_IAS_NATBUD",
    "ER_CBD_ABSCLRHS",
    "ER_CBD_ORSPGRFA",
    "ER_BDY_ABT2NP",
    "ER_BDY_SEEA",
)


def _answers(publisher: str, year: int, values: str) -> str:
    return together(
        *(series(code, {year: value}, publisher, unit="NUMBER") for code, value in zip(ANSWERS, values, strict=True))
    )


COL, BACKBONE = "7ddf754f-d193-4cc9-b351-99906754a03b", "d7dddbf4-2cf0-4f39-9b2a-bb099caae36c"
AID, SPENDING = "DC_ODA_BDVL", "NESS_BIODIVERSITY_EXPENDITURE"
LAND, FOREST, RLI = "ER.LND.PTLD.ZS", "AG_LND_FRST", "ER_RSK_LST"
TEN_YEARS = range(2014, 2024)

LIST: tuple[Adversary, ...] = (
    # --- Few species.
    Adversary(
        "one conifer",
        "has one conifer, of Least Concern: none is threatened",
        _list(species("conifers_and_cycads", LC=1)),
        ("threatened_share", "conifers_and_cycads", None),
        Withheld("too_few_species"),
    ),
    Adversary(
        "nine amphibians",
        "has nine amphibians of Least Concern",
        _list(species("amphibians", LC=9)),
        ("threatened_share", "amphibians", None),
        Withheld("too_few_species"),
    ),
    Adversary(
        "five of ten unknown",
        "has ten mammals, of which five are Data Deficient",
        _list(species("mammals", LC=5, DD=5)),
        ("threatened_share", "mammals", None),
        Withheld("too_few_species"),
    ),
    Adversary(
        "mostly gone",
        "has twelve mammals, of which eight are extinct, and counts the four that are left",
        _list(species("mammals", LC=4, EX=8)),
        ("threatened_share", "mammals", None),
        Withheld("too_few_species"),
    ),
    Adversary(
        "an honest list",
        "has ten mammals, three of them threatened, and says so",
        _list(species("mammals", LC=7, CR=3)),
        ("threatened_share", "mammals", None),
        Right(0.3, "country_list"),
    ),
    # --- Planted, brought in, strayed.
    Adversary(
        "planted garden",
        "adds thirty planted birds of Least Concern to ten native ones, of which five are threatened",
        _list(species("birds", LC=5, CR=5), species("birds", key="g", origin="introduced", LC=30)),
        ("threatened_share", "birds", None),
        Right(0.5, "country_list"),
    ),
    Adversary(
        "strays",
        "adds thirty birds that strayed there once",
        _list(species("birds", LC=5, CR=5), species("birds", key="g", origin="vagrant", LC=30)),
        ("threatened_share", "birds", None),
        Right(0.5, "country_list"),
    ),
    Adversary(
        "perhaps native",
        "says of no bird in an own list how it came there, by calling each origin uncertain",
        (Own("country_species", species("birds", origin="uncertain", LC=12)),),
        ("threatened_share", "birds", None),
        Withheld("list_not_complete"),
    ),
    Adversary(
        "perhaps there",
        "adds thirty birds of uncertain presence",
        _list(species("birds", LC=5, CR=5), species("birds", key="g", presence="uncertain", LC=30)),
        ("threatened_share", "birds", None),
        Right(0.5, "country_list"),
    ),
    Adversary(
        "moved there",
        "adds thirty birds of an assisted colonisation",
        _list(species("birds", LC=5, CR=5), species("birds", key="g", origin="assisted_colonisation", LC=30)),
        ("threatened_share", "birds", None),
        Right(0.5, "country_list"),
    ),
    # --- Lists made of records, and lists that lack something.
    Adversary(
        "a download as a list",
        "loads a GBIF download with categories and calls its species the country's",
        (Own("occurrences", _records(12, 5)),),
        ("threatened_share", "birds", None),
        Withheld("only_records"),
    ),
    Adversary(
        "a cube as a list",
        "loads a cube of birds and global assessments of Least Concern",
        (
            Own("occurrence_cube", cube(range(2015, 2020))),
            Own(
                "country_species",
                "country_code,species_key,taxon_group,occurrences\n"
                + "".join(f"XX,XX-s{n},birds,25\n" for n in range(12)),
            ),
            Own("assessment", assessed("birds", 2020, LC=12)),
        ),
        ("threatened_share", "birds", None),
        Withheld("only_records"),
    ),
    Adversary(
        "GBIF's species",
        "takes GBIF's species of the country for its list",
        (
            Says(
                "gbif_country",
                "country_species",
                "country_code,species_key,taxon_group,red_list_category,occurrences\n"
                + "".join(f"XX,XX-s{n},birds,LC,25\n" for n in range(12)),
            ),
        ),
        ("threatened_share", "birds", None),
        Withheld("only_records"),
    ),
    Adversary(
        "no origin",
        "loads an own list without origin and presence",
        (
            Own(
                "country_species",
                "country_code,species_key,taxon_group,red_list_category\n"
                + "".join(f"XX,XX-s{n},birds,LC\n" for n in range(12)),
            ),
        ),
        ("threatened_share", "birds", None),
        Withheld("list_not_complete"),
    ),
    Adversary(
        "one row lacking",
        "leaves origin and presence of one species in twelve empty",
        (Own("country_species", species("birds", LC=12).replace("XX-s7,birds,LC,native,extant", "XX-s7,birds,LC,,")),),
        ("threatened_share", "birds", None),
        Withheld("list_not_complete"),
    ),
    Adversary(
        "complete it is not",
        "calls twelve of the fifty-two mammals on record the complete list",
        (
            *_list(species("mammals", LC=12)),
            Says(
                "gbif_country",
                "country_species",
                "country_code,species_key,taxon_group,occurrences\n"
                + "".join(f"XX,XX-o{n},mammals,25\n" for n in range(40)),
            ),
        ),
        ("threatened_share", "mammals", None),
        # By the user\'s word: the user's word stands: records hold strays and planted ones, so they cannot tell that a list lacks species.
        Right(0.0, "country_list"),
    ),
    Adversary(
        "only the threatened",
        "lists the twelve threatened mammals alone, to ask for money",
        (Own("country_species", species("mammals", CR=6, EN=6)),),
        ("threatened_share", "mammals", None),
        Withheld("completeness_unknown"),
    ),
    Adversary(
        "not evaluated",
        "lists fifty mammals of which ten were assessed",
        _list(species("mammals", LC=10, NE=40)),
        ("threatened_share", "mammals", None),
        Withheld("country_partly_assessed"),
    ),
    Adversary(
        "twelve beetles",
        "lists twelve insects of Least Concern",
        _list(species("insects", LC=12)),
        ("threatened_share", "insects", None),
        Withheld("group_partly_assessed"),
    ),
    Adversary(
        "mammals as all",
        "lists mammals and quotes them as all species",
        _list(species("mammals", LC=12)),
        ("threatened_share", "all", None),
        Withheld("group_partly_assessed"),
    ),
    Adversary(
        "IUCN overruled",
        "lists as Least Concern what IUCN assessed as Critically Endangered",
        (
            Says("iucn", "country_species", species("mammals", CR=12)),
            Says("iucn", "assessment", assessed("mammals", 2020, CR=12)),
            *_list(species("mammals", LC=12)),
        ),
        ("threatened_share", "mammals", None),
        Right(1.0, "country_list"),
    ),
    # --- The world's counts.
    Adversary(
        "ten insects in the world",
        "says that ten insects are described and all are assessed",
        (
            Own(
                "taxon_group",
                "taxon_group,label,roll_up,is_roll_up,described_species,world_assessed_species,counts_source,counts_as_of\ninsects,Insects,animals,false,10,10,Our museum,2026-01-01\n",
            ),
            *_list(species("insects", LC=12)),
        ),
        ("threatened_share", "insects", None),
        Withheld("group_partly_assessed"),
        world="counts",
    ),
    Adversary(
        "no fungi gap",
        "says that only 1,351 fungi are described, as many as are assessed",
        (
            Own(
                "taxon_group",
                "taxon_group,label,roll_up,is_roll_up,described_species,world_assessed_species,counts_source,counts_as_of\nfungi,All fungi,,true,1351,1351,Our museum,2026-01-01\n",
            ),
            *_list(species("basidiomycetes", LC=12)),
            Own("occurrence_cube", cube(range(2015, 2020))),
        ),
        ("gap_to_animals", "fungi", None),
        Right(96115 / 1534507 - 1351 / 157648, "described_species"),
        world="counts",
    ),
    Adversary(
        "ten amphibians in the world",
        "says that the world has ten weighed amphibians, so that its part is large",
        (
            Own(
                "taxon_group",
                "taxon_group,label,roll_up,is_roll_up,described_species,world_assessed_species,counts_source,counts_as_of,world_weighed_species,weighed_source,weighed_as_of\namphibians,Amphibians,animals,false,9075,8095,Our museum,2026-01-01,10,Our museum,2026-01-01\n",
            ),
            *_index("amphibians", assessed("amphibians", 2020, CR=12)),
        ),
        ("extinction_responsibility", "amphibians", None),
        Right(12 * 4 * 0.5 / (5 * 7065), "assessments_and_ranges"),
        world="counts",
    ),
    Adversary(
        "a million insects assessed",
        "says that nearly all insects are assessed",
        (
            Own(
                "taxon_group",
                "taxon_group,label,roll_up,is_roll_up,described_species,world_assessed_species,counts_source,counts_as_of\ninsects,Insects,animals,false,1008355,1000000,Our museum,2026-01-01\n",
            ),
            *_list(species("insects", LC=12)),
        ),
        ("threatened_share", "insects", None),
        Withheld("group_partly_assessed"),
        world="more counts",
    ),
    Adversary(
        "counts of nobody",
        "gives a group counts without a source or a day",
        (
            Own(
                "taxon_group",
                "taxon_group,label,roll_up,is_roll_up,described_species,world_assessed_species\nferns,Ferns,plants,false,12000,12000\n",
            ),
            *_list(species("ferns", LC=12)),
        ),
        ("threatened_share", "ferns", None),
        Refused("counts of an own file name their source"),
        world="more counts",
    ),
    Adversary(
        "counts of tomorrow",
        "dates the counts of 80 % of mosses 2040",
        (
            Own(
                "taxon_group",
                "taxon_group,label,roll_up,is_roll_up,described_species,world_assessed_species,counts_source,counts_as_of\nmosses,Mosses,plants,false,19539,19539,Our museum,2040-01-01\n",
            ),
            *_list(species("mosses", LC=12)),
        ),
        ("threatened_share", "mosses", None),
        Refused("counts of an own file name their source"),
        world="more counts",
    ),
    Adversary(
        "ten cup fungi in the world",
        "says, with a source and a day, that ten ascomycetes are described and assessed",
        (
            Own(
                "taxon_group",
                "taxon_group,label,roll_up,is_roll_up,described_species,world_assessed_species,counts_source,counts_as_of\nascomycetes,Ascomycetes,fungi,false,10,10,Our museum,2026-01-01\n",
            ),
            *_list(species("ascomycetes", LC=12)),
        ),
        ("threatened_share", "ascomycetes", None),
        # By the user's word: nobody else counts the species of this group, so nothing contradicts the file.
        Right(0.0, "country_list"),
        world="more counts",
    ),
    Adversary(
        "five hundred insects",
        "records 500 insects that nobody assessed to make the gap of fungi small",
        (
            Own("occurrence_cube", cube(range(2020, 2021), number=500)),
            Own(
                "country_species",
                "country_code,species_key,taxon_group,occurrences\n"
                + "".join(f"XX,XX-s{n},insects,5\n" for n in range(500)),
            ),
        ),
        ("gap_to_animals", "fungi", None),
        Right(96115 / 1534507 - 1351 / 157648, "described_species"),
    ),
    Adversary(
        "a list as observations",
        "lists twelve assessed birds that nobody recorded and quotes the share assessed of the recorded",
        _list(species("birds", LC=12)),
        ("assessed_share", "birds", None),
        Nothing(),
    ),
    Adversary(
        "a newer verdict of our own",
        "assesses as of Least Concern in 2025, with the scope `global`, what IUCN found Critically Endangered in 2020",
        (
            Says("iucn", "country_species", species("mammals", CR=12)),
            Says("iucn", "assessment", assessed("mammals", 2020, CR=12)),
            Own("assessment", assessed("mammals", 2025, LC=12)),
        ),
        ("threatened_share", "mammals", None),
        # By the user's word: an own file may bring a newer release of IUCN's, and nothing tells the two apart.
        Right(0.0, "country_list"),
    ),
    # --- Shares of the world range.
    Adversary(
        "where people look",
        "weights birds by shares of records",
        _index("birds", assessed("birds", 2020, LC=6, CR=6), share_method="occurrences"),
        ("red_list_index", "birds", 2020),
        Withheld("shares_of_records"),
    ),
    Adversary(
        "everywhere alike",
        "weights birds by equal shares of the countries where they live",
        _index("birds", assessed("birds", 2020, LC=6, CR=6), share_method="equal_shares"),
        ("red_list_index", "birds", 2020),
        Withheld("equal_shares"),
    ),
    Adversary(
        "IUCN without ranges",
        "takes IUCN's country list, which has no range shares, for the weighted index",
        (
            Says(
                "iucn",
                "country_species",
                species("birds", LC=6, CR=6) + species("birds", LC=6, CR=6).split("\n", 1)[1].replace("XX,", "YY,"),
            ),
            Says("iucn", "assessment", assessed("birds", 2020, LC=6, CR=6)),
        ),
        ("red_list_index", "birds", 2020),
        Withheld("no_range_share"),
    ),
    Adversary(
        "more than all",
        "says that one and a half times the world range of each bird lies there",
        _index("birds", assessed("birds", 2020, CR=12), share=1.5),
        ("extinction_responsibility", "birds", None),
        Refused("range_share"),
    ),
    Adversary(
        "per cent as shares",
        "writes 27 for 27 % of the range",
        _index("birds", assessed("birds", 2020, CR=12), share=27),
        ("extinction_responsibility", "birds", None),
        Refused("range_share"),
    ),
    Adversary(
        "nine tenths twice",
        "gives nine tenths of each bird's range to each of two countries",
        (
            Own("country_species", shares(species("birds", CR=12), 0.9), is_complete=True),
            Own("country_species", shares(species("birds", CR=12).replace("XX,", "YY,"), 0.9), is_complete=True),
            Own("assessment", assessed("birds", 2020, CR=12)),
        ),
        ("extinction_responsibility", "birds", None),
        Withheld("no_range_share"),
    ),
    Adversary(
        "nine tenths twice, endemic",
        "calls birds endemic that another country has as well",
        (
            Own("country_species", shares(species("birds", CR=12), 0.96), is_complete=True),
            Own("country_species", shares(species("birds", CR=12).replace("XX,", "YY,"), 0.9), is_complete=True),
            Own("assessment", assessed("birds", 2020, CR=12)),
        ),
        ("endemic_threatened_species", "birds", None),
        Withheld("no_range_share"),
    ),
    Adversary(
        "few shares",
        "knows the range share of the six safe species of twelve",
        (
            Own("country_species", shares(species("birds", key="s", LC=6), 0.5), is_complete=True),
            Own("country_species", species("birds", key="t", CR=6), is_complete=True),
            Own("assessment", together(assessed("birds", 2020, LC=6), assessed("birds", 2020, key="t", CR=6))),
        ),
        ("red_list_index", "birds", 2020),
        Withheld("no_range_share"),
    ),
    Adversary(
        "threats everywhere alike",
        "sums threats over equal shares",
        (
            *_index("birds", assessed("birds", 2020, CR=12), share_method="equal_shares"),
            Own(
                "threat",
                "species_key,threat_code,timing,scope,severity\n"
                + "".join(f"XX-s{n},5.1,ongoing,whole,rapid\n" for n in range(12)),
            ),
        ),
        ("star_total", "birds", None),
        Withheld("equal_shares"),
    ),
    Adversary(
        "one threat known",
        "knows the threats of one species in twelve and quotes what they explain",
        (
            *_index("birds", assessed("birds", 2020, CR=12)),
            Own("threat", "species_key,threat_code,timing,scope,severity\nXX-s0,5.1,ongoing,whole,rapid\n"),
        ),
        ("star_allocated_share", "birds", None),
        Withheld("too_few_threats_known"),
    ),
    Adversary(
        "a part of the world's risk",
        "takes the part in the world's risk of mammals, of which no dated source counts the weighed species",
        _index("mammals", assessed("mammals", 2020, CR=12)),
        ("extinction_responsibility", "mammals", None),
        Withheld("no_world_counts"),
    ),
    # --- The Red List Index over years.
    Adversary(
        "revised knowledge, before",
        "had the birds as Critically Endangered in 2010 and quotes that year, with no reason for the change",
        _index("birds", assessed("birds", 2010, CR=12), assessed("birds", 2020, LC=12)),
        ("red_list_index", "birds", 2010),
        Withheld("changes_not_explained"),
    ),
    Adversary(
        "revised knowledge, trend",
        "quotes the change from Critically Endangered to Least Concern, with no reason for it",
        _index("birds", assessed("birds", 2010, CR=12), assessed("birds", 2020, LC=12)),
        ("red_list_index_change", "birds", 2020),
        Withheld("changes_not_explained"),
    ),
    Adversary(
        "one reason of many",
        "gives a reason for one change in twenty-four",
        _index(
            "birds",
            assessed("birds", 2010, CR=24),
            assessed("birds", 2020, LC=24).replace("XX-s0,birds,2020,LC,global,", "XX-s0,birds,2020,LC,global,genuine"),
            number=24,
        ),
        ("red_list_index_change", "birds", 2020),
        Withheld("changes_not_explained"),
    ),
    Adversary(
        "twelve reasons of many",
        "gives a reason for twelve changes in twenty-four",
        _index(
            "birds",
            assessed("birds", 2010, CR=24),
            together(
                assessed("birds", 2020, reason="genuine", LC=12),
                assessed("birds", 2020, start=12, LC=12),
            ),
            number=24,
        ),
        ("red_list_index_change", "birds", 2020),
        Withheld("changes_not_explained"),
    ),
    Adversary(
        "changes of another group",
        "loads genuine changes of reptiles to explain those of mammals",
        (
            *_index("mammals", assessed("mammals", 2010, CR=12), assessed("mammals", 2020, LC=12)),
            _changes("reptiles", key="x"),
        ),
        ("red_list_index_change", "mammals", 2020),
        Withheld("changes_not_explained"),
        world="changes",
    ),
    Adversary(
        "changes of another list",
        "loads genuine changes of the national list to explain those of the global one",
        (
            *_index("birds", assessed("birds", 2010, CR=12), assessed("birds", 2020, LC=12)),
            _changes("birds", scope="XX"),
        ),
        ("red_list_index_change", "birds", 2020),
        Withheld("changes_not_explained"),
        world="changes",
    ),
    Adversary(
        "changes that contradict",
        "loads genuine changes to Least Concern of birds that were assessed as Critically Endangered in that year",
        (
            *_index("amphibians", assessed("amphibians", 2010, CR=12), assessed("amphibians", 2020, CR=12)),
            _changes("amphibians"),
        ),
        ("red_list_index_change", "amphibians", 2020),
        Withheld("too_few_genuine_changes"),
        world="changes",
    ),
    Adversary(
        "one reassessed",
        "has one bird reassessed in 2024 and quotes the index of 2024",
        _index("birds", assessed("birds", 2010, CR=12), assessed("birds", 2024, reason="genuine", LC=1)),
        ("red_list_index", "birds", 2024),
        Withheld("not_assessed_together"),
    ),
    Adversary(
        "birds as all",
        "has birds alone and quotes them beside SDG 15.5.1",
        _index("birds", assessed("birds", 2020, LC=12)),
        ("red_list_index", "all", 2020),
        Withheld("groups_missing"),
    ),
    Adversary(
        "birds as animals",
        "has birds alone and quotes them as animals",
        _index("birds", assessed("birds", 2020, LC=12)),
        ("red_list_index", "animals", 2020),
        Withheld("groups_missing"),
    ),
    Adversary(
        "five times three",
        "has three species in each of the five groups of SDG 15.5.1",
        (
            Own(
                "country_species",
                shares(
                    together(
                        species("birds", key="bi", LC=3),
                        species("mammals", key="ma", LC=3),
                        species("amphibians", key="am", LC=3),
                        species("conifers_and_cycads", key="cy", LC=3),
                        species("corals", key="co", LC=3),
                    ),
                    0.5,
                ),
                is_complete=True,
            ),
            Own(
                "assessment",
                together(
                    assessed("birds", 2020, key="bi", LC=3),
                    assessed("mammals", 2020, key="ma", LC=3),
                    assessed("amphibians", 2020, key="am", LC=3),
                    assessed("cycads", 2020, key="cy", LC=3),
                    assessed("reef_building_corals", 2020, key="co", LC=3),
                ),
            ),
        ),
        ("red_list_index", "all", 2020),
        Withheld("too_few_species"),
    ),
    Adversary(
        "cycads as plants",
        "has cycads alone and quotes them as plants",
        (
            Own("country_species", shares(species("conifers_and_cycads", LC=12), 0.5)),
            Own("assessment", assessed("cycads", 2020, LC=12)),
        ),
        ("red_list_index", "plants", 2020),
        Nothing(),
    ),
    Adversary(
        "cycads as all",
        "has cycads alone and quotes them beside SDG 15.5.1",
        (
            Own("country_species", shares(species("conifers_and_cycads", LC=12), 0.5), is_complete=True),
            Own("assessment", assessed("cycads", 2020, LC=12)),
        ),
        ("red_list_index", "all", 2020),
        Withheld("groups_missing"),
    ),
    Adversary(
        "nothing known",
        "has twelve birds, all Data Deficient, and quotes an index of 1",
        _index("birds", assessed("birds", 2020, DD=12)),
        ("red_list_index", "birds", 2020),
        Withheld("all_data_deficient"),
    ),
    Adversary(
        "of the year 2099",
        "dates twelve assessments of Least Concern 2099, so that they come after those of today",
        _index("birds", assessed("birds", 2020, CR=12), assessed("birds", 2099, LC=12)),
        ("red_list_index", "birds", 2099),
        Refused("assessment_year"),
    ),
    # --- National Red Lists.
    Adversary(
        "two fungi",
        "has two fungi on the national list",
        (Own("assessment", assessed("basidiomycetes", 2020, scope="XX", LC=2), is_complete=True),),
        ("national_red_list_index", "basidiomycetes", 2020),
        Withheld("too_few_species"),
    ),
    Adversary(
        "how many fungi",
        "has twelve fungi on a list that says nothing of how many there are",
        (Own("assessment", assessed("basidiomycetes", 2020, scope="XX", LC=12)),),
        ("national_red_list_index", "basidiomycetes", 2020),
        Withheld("completeness_unknown"),
    ),
    Adversary(
        "NE left out",
        "leaves the forty-eight fungi that were not evaluated out of the national list",
        (
            Own("assessment", assessed("basidiomycetes", 2020, scope="XX", LC=12)),
            Own("country_species", species("basidiomycetes", NONE=60)),
        ),
        ("national_red_list_index", "basidiomycetes", 2020),
        Withheld("completeness_unknown"),
    ),
    Adversary(
        "NE in a complete list",
        "calls a list complete in which forty-eight fungi of sixty are not evaluated",
        (Own("assessment", assessed("basidiomycetes", 2020, scope="XX", LC=12, NE=48), is_complete=True),),
        ("national_red_list_index", "basidiomycetes", 2020),
        Withheld("country_partly_assessed"),
    ),
    Adversary(
        "complete national list it is not",
        "calls twelve of the sixty fungi on record all of the country's",
        (
            Own("assessment", assessed("basidiomycetes", 2020, scope="XX", LC=12), is_complete=True),
            Says(
                "gbif_country",
                "country_species",
                "country_code,species_key,taxon_group,occurrences\n"
                + "".join(f"XX,XX-s{n},basidiomycetes,25\n" for n in range(60)),
            ),
        ),
        ("national_red_list_index", "basidiomycetes", 2020),
        # By the user\'s word: a national list that says it is complete is believed whatever it or the country's list names beside.
        Right(1.0, "national_red_list"),
    ),
    Adversary(
        "the neighbour's list",
        "takes the neighbour's national list for its own",
        (Own("assessment", assessed("mammals", 2020, scope="YY", LC=12), is_complete=True),),
        ("national_red_list_index", "mammals", 2020),
        Nothing(),
    ),
    Adversary(
        "a national list as the global one",
        "quotes national categories as the global Red List Index",
        (
            Own("country_species", shares(species("mammals", NONE=12), 0.5), is_complete=True),
            Own("assessment", assessed("mammals", 2020, scope="XX", LC=12), is_complete=True),
        ),
        ("red_list_index", "mammals", 2020),
        Nothing(),
    ),
    Adversary(
        "national success",
        "quotes the change of a national list from Critically Endangered to Least Concern without reasons",
        (
            Own(
                "assessment",
                together(assessed("mammals", 2015, scope="XX", CR=12), assessed("mammals", 2025, scope="XX", LC=12)),
                is_complete=True,
            ),
        ),
        ("national_red_list_index_change", "mammals", 2025),
        Withheld("changes_not_explained"),
    ),
    Adversary(
        "national list of 2099",
        "publishes the national list of 2099",
        (Own("assessment", assessed("mammals", 2099, scope="XX", LC=12), is_complete=True),),
        ("national_red_list_index", "mammals", 2099),
        Refused("assessment_year"),
    ),
    # --- Protected areas, forest and sites.
    Adversary(
        "two publishers, one trend",
        "sets Protected Planet's 2026 after the World Bank's 2024 and quotes the growth",
        (
            *_said("worldbank", series(LAND, dict.fromkeys(range(2016, 2025), 10), "worldbank", release="2026-07-13")),
            *_said("protected_planet", series("PP_LAND_PA_PCT", {2026: 30}, "protected_planet", release="2026-11")),
        ),
        ("land_trend_pct_per_year", None, 2026),
        Nothing(),
    ),
    Adversary(
        "two forests",
        "sets the World Bank's forest of 2020 after the UN's of 2012",
        (
            *_said("unsdg", series(FOREST, {2012: 20}, "unsdg", release="2026.Q3.G.01")),
            *_said("worldbank", series("AG.LND.FRST.ZS", {2020: 60}, "worldbank", release="2026-07-13")),
        ),
        ("forest_change_pct_per_year", None, 2020),
        Nothing(),
    ),
    Adversary(
        "two releases",
        "sets the World Bank's last years of a new release after those of an old one",
        _said(
            "worldbank",
            together(
                series(LAND, dict.fromkeys(range(2014, 2018), 10), "worldbank", release="2018-07-01"),
                series(LAND, dict.fromkeys(range(2021, 2024), 20), "worldbank", release="2026-07-13"),
            ),
        ),
        ("land_trend_pct_per_year", None, 2023),
        Withheld("another_release"),
    ),
    Adversary(
        "own last year",
        "adds 99 % for 2024 to the World Bank's series and quotes the growth",
        (
            *_said("worldbank", series(LAND, dict.fromkeys(TEN_YEARS, 10), "worldbank", release="2026-07-13")),
            *_own(series(LAND, {2024: 99}, "worldbank", release="2026-07-13")),
        ),
        ("land_trend_pct_per_year", None, 2024),
        Withheld("another_release"),
    ),
    Adversary(
        "own last year, called official",
        "adds 99 % for 2024 to the World Bank's series and calls it the World Bank's",
        (
            *_said("worldbank", series(LAND, dict.fromkeys(TEN_YEARS, 10), "worldbank", release="2026-07-13")),
            *_own(series(LAND, {2024: 99}, "worldbank", release="2026-07-13")),
        ),
        ("land_protected_pct", None, 2024),
        Right(99, "own_value"),
    ),
    Adversary(
        "the UN's index, by us",
        "writes 0.99 as the UN's Red List Index",
        _own(series(RLI, {2024: 0.99}, "unsdg", unit="INDEX", release="2026.Q3.G.01")),
        ("official_red_list_index", "all", 2024),
        Right(0.99, "own_value"),
    ),
    Adversary(
        "the World Bank's count, by us",
        "writes that the World Bank counts no threatened mammal",
        (*_own(series("EN.MAM.THRD.NO", {2024: 0}, "worldbank", unit="SPECIES")), *_list(species("mammals", CR=12))),
        ("official_threatened_species", "mammals", None),
        Right(0, "own_value"),
    ),
    Adversary(
        "the UN's forest, by us",
        "writes 90 % as the UN's forest",
        _own(series(FOREST, {2024: 90}, "unsdg")),
        ("forest_pct", None, 2024),
        Right(90, "own_value"),
    ),
    Adversary(
        "the UN's sites, by us",
        "writes 100 % as the UN's mean over key biodiversity areas",
        _own(series("ER_PTD_TERR", {2024: 100}, "unsdg")),
        ("kba_terrestrial_pct", None, 2024),
        Right(100, "own_value"),
    ),
    Adversary(
        "101 %",
        "protects 101 % of the land",
        _own(series(LAND, {2024: 101}, "worldbank"), series("ER_PTD_TERR", {2024: 50}, "unsdg")),
        ("land_protected_pct", None, 2024),
        Refused("between 0 and 100"),
    ),
    Adversary(
        "an index of 1.2",
        "writes 1.2 as the Red List Index",
        _own(series(RLI, {2024: 1.2}, "unsdg", unit="INDEX")),
        ("official_red_list_index", "all", 2024),
        Nothing(),
    ),
    Adversary(
        "not a number",
        "writes nan for the land protected, which is more than 30",
        _own(series(LAND, {2024: "nan"}, "worldbank")),
        ("land_protected_pct", None, 2024),
        Nothing(),
    ),
    Adversary(
        "endless",
        "writes inf for the land protected",
        _own(series(LAND, {2024: "inf"}, "worldbank")),
        ("land_protected_pct", None, 2024),
        Refused("value"),
    ),
    Adversary(
        "an observed nothing",
        "calls an empty value observed, so that it may count as 0",
        _own(series("AG_LND_DGRD", {2024: ""}, "unsdg"), series(FOREST, {2024: 50}, "unsdg")),
        ("degraded_land_pct", None, 2024),
        Withheld("no_data"),
    ),
    Adversary(
        "one belt of mountains",
        "takes the green cover of one belt for that of all mountains",
        _own(
            series("ER_MTN_GRNCVI", {2024: 99}, "unsdg").replace("2024,total", "2024,Bioclimatic belt=NIVAL"),
            series(FOREST, {2024: 50}, "unsdg"),
        ),
        ("mountain_green_cover_pct", None, 2024),
        Withheld("no_data"),
    ),
    Adversary(
        "a share for a percentage",
        "writes 0.27 with the unit 1, which is 27 %",
        _own(series("AG_LND_DGRD", {2024: 0.27}, "unsdg", unit="1"), series(FOREST, {2024: 50}, "unsdg")),
        ("degraded_land_pct", None, 2024),
        Refused("write PERCENT"),
    ),
    Adversary(
        "a share for protected land",
        "writes 0.27 with the unit SHARE, which is 27 %",
        _own(series(LAND, {2024: 0.27}, "worldbank", unit="SHARE"), series("ER_PTD_TERR", {2024: 50}, "unsdg")),
        ("land_protected_pct", None, 2024),
        Right(27, "own_value"),
    ),
    Adversary(
        "below five",
        "takes the bound below 5 % for 5 %",
        _said(
            "unsdg",
            together(
                series("AG_LND_DGRD", {2024: 5}, "unsdg", status="censored_below"), series(FOREST, {2024: 50}, "unsdg")
            ),
        ),
        ("degraded_land_pct", None, 2024),
        Withheld("bound_only"),
    ),
    Adversary(
        "below five, as text",
        "writes <5 into the value",
        _own(series("AG_LND_DGRD", {2024: "<5"}, "unsdg"), series(FOREST, {2024: 50}, "unsdg")),
        ("degraded_land_pct", None, 2024),
        Withheld("bound_only"),
    ),
    Adversary(
        "protected in 2099",
        "has 30 % protected in 2099",
        _own(series(LAND, {2099: 30}, "worldbank")),
        ("land_protected_pct", None, 2099),
        Refused("year"),
    ),
    Adversary(
        "one site of 100 %",
        "has one site, wholly protected, and quotes it as the UN's mean over sites",
        (
            Own(
                "kba_site_coverage",
                "country_code,site_id,realm,year,new_area_share,assessed_year\nXX,1,terrestrial,2000,1,2024\n",
            ),
        ),
        ("kba_terrestrial_pct", None, EVERY_YEAR),
        Nothing(),
    ),
    Adversary(
        "one site of 100 % in 2099",
        "has the site protected in 2099",
        (
            Own(
                "kba_site_coverage",
                "country_code,site_id,realm,year,new_area_share,assessed_year\nXX,1,terrestrial,2000,1,2099\n",
            ),
        ),
        ("kba_own_terrestrial_pct", None, EVERY_YEAR),
        Refused("assessed_year"),
    ),
    Adversary(
        "zeros",
        "quotes 0 % of mountain sites protected where there is no mountain",
        _said("unsdg", series("ER_PTD_MTN", dict.fromkeys(TEN_YEARS, 0), "unsdg")),
        ("kba_mountain_pct", None, EVERY_YEAR),
        Withheld("none_or_no_site"),
    ),
    Adversary(
        "zeros but one",
        "adds one own year of 0.001 %, so that the series is not 0 in all years",
        (
            *_said("unsdg", series("ER_PTD_MTN", dict.fromkeys(TEN_YEARS, 0), "unsdg")),
            *_own(series("ER_PTD_MTN", {2010: 0.001}, "unsdg")),
        ),
        ("kba_mountain_pct", None, 2020),
        Withheld("none_or_no_site"),
    ),
    Adversary(
        "the Caspian",
        "quotes the Caspian Sea as an ocean",
        _said("unsdg", series("ER_MRN_MPA", {2024: 50}, "unsdg")),
        ("kba_marine_pct", None, 2024),
        Withheld("inland_sea"),
        country="KZ",
    ),
    Adversary(
        "a sea in the Alps",
        "protects the sea of a landlocked country",
        _own(series("ER_MRN_MPA", {2024: 50}, "unsdg")),
        ("kba_marine_pct", None, 2024),
        Withheld("inland_sea"),
        country="AT",
    ),
    Adversary(
        "a sea in Bohemia",
        "loads a row of `country` that says the country is not landlocked",
        (
            Own("country", "country_code,iso3_code,m49_code,country_name,is_landlocked\nXX,CZE,203,Czechia,false\n"),
            *_own(series("ER_MRN_MPA", {2024: 50}, "unsdg")),
        ),
        ("kba_marine_pct", None, 2024),
        Withheld("inland_sea"),
        country="CZ",
    ),
    Adversary(
        "no sea, no penalty",
        "says that the country is landlocked, so that its unprotected sea counts nowhere",
        (
            Own("country", "country_code,iso3_code,m49_code,country_name,is_landlocked\nXX,PER,604,Peru,true\n"),
            *_said("unsdg", series("ER_MRN_MPA", {2024: 5}, "unsdg")),
        ),
        ("kba_marine_pct", None, 2024),
        Right(5, "official"),
        country="PE",
    ),
    # --- Money.
    Adversary(
        "dollars as millions",
        "writes dollars under a unit of millions",
        _own(series(SPENDING, {2024: 41099420000}, "user", unit="CON_USD_M")),
        ("domestic_biodiversity_finance_usd", None, 2024),
        Withheld("out_of_range"),
    ),
    Adversary(
        "euros",
        "writes euros",
        _own(series(SPENDING, {2024: 5e8}, "user", unit="EUR")),
        ("domestic_biodiversity_finance_usd", None, 2024),
        Withheld("unknown_unit"),
    ),
    Adversary(
        "dollars of the day",
        "writes dollars of current prices",
        _own(series(SPENDING, {2024: 5e8}, "user", unit="CUR_USD")),
        ("domestic_biodiversity_finance_usd", None, 2024),
        Withheld("unknown_unit"),
    ),
    Adversary(
        "no unit",
        "leaves the unit empty",
        _own(series(SPENDING, {2024: 5e8}, "user", unit="")),
        ("domestic_biodiversity_finance_usd", None, 2024),
        Withheld("unknown_unit"),
    ),
    Adversary(
        "negative spending",
        "spends less than nothing",
        _own(series(SPENDING, {2024: -5e8}, "user", unit="CON_USD")),
        ("domestic_biodiversity_finance_usd", None, 2024),
        Refused("at least 0"),
    ),
    Adversary(
        "paid back",
        "quotes the aid that was paid back by area",
        (
            *_said("unsdg", series(AID, {2024: -5}, "unsdg", unit="CON_USD_M")),
            *_said("worldbank", series("AG.LND.TOTL.K2", {2023: 50000}, "worldbank", unit="KM2")),
        ),
        ("biodiversity_aid_received_usd_per_km2", None, 2024),
        Withheld("net_repayment"),
    ),
    Adversary(
        "the UN's spending",
        "calls the own spending a series of the UN",
        _own(series(SPENDING, {2024: 5e8}, "unsdg", unit="CON_USD")),
        ("domestic_biodiversity_finance_usd", None, 2024),
        Right(5e8, "own_value"),
    ),
    Adversary(
        "a small country",
        "makes the land a thousandth, so that aid by area is large",
        (
            *_said("unsdg", series(AID, {2024: 5}, "unsdg", unit="CON_USD_M")),
            *_said("worldbank", series("AG.LND.TOTL.K2", {2023: 50000}, "worldbank", unit="KM2")),
            *_own(series("AG.LND.TOTL.K2", {2024: 50}, "worldbank", unit="KM2")),
        ),
        ("biodiversity_aid_received_usd_per_km2", None, 2024),
        Right(5e6 / 50, "own_value"),
    ),
    Adversary(
        "a small country by its row",
        "says in `country` that the land is a thousandth",
        (
            *_said("unsdg", series(AID, {2024: 5}, "unsdg", unit="CON_USD_M")),
            *_said("worldbank", series("AG.LND.TOTL.K2", {2023: 50000}, "worldbank", unit="KM2")),
            Own(
                "country",
                "country_code,iso3_code,m49_code,country_name,is_landlocked,land_area_km2\nXX,DNK,208,Denmark,false,50\n",
            ),
        ),
        ("biodiversity_aid_received_usd_per_km2", None, 2024),
        Right(5e6 / 50, "own_value"),
        country="DK",
    ),
    # --- Research.
    Adversary(
        "a million publications",
        "writes a million publications as GBIF's",
        _own(series("GBIF_LIT_RESEARCHER", {2024: 1000000}, "gbif", unit="PUBLICATIONS", release="2026-11-01")),
        ("publications_by_researchers", None, 2024),
        Right(1000000, "own_value"),
    ),
    Adversary(
        "a million data sets",
        "writes a million data sets as GBIF's",
        _own(series("GBIF_DATASETS", {2026: 1000000}, "gbif", unit="DATASETS")),
        ("data_sets", None, 2026),
        Right(1000000, "own_value"),
    ),
    Adversary(
        "ten people",
        "has ten people, so that each million writes much",
        (
            *_said(
                "gbif_literature",
                series("GBIF_LIT_RESEARCHER", {2024: 50}, "gbif", unit="PUBLICATIONS", release="2026-11-01"),
            ),
            *_said("worldbank", series("SP.POP.TOTL", {2023: 5000000}, "worldbank", unit="PERSONS")),
            *_own(series("SP.POP.TOTL", {2024: 10}, "worldbank", unit="PERSONS")),
        ),
        ("publications_by_researchers_per_million", None, 2024),
        Right(50 / 10 * 1e6, "own_value"),
    ),
    Adversary(
        "this year's publications",
        "quotes the publications of the year in which the list was read",
        _said(
            "gbif_literature",
            series("GBIF_LIT_RESEARCHER", {2026: 50}, "gbif", unit="PUBLICATIONS", release="2026-11-01"),
        ),
        ("publications_by_researchers", None, 2026),
        Withheld("year_not_over"),
    ),
    Adversary(
        "this year's publications, by us",
        "writes the publications of the running year itself, without a release",
        _own(series("GBIF_LIT_RESEARCHER", {2026: 50}, "gbif", unit="PUBLICATIONS")),
        ("publications_by_researchers", None, 2026),
        Withheld("year_not_over"),
    ),
    Adversary(
        "members of 2099",
        "has a thousand members in 2099",
        (Own("ness_network", "country_code,network,year,experts\nXX,ness_expert_network,2099,1000\n"),),
        ("ness_network_members", None, 2099),
        Refused("year"),
    ),
    # --- Treaties and answers.
    Adversary(
        "not a party of then",
        "asks in 2026 for the share of a country whose standing a list of earlier years gives",
        (Own("ness_network", "country_code,network,year,experts\nXX,ness_expert_network,2024,1\n"),),
        ("treaties_in_force_share", None, 2025),
        Withheld("standing_unknown"),
        country="US",
    ),
    Adversary(
        "a party of 2010",
        "says of 2010 that the country is in the high seas agreement of 2023",
        (_treaties("XX,bbnj,party,2010-01-01,,2010-12-31"),),
        ("treaties_in_force", None, 2010),
        Refused("entered into force", leaves=7),
        country="SE",
    ),
    Adversary(
        "its own day",
        "says of 2010, and of no later day, that Norway is not in CITES",
        (_treaties("XX,cites,not_party,,,2010-12-31"),),
        ("treaties_in_force", None, 2010),
        Right(6, "own_value"),
        country="NO",
    ),
    Adversary(
        "a later list overruled",
        "has that of 2010 overrule what a later list says of 2016: Finland is in all nine",
        (_treaties("XX,cites,not_party,,,2010-12-31"),),
        ("treaties_in_force", None, 2016),
        Right(9, "official"),
        country="FI",
    ),
    Adversary(
        "joins next year",
        "joins a treaty in 2027 and counts it in 2027",
        (_treaties("XX,cms,party,2027-06-01,,2026-11-01"),),
        ("treaties_in_force", None, 2027),
        Nothing(),
        country="RU",
    ),
    Adversary(
        "left before it joined",
        "leaves a treaty before it joins it",
        (_treaties("XX,cites,party,2000-01-01,1990-01-01,2024-12-31"),),
        ("treaties_in_force", None, 1999),
        Refused("leaves a treaty after", leaves=4),
        country="JP",
    ),
    Adversary(
        "a list of 2099",
        "speaks of where it will stand in 2099",
        (
            _treaties(
                *(
                    f"XX,{name},party,2026-06-01,,2099-12-31"
                    for name in (
                        "cbd",
                        "cartagena",
                        "nagoya",
                        "nagoya_kuala_lumpur",
                        "cites",
                        "cms",
                        "ramsar",
                        "world_heritage",
                        "itpgrfa",
                        "paris",
                        "bbnj",
                    )
                )
            ),
        ),
        ("treaties_in_force", None, 2099),
        Refused("as_of"),
    ),
    Adversary(
        "three treaties of a territory",
        "is a territory to which three treaties were extended: all of three",
        (_treaties(*(f"XX,{name},party,2000-01-01,,2026-11-01" for name in ("cbd", "cites", "ramsar"))),),
        ("treaties_in_force_share", None, 2025),
        Withheld("too_few_treaties"),
        country="BM",
    ),
    Adversary(
        "answers of 2005",
        "quotes in 2020 what it answered in 2005",
        _said("unsdg", _answers("unsdg", 2005, "1111111")),
        ("national_measures_share", None, 2020),
        Withheld("answer_too_old"),
    ),
    Adversary(
        "a silent no",
        "takes a 0 of 15.6.1, which may mean not reported, for an answer",
        _said("unsdg", _answers("unsdg", 2024, "1110111")),
        ("national_measures_share", None, 2024),
        Withheld("answers_unknown"),
    ),
    Adversary(
        "seven yes each",
        "answers each question with 7",
        _own(_answers("unsdg", 2024, "7777777")),
        ("national_measures", None, 2024),
        Nothing(),
    ),
    Adversary(
        "answers of 2099",
        "answers for 2099",
        _own(_answers("unsdg", 2099, "1111111")),
        ("national_measures", None, 2099),
        Refused("year"),
    ),
    Adversary(
        "answers by us",
        "answers yes seven times in the UN's name",
        _own(_answers("unsdg", 2024, "1111111")),
        ("national_measures", None, 2024),
        Right(7, "own_value"),
    ),
    # --- Records.
    Adversary(
        "all once",
        "estimates the species that exist from thirty that were each seen once",
        (Own("occurrences", _records(30, 1)),),
        ("chao1_bias_corrected_richness", "birds", None),
        Withheld("all_singletons"),
    ),
    Adversary(
        "nineteen records",
        "quotes the richness of nineteen records",
        (Own("occurrences", _records(19, 1)),),
        ("observed_richness", "birds", None),
        Withheld("too_few_records"),
    ),
    Adversary(
        "two checklists",
        "adds a cube with keys of the old backbone to one with keys of the Catalogue of Life",
        (
            Own("occurrence_cube", cube(range(2015, 2020)), checklist_key=COL),
            Own("occurrence_cube", cube(range(2015, 2020), key="b"), checklist_key=BACKBONE),
            Own("country_species", together(species("birds", NONE=12), species("birds", key="b", NONE=12))),
        ),
        ("observed_richness", "birds", None),
        Withheld("mixed_checklists"),
    ),
    Adversary(
        "the same cube twice",
        "loads the same cube under two names",
        (
            Own("occurrence_cube", cube(range(2015, 2020))),
            Own("occurrence_cube", cube(range(2015, 2020))),
            Own("country_species", species("birds", NONE=12)),
        ),
        ("recorded_occurrences", "birds", None),
        Right(12 * 5 * 5, "records"),
    ),
    Adversary(
        "the zoo",
        "records living specimens of a zoo as the country's birds",
        (Own("occurrences", _records(12, 5).replace("HUMAN_OBSERVATION", "LIVING_SPECIMEN")),),
        ("observed_richness", "birds", None),
        Nothing(),
    ),
    Adversary(
        "seen in 2099",
        "has records of 2099, so that monitoring is recent",
        (Own("occurrences", _records(12, 5, years=range(2095, 2100))),),
        ("latest_record_year", "birds", None),
        Refused("year"),
    ),
    # --- Who is who.
    Adversary(
        "each twice",
        "lists each safe species under two keys, so that five threatened of fifteen are five of twenty-five",
        (
            Own(
                "country_species",
                "country_code,species_key,scientific_name,taxon_group,red_list_category,origin,presence\n"
                + "".join(
                    f"XX,XX-{key}{n},Inventa tuta{n},birds,LC,native,extant\n" for key in "ab" for n in "cdefghijkl"
                )
                + "".join(f"XX,XX-c{n},Inventa rara{n},birds,CR,native,extant\n" for n in "mnopq"),
                is_complete=True,
            ),
        ),
        ("threatened_share", "birds", None),
        Right(5 / 15, "country_list"),
    ),
    Adversary(
        "the safe ones in old keys",
        "adds the safe species again with keys of the old backbone, so that three threatened of twelve are three of twenty-one",
        (
            Own("country_species", species("birds", LC=9, CR=3), is_complete=True, checklist_key=COL),
            Own("country_species", species("birds", key="b", LC=9), is_complete=True, checklist_key=BACKBONE),
        ),
        ("threatened_share", "birds", None),
        Withheld("mixed_checklists"),
    ),
    Adversary(
        "the United Kingdom",
        "writes UK for GB",
        (Own("country_species", species("birds", LC=9, CR=3).replace("XX,", "UK,"), is_complete=True),),
        ("threatened_share", "birds", None),
        Right(0.25, "country_list"),
        country="GB",
    ),
    Adversary(
        "the same row again",
        "writes the safe species three times",
        (
            Own(
                "country_species",
                together(species("birds", key="c", CR=5), *([species("birds", LC=5)] * 3)),
                is_complete=True,
            ),
        ),
        ("threatened_share", "birds", None),
        Right(0.5, "country_list"),
    ),
    Adversary(
        "Kosovo",
        "lists the birds of Kosovo, which ISO does not name",
        _list(species("birds", LC=9, CR=3)),
        ("threatened_share", "birds", None),
        Right(0.25, "country_list"),
        country="XK",
    ),
)


# How it is tried.


@dataclass(frozen=True)
class World:
    """What was published of one world, and what was refused on the way, by adversary."""

    values: list[dict[str, Any]]
    refused: dict[str, list[str]]


def _codes() -> Iterator[str]:
    """Countries with a sea that no adversary names."""
    named = {adversary.country for adversary in LIST} | LANDLOCKED | {"AZ", "TM", "GB", "AQ"}
    return iter([code for code in countries() if code not in named])


_FREE = _codes()
PLACES = {
    one.id: (one.country or next(_FREE), next(_FREE) if any("YY" in file.text for file in one.files) else "")
    for one in LIST
}
"""Adversary to its country and the second one."""


def _load(settings: Settings, build: duckdb.DuckDBPyConnection, run_id: str, folder: Path, one: Adversary) -> list[str]:
    """Load the files of one adversary; returns the sentences with which rows and files were refused."""
    here, there = PLACES[one.id]
    said = []
    for number, file in enumerate(one.files):
        text = file.text.replace("XX", here).replace("YY", there)
        if isinstance(file, Says):
            rows = pl.read_csv(io.StringIO(text), infer_schema=False)
            unit, now = Unit(file.source, here, ANY_YEAR), clock(build)
            done = load_unit(
                build,
                unit,
                [Batch(file.table, rows)],
                [file.table],
                run_id=run_id,
                release=None,
                extracted_at=now,
                now=now,
            )
            assert [one.quarantined for one in done] == [0], file
            continue
        path = folder / f"{one.id.replace(' ', '_')}_{number}.csv"
        path.write_text(text, encoding="utf-8")
        table = None if file.table == "occurrences" else file.table
        try:
            loaded = load_file(
                settings, path, table=table, is_complete=file.is_complete, checklist_key=file.checklist_key
            )
        except NessError as error:
            said.append(str(error))
        else:
            said += [f"{one.column}: {words}" for one in loaded.reasons for words, _ in one.examples]
    return said


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, World]:
    """Each world published once; the build database is opened once for all files of a world, as `ness load` opens it."""
    made = {}
    for name in dict.fromkeys(one.world for one in LIST):
        home = tmp_path_factory.mktemp(name)
        settings = Settings(_env_file=None, home=home)
        refused = {}
        with pytest.MonkeyPatch.context() as patch, recorded_run(settings, "load") as opened:

            @contextmanager
            def as_opened(*_: object, opened: Any = opened) -> Iterator[Any]:
                yield opened

            patch.setattr(own_files, "recorded_run", as_opened)
            for one in LIST:
                if one.world == name:
                    refused[one.id] = _load(settings, *opened, home, one)
        materialise_and_publish(settings, None)
        with duckdb.connect(str(Paths.of(settings).published), read_only=True) as connection:
            values = (
                connection.sql("FROM metrics.metric_value WHERE value IS NOT NULL OR reason IS NOT NULL")
                .pl()
                .to_dicts()
            )
        made[name] = World(values, refused)
    return made


def test_the_list_is_one() -> None:
    """At least forty, each with a name of its own."""
    assert len({one.id for one in LIST}) == len(LIST) >= 40


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(one, id=one.id, marks=[pytest.mark.xfail(reason=one.still, strict=True)] if one.still else [])
        for one in LIST
    ],
)
def test_only_what_may_be_quoted_is_called_so(worlds: dict[str, World], one: Adversary) -> None:
    """The number of each row of the list gets what it deserves, and nothing that was not foreseen is refused."""
    world = worlds[one.world]
    metric, group, year = one.wants
    found = [
        value
        for value in world.values
        if (value["country_code"], value["metric"], value["taxon_group"]) == (PLACES[one.id][0], metric, group)
        and year in {value["year"], EVERY_YEAR}
    ]
    refused, quotable = world.refused[one.id], [value for value in found if value["reportable"]]
    shown = (found, refused)
    match one.gets:
        case Right(value, basis):
            assert [(one["value"], one["basis"]) for one in quotable] == [(pytest.approx(value, rel=1e-9), basis)], (
                shown
            )
        case Withheld(reason):
            assert not quotable, shown
            assert reason in {value["reason"] for value in found}, shown
        case Nothing():
            assert [value for value in found if value["value"] is not None] == [], shown
        case Refused(words, leaves):
            assert {value["value"] for value in quotable} == ({leaves} - {None}), shown
            assert any(words in sentence for sentence in refused), shown
