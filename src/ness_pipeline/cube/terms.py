"""Darwin Core terms under one name each, from the columns of a file whatever their names and types."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ness_pipeline.cube.options import CubeOptions
from ness_pipeline.errors import WrongUsage
from ness_pipeline.names.column_names import ColumnNames
from ness_pipeline.schemas.landed.occurrence import GEOSPATIAL_ISSUES
from ness_pipeline.sql import identifier, literal

KINDS = {
    "text": r"varchar|string|char\(.*\)",
    "whole": r"u?(tinyint|smallint|integer|int|bigint|hugeint)",
    "number": r"float|double|decimal.*",
    "flag": r"boolean",
    "day": r"date",
    "instant": r"timestamp.*",
    "texts": r"varchar\[\]|array<string>",
}
"""Kinds of columns by the names that DuckDB and Spark give their types."""
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
        quoted, given = identifier(name), type_name.lower()
        for concept in ("concepts", "concept"):
            if found := re.match(rf'struct[(<].*?\b"?{concept}"?[ :]((varchar|string)(\[\])?|array<string>)', given):
                return cls(f"{quoted}.{concept}", _kind(found[1]))
        return cls(quoted, _kind(given))

    @property
    def text(self) -> str:
        """The value as text; list items joined by `;`."""
        by_kind = {
            "text": self.sql,
            "texts": f"array_to_string({self.sql}, ';')",
            "instant": f"replace(CAST(CAST({self.sql} AS TIMESTAMP) AS VARCHAR), ' ', 'T')",
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
    def texts(self) -> set[str]:
        """Columns of numbers (`NUMBERS`) that are read from text."""
        return {name for name, term in NUMBERS.items() if not self._is_number(name, term)}

    @property
    def has_instants(self) -> bool:
        """Whether dates are timestamps, which always are ISO 8601 as text."""
        column = self.column("eventDate")
        return column is not None and column.kind == "instant"

    @property
    def raw_columns(self) -> list[str]:
        """All columns of a file under names that no term has; not as one struct, whose parts DuckDB would take apart
        again in every row before it looks for the few that are wanted.
        """  # noqa: D205  (the first sentence needs two lines)
        return [f"{column.sql} AS raw_{place}" for place, column in enumerate(self._columns.values())]

    @property
    def whole_row(self) -> str:
        """What `raw_columns` names as a JSON object of texts, under the names of the file."""
        named = (
            (identifier(name), Column(f"raw_{n}", one.kind)) for n, (name, one) in enumerate(self._columns.items())
        )
        return (
            f"CAST(to_json(struct_pack({', '.join(f'{name} := {column.text}' for name, column in named)})) AS VARCHAR)"
        )

    def column(self, *terms: str) -> Column | None:
        """The column of the first of some terms that the file has."""
        term = self.any_of(*terms)
        return None if term is None else self._columns[self.name_of(term)]

    def word(self, *terms: str) -> str:
        """A column as text, NULL where the file has none of the terms."""
        column = self.column(*terms)
        return "CAST(NULL AS VARCHAR)" if column is None else column.text

    def stated(self, *terms: str) -> str:
        """As `word`, with blank and missing values as NULL; values of other types than text are never blank."""
        column = self.column(*terms)
        return self.word(*terms) if column is None or column.kind not in {"text", "texts"} else f"stated({column.text})"

    def stages(self, options: CubeOptions) -> list[dict[str, str]]:
        """The columns of the relation `term`, name to expression, in steps that each read the one before.

        Steps, because a macro repeats its argument: written as one expression, the text would grow without bound.

        Raises:
            SchemaDrift: a column that every record needs is missing.
            WrongUsage: neither the files nor the options say the country.
        """
        self.require("the key of the accepted species", "speciesKey", "acceptedTaxonKey", "taxonKey")
        self.require("the year of the event", "year", "eventDate")
        carried = {
            "gbif_word": self.word("gbifID"),
            "publisher_word": self.word("occurrenceID"),
            "status_word": self.word("occurrenceStatus"),
            "issue_flag": f"lower(trim({self.word('hasGeospatialIssues', 'hasGeospatialIssue')})) IN ('true', '1')",
            "issue_listed": self._listed_issue(),
            "basis_word": self.word("basisOfRecord"),
            "country_word": self._country(options.country_code),
            "key_word": self._key_word(),
            "event_time": self.stated("eventTime"),
            "scientific_name": self.stated("species"),
            "category_word": self.word("iucnRedListCategory"),
            "means_word": self.word("establishmentMeans"),
            "kingdom": self.stated("kingdom"),
            "phylum": self.stated("phylum"),
            "class_name": self.stated("class"),
            "order_name": self.stated("order"),
            "family": self.stated("family"),
        }
        words, wholes, values = dict(carried), _same(carried), _same(carried)
        words |= {"date_word": self.stated("eventDate")}
        wholes |= {"event_date": "without_midnight(date_word)"}
        values |= {"event_date": "calendar_date(event_date)"}
        if self.has_instants and "eventTime" not in self:
            seconds = f"instant_uncertainty(CAST({self._sql('eventDate')} AS TIMESTAMP))"
            words, wholes, values = ({**step, "temporal_uncertainty_s": what} for step, what in (
                (words, seconds), (wholes, "temporal_uncertainty_s"), (values, "temporal_uncertainty_s")))  # fmt: skip
            values["event_date"] = "CAST(NULL AS VARCHAR)"  # nobody asks: as text, an instant is ISO 8601
        else:
            values["temporal_uncertainty_s"] = "temporal_uncertainty_if_iso(event_date, event_time)"
        for name, term in NUMBERS.items():
            self._number(name, term, (words, wholes, values))
        return [words, wholes, values]

    def _number(self, name: str, term: str, steps: tuple[dict[str, str], ...]) -> None:
        """Add a number (`name`) and the text that it was read from (`name_text`, NULL if from none) to the three steps."""
        words, wholes, values = steps
        column, kind = self.column(term), "BIGINT" if name == "year" else "DOUBLE"
        if column is not None and self._is_number(name, term):
            words |= {name: f"CAST({column.sql} AS {kind})", f"{name}_text": "CAST(NULL AS VARCHAR)"}
            for step in (wholes, values):
                step |= {name: name, f"{name}_text": f"{name}_text"}
            return
        words[f"{name}_text"] = self.stated(term)
        read = f"{name}_text" if kind == "DOUBLE" else f"whole({name}_text)"
        if name == "year" and term not in self:
            read = "year_of_date(date_word)"
        wholes[f"{name}_text"] = read
        macro = "decimal_number" if kind == "DOUBLE" else "whole_number"
        values |= {name: f"{macro}({name}_text)", f"{name}_text": f"{name}_text"}

    def _is_number(self, name: str, term: str) -> bool:
        """Whether the file itself has a number for a column of numbers; a year with decimals is read as text."""
        column = self.column(term)
        return column is not None and (column.kind == "whole" or (column.kind == "number" and name != "year"))

    def scope(self, options: CubeOptions) -> str:
        """The condition for records of the wanted country and years, on the file's own columns where they allow."""
        parts = []
        if options.country_code is not None and (column := self.column("countryCode", "country")) is not None:
            codes = {options.country_code, options.country_code.lower()}
            parts.append(f"{column.text} IN ({', '.join(sorted(map(literal, codes)))})")
        if options.years is not None:
            parts.append(f"{self._year()} BETWEEN {options.years.first} AND {options.years.last}")
        return " AND ".join(parts) or "TRUE"

    def _sql(self, term: str) -> str:
        column = self.column(term)
        return "CAST(NULL AS VARCHAR)" if column is None else column.sql

    def _year(self) -> str:
        """The year as a number in one expression, on the column itself where it is one, so that a scan can skip."""
        column = self.column("year")
        if column is not None and column.kind == "whole":
            return column.sql
        word = self.stated("year") if column is not None else f"year_of_date({self.stated('eventDate')})"
        return f"whole_number(whole({word}))"

    def _listed_issue(self) -> str:
        column = self.column("issue", "issues")
        if column is not None and column.kind == "texts":
            listed = " OR ".join(f"list_contains({column.sql}, {literal(issue)})" for issue in GEOSPATIAL_ISSUES)
            return f"CASE WHEN array_length({column.sql}) > 0 THEN {listed} END"
        return (
            f"regexp_matches({self.word('issue', 'issues')}, '(^|[^A-Z_])({'|'.join(GEOSPATIAL_ISSUES)})([^A-Z_]|$)')"
        )

    def _key_word(self) -> str:
        """The key of the accepted species as the file writes it.

        Files that have `speciesKey` mean NULL by an empty one: GBIF fills it for every record that belongs to an
        accepted species, so neither the rank nor another key may overrule it. Files without the column give it for
        records of rank species that are no synonyms.
        """
        key = self.word(self.any_of("speciesKey", "acceptedTaxonKey") or "taxonKey")
        if "speciesKey" in self:
            return key
        self.require("whether taxonKey is a species", "taxonRank")
        is_species = f"upper({self.stated('taxonRank')}) = 'SPECIES'"
        if "acceptedTaxonKey" in self:
            return f"CASE WHEN {is_species} THEN {key} END"
        self.require("whether taxonKey is an accepted species", "taxonomicStatus")
        is_accepted = f"upper({self.stated('taxonomicStatus')}) = 'ACCEPTED'"
        return f"CASE WHEN {is_species} AND {is_accepted} THEN {key} END"

    def _country(self, option: str | None) -> str:
        """The country as the file writes it, or the one given for files that do not say."""
        if self.any_of("countryCode", "country") is not None:
            return self.word("countryCode", "country")
        if option is None:
            raise WrongUsage(f"{self.shown} does not name the country of its rows; give it, as in --country KE.")
        return literal(option)


def _same(columns: Mapping[str, str]) -> dict[str, str]:
    """Columns handed on as they are."""
    return {name: name for name in columns}
