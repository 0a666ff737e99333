"""Darwin Core terms under one name each, from the columns of a file whatever their names and types."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ness_pipeline.cube.options import CubeOptions
from ness_pipeline.errors import WrongUsage
from ness_pipeline.names.column_names import SURE, ColumnNames, nearest, plain
from ness_pipeline.names.country_column import NA, NAMIBIA, OPEN, CountryColumn
from ness_pipeline.names.species_names import NAME_KEY, SPECIES_OR_BELOW, has_epithets, name_terms, names_species
from ness_pipeline.names.years import Years
from ness_pipeline.schemas.landed.occurrence import GEOSPATIAL_ISSUES
from ness_pipeline.sql import identifier, literal

KINDS = {
    "text": r"varchar|string|char\(.*\)",
    "whole number": r"u?(tinyint|smallint|integer|int|bigint|hugeint)",
    "number": r"float|double|decimal.*",
    "boolean": r"boolean",
    "date": r"date",
    "timestamp": r"timestamp.*",
    "list of texts": r"varchar\[\]|array<string>",
}
"""Kinds of columns: the types of DuckDB and Spark that each covers, as a regular expression."""
NANOSECONDS_WITH_ZONE = ("timestamptz_ns", "timestamp_ns with time zone")
NUMBERS = {
    "year": "year",
    "decimal_latitude": "decimalLatitude",
    "decimal_longitude": "decimalLongitude",
    "coordinate_uncertainty_m": "coordinateUncertaintyInMeters",
}
"""Columns that are converted from text where a file has text, with their terms."""

CONTENT = ("eventTime", "month", "day", "locality", "recordedBy", "individualCount")
"""Terms by which a record without an identifier is known again, beside its species, country, day and coordinates."""


SPECIES_KEYS = ("speciesKey", "speciesID")
"""Columns with GBIF's key of the accepted species; the second is the name of 2013."""
TAXON_KEYS = ("acceptedTaxonKey", "taxonKey")
"""Columns with the key of the taxon of a record, which may be no species, or a synonym of one."""
DayOrder = Literal["day", "month"]


def _kind(type_name: str) -> str:
    return next((kind for kind, names in KINDS.items() if re.fullmatch(names, type_name)), "other")


@dataclass(frozen=True)
class Column:
    """A column of a file.

    Attributes:
        sql: how SQL names it.
        kind: one of `KINDS`, or `other`.
    """

    sql: str
    kind: str

    @classmethod
    def of(cls, name: str, type_name: str) -> Column:
        """From its name and the type that an engine gives it; of a vocabulary, the concept is taken."""
        quoted = identifier(name)
        lowered = type_name.lower()
        for concept in ("concepts", "concept"):
            match = re.match(rf'struct[(<].*?\b"?{concept}"?[ :]((varchar|string)(\[\])?|array<string>)', lowered)
            if match:
                return cls(f"{quoted}.{concept}", _kind(match[1]))
        if lowered in NANOSECONDS_WITH_ZONE:  # DuckDB casts these to no other type of time than this one
            quoted = f"CAST({quoted} AS TIMESTAMP_NS)"
        return cls(quoted, _kind(lowered))

    @property
    def text(self) -> str:
        """The value as text; list items joined by `;`."""
        by_kind = {
            "text": self.sql,
            "list of texts": f"array_to_string({self.sql}, ';')",
            "timestamp": f"replace(CAST(CAST({self.sql} AS TIMESTAMP) AS VARCHAR), ' ', 'T')",
        }
        return by_kind.get(self.kind, f"CAST({self.sql} AS VARCHAR)")


@dataclass(frozen=True)
class CountryText:
    """The column that names the country of each record.

    Attributes:
        text: SQL for its text.
        meaning: what the different texts mean.
    """

    text: str
    meaning: CountryColumn


class SqlTerms(ColumnNames):
    """The terms of one file, or of several of the same columns, as SQL expressions.

    Args:
        columns: column names as the files write them, with their types.
        shown: how messages name the files.

    Attributes:
        country: the column that names the country; None where there is none, and until the rows can be read.
        has_blank_years: whether a record may have a date and no year, so that the year is read from the date.
        has_named_rows: whether a record may have no key and name its species, in files that have keys.
        day_order: which number of a date such as 1/3/2020 is the first, `day` or `month`; None where the files do not tell.
    """

    day_order: DayOrder | None = None
    has_blank_years: bool = True
    has_named_rows: bool = True

    def __init__(self, columns: Mapping[str, str], shown: str) -> None:
        super().__init__(columns, shown)
        self.country: CountryText | None = None
        self._columns = {name: Column.of(name, type_name) for name, type_name in columns.items()}

    @property
    def numbers_as_text(self) -> set[str]:
        """Columns of numbers (`NUMBERS`) that are read from text."""
        return {name for name, term in NUMBERS.items() if not self._is_number(name, term)}

    @property
    def has_timestamps(self) -> bool:
        """Whether dates are timestamps, which always are ISO 8601 as text."""
        column = self.column("eventDate")
        return column is not None and column.kind == "timestamp"

    @property
    def file_columns(self) -> dict[str, str]:
        """All columns of a file as `raw_0`, `raw_1` …, names that no term has, each with its SQL expression.

        They are not one struct, because DuckDB would take it apart in every row before it looks for the few rows wanted.
        """
        return {f"raw_{place}": column.sql for place, column in enumerate(self._columns.values())}

    @property
    def whole_row(self) -> str:
        """SQL for the `file_columns` as a JSON object of texts, under the names of the file."""
        values = []
        for place, (name, column) in enumerate(self._columns.items()):
            text = Column(f"raw_{place}", column.kind).text
            values.append(f"{identifier(name)} := {text}")
        return f"CAST(to_json(struct_pack({', '.join(values)})) AS VARCHAR)"

    @property
    def has_misspelt_key(self) -> bool:
        """Whether a column without meaning is almost called `speciesKey`."""
        keys = [name for name in self.names if "key" in plain(name)]
        return nearest(SPECIES_KEYS[0], keys, cutoff=SURE) is not None

    def column(self, *terms: str) -> Column | None:
        """The column of the first of some terms that the file has."""
        term = self.any_of(*terms)
        return None if term is None else self._columns[self.name_of(term)]

    def text(self, *terms: str) -> str:
        """A column as text, NULL where the file has none of the terms."""
        column = self.column(*terms)
        return "CAST(NULL AS VARCHAR)" if column is None else column.text

    def text_or_null(self, *terms: str) -> str:
        """As `text`, with blank and missing values as NULL; columns of other types than text have none."""
        column = self.column(*terms)
        if column is None or column.kind not in {"text", "list of texts"}:
            return self.text(*terms)
        return f"missing_as_null({column.text})"

    def stages(self, options: CubeOptions) -> tuple[dict[str, str], ...]:
        """The columns of the relation `term`, name to expression, in stages that each read the one before.

        Stages, because a macro repeats its argument: written as one expression, the text would grow without bound.

        Raises:
            SchemaDrift: a column that every record needs is missing.
            WrongUsage: neither the files nor the options name the country.
        """
        if not names_species(self) or self.has_misspelt_key:
            self.require("the key of the accepted species, or scientificName, its name", *SPECIES_KEYS, *TAXON_KEYS)
        self.require("the year of the event", "year", "eventDate")
        stages = _Stages()
        stages.add("gbif_id_text", self.text("gbifID"))
        stages.add("occurrence_id_text", self.text("occurrenceID"))
        stages.add("content_text", self._content())
        stages.add("data_set", self._data_set())
        stages.add("occurrence_status_text", self.text("occurrenceStatus"))
        stages.add("individual_count_text", self.text("individualCount"))
        has_issue = self.text("hasGeospatialIssues", "hasGeospatialIssue")
        stages.add("issue_flag", f"lower(trim({has_issue})) IN ('true', '1')")
        stages.add("issue_listed", self._listed_issue())
        stages.add("basis_of_record_text", self.text("basisOfRecord"))
        stages.add("country_code_text", self._country(options.country_code))
        self._add_species(stages)
        stages.add("event_time", self.text_or_null("eventTime"))
        stages.add("red_list_category_text", self.text("iucnRedListCategory"))
        stages.add("establishment_means_text", self.text("establishmentMeans"))
        stages.add("kingdom", self.text_or_null("kingdom"))
        stages.add("phylum", self.text_or_null("phylum"))
        stages.add("class_name", self.text_or_null("class"))
        stages.add("order_name", self.text_or_null("order"))
        stages.add("family", self.text_or_null("family"))
        self._add_date(stages)
        for name, term in NUMBERS.items():
            self._add_number(stages, name, term)
        return stages.read, stages.cleaned, stages.values, stages.dated

    def blank_year(self, relation: str) -> str | None:
        """The statement for one row where some record of a relation has a date and no year; None without these columns."""
        year, date = self.column("year"), self.column("eventDate")
        if year is None or date is None:
            return None
        return f"SELECT 1 AS found FROM {relation} WHERE {self.text_or_null('year')} IS NULL AND {date.sql} IS NOT NULL LIMIT 1"

    def named_row(self, relation: str) -> str | None:
        """The statement for one row where some record of a relation has no key and names its species; None where every record
        has to do so, or none can.
        """  # noqa: D205  (the first sentence needs two lines)
        key = self._species_key()
        if key is None or not names_species(self):
            return None
        named = f"{self._has_no_key()} AND {self._name()} IS NOT NULL"
        return f"SELECT 1 AS found FROM {relation} WHERE {named} LIMIT 1"

    def day_order_votes(self, relation: str) -> str | None:
        """The statement for two booleans over the rows of a relation: whether a date tells that the day is written first, or
        the month. None where no date is text.
        """  # noqa: D205  (the first sentence needs two lines)
        column = self.column("eventDate")
        if column is None or column.kind != "text":
            return None
        date = f"SELECT trimmed({column.text}) AS moment FROM {relation} WHERE substr({column.text}, 5, 1) <> '-'"
        votes = "coalesce(bool_or(first_above_12(moment)), FALSE) AS day_first, coalesce(bool_or(second_above_12(moment)), FALSE) AS month_first"
        return f"SELECT {votes} FROM ({date}) AS date_text"

    def _iso_date(self, text: str) -> str:
        """A date as the file has it, as ISO 8601 text."""
        return f"iso_date({text}, {literal(self.day_order)})"

    def _content(self) -> str:
        """What tells records without an identifier apart, as one text; NULL where the files have GBIF's identifiers."""
        if "gbifID" in self:
            return "CAST(NULL AS VARCHAR)"
        said_by_date = {"month", "day"} if "eventDate" in self else set()
        texts = [
            "''" if term in said_by_date else f"coalesce(lower({self.text_or_null(term)}), '')" for term in CONTENT
        ]
        return f"concat_ws('|', {', '.join(texts)})"

    def _add_date(self, stages: _Stages) -> None:
        """Add `event_date`, `temporal_uncertainty_s` and `is_date_unread`, and the year of a record without its own.

        A date that cannot be read is as uncertain as the year of its record; without a year the record is refused for it.
        """
        stages.read["event_date_text"] = self.text_or_null("eventDate")
        stages.cleaned["event_date"] = self._iso_date("event_date_text")
        stages.cleaned["content_date"] = "CAST(NULL AS VARCHAR)" if "gbifID" in self else stages.cleaned["event_date"]
        stages.values["content_date"] = stages.dated["content_date"] = "content_date"
        column = self.column("eventDate")
        if column is not None and self.has_timestamps and "eventTime" not in self:
            # No check reads the date then: as text, a timestamp is ISO 8601.
            stages.values["event_date"] = "CAST(NULL AS VARCHAR)"
            stages.read["date_seconds"] = f"instant_uncertainty(CAST({column.sql} AS TIMESTAMP))"
            stages.cleaned["date_seconds"] = stages.values["date_seconds"] = "date_seconds"
        else:
            stages.values["event_date"] = "event_date"
            stages.values["date_seconds"] = "temporal_uncertainty_if_iso(event_date, event_time)"
        # A CASE, so that the date is read only where no year is known when records are filtered by this column.
        is_unread = "event_date IS NOT NULL AND date_seconds IS NULL"
        stages.dated["is_date_unread"] = (
            f"CASE WHEN year IS NOT NULL THEN FALSE WHEN year_text IS NOT NULL THEN FALSE ELSE {is_unread} END"
        )
        stages.dated["event_date"] = f"CASE WHEN year IS NOT NULL AND {is_unread} THEN NULL ELSE event_date END"
        stages.dated["temporal_uncertainty_s"] = (
            "CASE WHEN date_seconds IS NOT NULL THEN date_seconds WHEN event_date IS NOT NULL THEN year_seconds(year) END"
        )

    def _add_number(self, stages: _Stages, name: str, term: str) -> None:
        """Add a number (`name`) and the text that it was read from (`name_text`, NULL if the file has a number)."""
        column = self.column(term)
        text = f"{name}_text"
        if column is not None and self._is_number(name, term):
            stages.add(name, f"CAST({column.sql} AS {'BIGINT' if name == 'year' else 'DOUBLE'})")
            stages.add(text, "CAST(NULL AS VARCHAR)")
        else:
            stages.read[text] = stages.cleaned[text] = self.text_or_null(term)
            stages.cleaned[text] = f"without_zero_decimals({text})" if name == "year" else text
            stages.values[name] = f"whole_number({text})" if name == "year" else f"decimal_number({text})"
            stages.dated[name] = name
            stages.values[text] = stages.dated[text] = text
        if name == "year" and self.has_blank_years:
            stages.values[name] = (
                f"coalesce({stages.values[name]}, CASE WHEN {text} IS NULL THEN {self._year_of_date()} END)"
            )

    def _year_of_date(self) -> str:
        """The year of the date as a number, where the date is the column `event_date` of the stage `cleaned`."""
        return "whole_number(year_of_date(event_date))"

    def _is_number(self, name: str, term: str) -> bool:
        """Whether the file itself has a number for a column of numbers; a year with decimals is read as text."""
        column = self.column(term)
        return column is not None and (column.kind == "whole number" or (column.kind == "number" and name != "year"))

    def selection(self, options: CubeOptions) -> str:
        """The condition for records of the wanted country and years, on the file's own columns where they allow."""
        conditions = []
        if options.country_code is not None and self.country is not None and self.country.meaning.is_understood:
            code = literal(options.country_code)
            conditions.append(f"code_of({self._country_code(self.country)}, {code}) = {code}")
        if options.years is not None:
            conditions.append(self._is_in_years(options.years))
        return " AND ".join(conditions) or "TRUE"

    def _is_in_years(self, years: Years) -> str:
        """The condition for records of some years, on the column itself where it is a number, so that a scan can skip."""
        column = self.column("year")
        bounds = f"BETWEEN {years.first} AND {years.last}"
        # Only a first choice, in few words: Spark repeats the whole text of what it is given. The year itself is checked later.
        of_date = f"TRY_CAST(regexp_extract({self.text('eventDate')}, '[0-9]{{4}}') AS INTEGER) {bounds}"
        if column is None:
            return of_date
        if column.kind == "whole number":
            return f"({column.sql} {bounds} OR ({column.sql} IS NULL AND {of_date}))"
        text = self.text_or_null("year")
        return f"(whole_number(without_zero_decimals({text})) {bounds} OR ({text} IS NULL AND {of_date}))"

    def _data_set(self) -> str:
        """Which data set a record is of, as far as the file says, for files that do not have GBIF's key of each record."""
        names = (
            ("datasetKey",)
            if "datasetKey" in self
            else ("datasetID", "institutionCode", "collectionCode", "catalogNumber")
        )
        texts = [f"coalesce({self.text(name)}, '')" for name in names if name in self]
        return " || ' ' || ".join(texts) or "CAST(NULL AS VARCHAR)"

    def _listed_issue(self) -> str:
        column = self.column("issue", "issues")
        if column is not None and column.kind == "list of texts":
            listed = " OR ".join(f"list_contains({column.sql}, {literal(issue)})" for issue in GEOSPATIAL_ISSUES)
            return f"CASE WHEN array_length({column.sql}) > 0 THEN {listed} END"
        return (
            f"regexp_matches({self.text('issue', 'issues')}, '(^|[^A-Z_])({'|'.join(GEOSPATIAL_ISSUES)})([^A-Z_]|$)')"
        )

    def _add_species(self, stages: _Stages) -> None:
        """Add `species_key_text`, `scientific_name`, and `name_text`, the name in the file of a species without a key.

        The name is read only in files that need it: it takes as long as all else together.
        """
        key = self._species_key()
        null = "CAST(NULL AS VARCHAR)"
        stages.add("species_key_text", key or null)
        stages.add("scientific_name", self.text_or_null("species"))
        if "species" not in self and names_species(self) and key is not None:
            stages.read["scientific_name"] = self._name()
            stages.values["scientific_name"] = "species_name_of(scientific_name)"
        stages.add("name_text", null)
        if key is None or (self.has_named_rows and names_species(self)):
            stages.read["name_text"] = (
                self._name() if key is None else f"CASE WHEN {self._has_no_key()} THEN {self._name()} END"
            )
            stages.values["species_name"] = "species_name_of(name_text)"
            name_key = f"{literal(NAME_KEY)} || species_name"
            stages.dated["species_key_text"] = f"CASE WHEN name_text IS NULL THEN species_key_text ELSE {name_key} END"
            stages.dated["scientific_name"] = "coalesce(species_name, scientific_name)"

    def _has_no_key(self) -> str:
        """The condition for records without a key that belong to a species, as far as the file has ranks.

        A record of GBIF without one is of no accepted species, whatever its name; a few of 2014 have the rank of a species.
        """
        conditions = [self._is_missing(*SPECIES_KEYS, *TAXON_KEYS)]
        if "gbifID" in self:
            conditions.append(self._is_missing("gbifID"))
        if "taxonRank" in self:
            ranks = " ".join(f"WHEN {literal(rank)} THEN TRUE" for rank in SPECIES_OR_BELOW)
            conditions.append(f"CASE upper({self.text_or_null('taxonRank')}) {ranks} ELSE FALSE END")
        return " AND ".join(conditions)

    def _is_missing(self, *terms: str) -> str:
        """The condition for records without a value; for numbers in words that let a scan skip."""
        column = self.column(*terms)
        if column is None or column.kind == "text":
            return f"is_missing({self.text(*terms)})"
        return f"{column.sql} IS NULL"

    def _name(self) -> str:
        """The name of the species as the file writes it; an accepted name before that of a synonym."""
        names = [self._whole_name(term) for term in name_terms(self)]
        if has_epithets(self):
            names.append(f"{self.text_or_null('genus')} || ' ' || {self.text_or_null('specificEpithet')}")
        return f"coalesce({', '.join(names)}, CAST(NULL AS VARCHAR))"

    def _whole_name(self, term: str) -> str:
        """A name; where the file has a column of genera, a species of one word is its epithet."""
        text = self.text_or_null(term)
        if term != "species" or "genus" not in self:
            return text
        return f"CASE WHEN regexp_matches({text}, '[ _]') THEN {text} ELSE {self.text_or_null('genus')} || ' ' || {text} END"

    def _species_key(self) -> str | None:
        """The key of the accepted species as text; None where the file has names alone.

        Where a file has `speciesKey`, it is that: GBIF fills it for every record that belongs to an accepted species. In
        other files it is the key of the taxon, for records of rank species that are no synonyms.
        """
        if self.any_of(*SPECIES_KEYS, *TAXON_KEYS) is None:
            return None
        key = self.text(*SPECIES_KEYS, *TAXON_KEYS)
        if self.any_of(*SPECIES_KEYS) is not None:
            return key
        if names_species(self) and self._says_too_little_of_keys():
            return None
        self.require("whether taxonKey is a species", "taxonRank")
        is_species = f"upper({self.text_or_null('taxonRank')}) = 'SPECIES'"
        if "acceptedTaxonKey" in self:
            return f"CASE WHEN {is_species} THEN {key} END"
        self.require("whether taxonKey is an accepted species", "taxonomicStatus")
        is_accepted = f"upper({self.text_or_null('taxonomicStatus')}) = 'ACCEPTED'"
        return f"CASE WHEN {is_species} AND {is_accepted} THEN {key} END"

    def _says_too_little_of_keys(self) -> bool:
        """Whether the file does not say of its keys of taxa which are those of accepted species."""
        return "taxonRank" not in self or self.any_of("acceptedTaxonKey", "taxonomicStatus") is None

    def _country(self, option: str | None) -> str:
        """The country as text, or the one given for files that do not name it in a way that can be understood."""
        if self.country is not None and (option is None or self.country.meaning.is_understood):
            return self._country_code(self.country)
        if option is None:
            raise WrongUsage(f"{self.shown} does not name the country of its rows; give it, as in --country KE.")
        return literal(option)

    def _country_code(self, country: CountryText) -> str:
        """The code of a country where its text means one, else the text; most files have codes, which stay as they are."""
        cases = {text: literal(code) for text, code in country.meaning.rewritten.items()}
        cases |= dict.fromkeys(country.meaning.open, self._namibia())
        if not cases:
            return country.text
        listed = " ".join(f"WHEN {literal(text)} THEN {code}" for text, code in sorted(cases.items()))
        return f"CASE {country.text} {listed} ELSE {country.text} END"

    def _namibia(self) -> str:
        """The code of a record whose country may be Namibia or missing: NULL where its coordinates lie elsewhere."""
        latitude, longitude = self._degrees("decimalLatitude"), self._degrees("decimalLongitude")
        lies_there = f"{latitude} BETWEEN {NAMIBIA.south} AND {NAMIBIA.north} AND {longitude} BETWEEN {NAMIBIA.west} AND {NAMIBIA.east}"
        is_open = f"{latitude} IS NULL OR {longitude} IS NULL"
        return f"CASE WHEN {is_open} THEN {literal(OPEN)} WHEN {lies_there} THEN {literal(NA)} END"

    def _degrees(self, term: str) -> str:
        """A coordinate as a number, NULL where it is none."""
        column = self.column(term)
        is_number = column is not None and column.kind in {"whole number", "number"}
        return f"CAST({self.text(term)} AS DOUBLE)" if is_number else f"decimal_number({self.text_or_null(term)})"


@dataclass(frozen=True)
class _Stages:
    """The columns of four stages, name to expression.

    Attributes:
        read: from the columns of the file.
        cleaned: text without what publishers write around a value (midnight for an unknown time, `.0`).
        values: text as dates and numbers.
        dated: what date and year together say. Files of other columns must have the same in the same order.
    """

    read: dict[str, str] = field(default_factory=dict)
    cleaned: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    dated: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, expression: str) -> None:
        """Add a column that is read by an expression and stays as it is."""
        self.read[name] = expression
        self.cleaned[name] = self.values[name] = self.dated[name] = name
