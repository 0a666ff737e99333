"""Darwin Core terms under one name each, from the columns of a file whatever their names and types."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ness_pipeline.cube.options import CubeOptions
from ness_pipeline.errors import WrongUsage
from ness_pipeline.names.column_names import ColumnNames
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
NUMBERS = {
    "year": "year",
    "decimal_latitude": "decimalLatitude",
    "decimal_longitude": "decimalLongitude",
    "coordinate_uncertainty_m": "coordinateUncertaintyInMeters",
}
"""Columns that are converted from text where a file has text, with their terms."""


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


class SqlTerms(ColumnNames):
    """The terms of one file, or of several of the same columns, as SQL expressions.

    Args:
        columns: column names as the files write them, with their types.
        shown: how messages name the files.
    """

    def __init__(self, columns: Mapping[str, str], shown: str) -> None:
        super().__init__(columns, shown)
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
        self.require("the key of the accepted species", "speciesKey", "acceptedTaxonKey", "taxonKey")
        self.require("the year of the event", "year", "eventDate")
        stages = _Stages()
        stages.add("gbif_id_text", self.text("gbifID"))
        stages.add("occurrence_id_text", self.text("occurrenceID"))
        stages.add("occurrence_status_text", self.text("occurrenceStatus"))
        has_issue = self.text("hasGeospatialIssues", "hasGeospatialIssue")
        stages.add("issue_flag", f"lower(trim({has_issue})) IN ('true', '1')")
        stages.add("issue_listed", self._listed_issue())
        stages.add("basis_of_record_text", self.text("basisOfRecord"))
        stages.add("country_code_text", self._country(options.country_code))
        stages.add("species_key_text", self._species_key())
        stages.add("event_time", self.text_or_null("eventTime"))
        stages.add("scientific_name", self.text_or_null("species"))
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
        return stages.read, stages.cleaned, stages.values

    def _add_date(self, stages: _Stages) -> None:
        """Add `event_date` and `temporal_uncertainty_s`."""
        stages.read["event_date_text"] = self.text_or_null("eventDate")
        stages.cleaned["event_date"] = "without_midnight(event_date_text)"
        column = self.column("eventDate")
        if column is not None and self.has_timestamps and "eventTime" not in self:
            # No check reads the date then: as text, a timestamp is ISO 8601.
            stages.values["event_date"] = "CAST(NULL AS VARCHAR)"
            stages.add("temporal_uncertainty_s", f"instant_uncertainty(CAST({column.sql} AS TIMESTAMP))")
        else:
            stages.values["event_date"] = "calendar_date(event_date)"
            stages.values["temporal_uncertainty_s"] = "temporal_uncertainty_if_iso(event_date, event_time)"

    def _add_number(self, stages: _Stages, name: str, term: str) -> None:
        """Add a number (`name`) and the text that it was read from (`name_text`, NULL if the file has a number)."""
        column = self.column(term)
        is_year = name == "year"
        text = f"{name}_text"
        if column is not None and self._is_number(name, term):
            stages.add(name, f"CAST({column.sql} AS {'BIGINT' if is_year else 'DOUBLE'})")
            stages.add(text, "CAST(NULL AS VARCHAR)")
            return
        stages.read[text] = self.text_or_null(term)
        if is_year and column is None:
            stages.cleaned[text] = "year_of_date(event_date_text)"
        elif is_year:
            stages.cleaned[text] = f"without_zero_decimals({text})"
        else:
            stages.cleaned[text] = text
        stages.values[name] = f"whole_number({text})" if is_year else f"decimal_number({text})"
        stages.values[text] = text

    def _is_number(self, name: str, term: str) -> bool:
        """Whether the file itself has a number for a column of numbers; a year with decimals is read as text."""
        column = self.column(term)
        return column is not None and (column.kind == "whole number" or (column.kind == "number" and name != "year"))

    def selection(self, options: CubeOptions) -> str:
        """The condition for records of the wanted country and years, on the file's own columns where they allow."""
        conditions = []
        column = self.column("countryCode", "country")
        if options.country_code is not None and column is not None:
            code = literal(options.country_code)
            conditions.append(f"code_of({column.text}, {code}) = {code}")
        if options.years is not None:
            conditions.append(f"{self._year()} BETWEEN {options.years.first} AND {options.years.last}")
        return " AND ".join(conditions) or "TRUE"

    def _year(self) -> str:
        """The year as a number in one expression, on the column itself where it is one, so that a scan can skip."""
        column = self.column("year")
        if column is not None and column.kind == "whole number":
            return column.sql
        text = self.text_or_null("year") if column is not None else f"year_of_date({self.text_or_null('eventDate')})"
        return f"whole_number(without_zero_decimals({text}))"

    def _listed_issue(self) -> str:
        column = self.column("issue", "issues")
        if column is not None and column.kind == "list of texts":
            listed = " OR ".join(f"list_contains({column.sql}, {literal(issue)})" for issue in GEOSPATIAL_ISSUES)
            return f"CASE WHEN array_length({column.sql}) > 0 THEN {listed} END"
        return (
            f"regexp_matches({self.text('issue', 'issues')}, '(^|[^A-Z_])({'|'.join(GEOSPATIAL_ISSUES)})([^A-Z_]|$)')"
        )

    def _species_key(self) -> str:
        """The key of the accepted species as text.

        Where a file has `speciesKey`, that alone decides: GBIF fills it for every record that belongs to an accepted
        species, so an empty one means that there is none. In other files it is the key of the taxon, for records of rank
        species that are no synonyms.
        """
        key = self.text(self.any_of("speciesKey", "acceptedTaxonKey") or "taxonKey")
        if "speciesKey" in self:
            return key
        self.require("whether taxonKey is a species", "taxonRank")
        is_species = f"upper({self.text_or_null('taxonRank')}) = 'SPECIES'"
        if "acceptedTaxonKey" in self:
            return f"CASE WHEN {is_species} THEN {key} END"
        self.require("whether taxonKey is an accepted species", "taxonomicStatus")
        is_accepted = f"upper({self.text_or_null('taxonomicStatus')}) = 'ACCEPTED'"
        return f"CASE WHEN {is_species} AND {is_accepted} THEN {key} END"

    def _country(self, option: str | None) -> str:
        """The country as text, or the one given for files that do not name it."""
        if self.any_of("countryCode", "country") is not None:
            return self.text("countryCode", "country")
        if option is None:
            raise WrongUsage(f"{self.shown} does not name the country of its rows; give it, as in --country KE.")
        return literal(option)


@dataclass(frozen=True)
class _Stages:
    """The columns of three stages, name to expression.

    Attributes:
        read: from the columns of the file.
        cleaned: text without what publishers write around a value (midnight for an unknown time, `.0`).
        values: text as dates and numbers. Files of other columns must have the same in the same order.
    """

    read: dict[str, str] = field(default_factory=dict)
    cleaned: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, expression: str) -> None:
        """Add a column that is read by an expression and stays as it is."""
        self.read[name] = expression
        self.cleaned[name] = self.values[name] = name
