"""The last step: records counted by the text of the files, and those counts checked and merged into a cube.

Many records have the same text for species key and country. So records are first counted by the text that the files
have; then the different texts are checked, which are few; last, counts of texts with the same value are added up:

    classified_record → count_by_text → valid_count → merged_count → the cube (occurrence_cube.sql)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from ness_pipeline.cube.rules import GROUPING, Rule, Rules
from ness_pipeline.cube.text import sql_text
from ness_pipeline.sql import literal


@dataclass(frozen=True)
class TextCheck:
    """What became of the texts that records were counted by.

    Attributes:
        failed: columns of which a text has no valid value.
        rewritten: columns of which a text differs from its value, so that several texts may have the same.
    """

    failed: frozenset[str]
    rewritten: frozenset[str]

    @classmethod
    def of(cls, summaries: Iterable[pl.DataFrame]) -> TextCheck:
        """From the rows of `text_check_summary.sql`."""
        failed: set[str] = set()
        rewritten: set[str] = set()
        for summary in summaries:
            failed.update(summary.filter(pl.col("invalid") > 0)["column_name"])
            rewritten.update(summary.filter(pl.col("rewritten") > 0)["column_name"])
        return cls(frozenset(failed), frozenset(rewritten))

    @property
    def texts_are_values(self) -> bool:
        """Whether every text is its own value, so that the counts by text are the cube."""
        return not self.failed and not self.rewritten


@dataclass(frozen=True)
class CountResult:
    """The result of a count.

    Attributes:
        filters: filters that at least one record fails.
        checks: checks of the contract that at least one record fails.
        filtered_out: how many records the filters do not count, by the column that each looks at.
        texts_are_values: see `TextCheck`.
    """

    filters: list[Rule]
    checks: list[Rule]
    filtered_out: Mapping[str, int]
    texts_are_values: bool

    @classmethod
    def of(
        cls, rules: Rules, records_by_rule: Mapping[int, int], texts: TextCheck, *, has_repeats: bool
    ) -> CountResult:
        """From the numbers of `not_counted.sql` and the checks of the texts.

        Args:
            rules: the rules.
            records_by_rule: how many records fail each rule, by its place in `rules.of_records`.
            texts: the checked texts.
            has_repeats: whether records are there twice.
        """
        filters: list[Rule] = []
        checks: list[Rule] = []
        filtered_out: dict[str, int] = {}
        for number in sorted(records_by_rule):
            rule = rules.of_records[number]
            if number < len(rules.filters):
                filters.append(rule)
                filtered_out[rule.column] = records_by_rule[number]
            else:
                checks.append(rule)
        checks += [rule for rule in rules.of_counts if rule.column in texts.failed]
        if has_repeats:
            checks.append(Rule("record_id", "is_repeated"))
        return cls(filters, checks, filtered_out, texts.texts_are_values)


def text_checks(rules: Rules) -> str:
    """The relation `text_check`: each different text that the cube groups by, with whether it is invalid or rewritten."""
    parts = []
    for rule in rules.of_counts:
        column = GROUPING[rule.column]
        texts = f"SELECT DISTINCT {column.text} FROM count_by_text WHERE failed_rule IS NULL"
        columns = [
            f"{literal(rule.column)} AS column_name",
            f"{rule.fails} AS is_invalid",
            f"NOT ({rule.fails}) AND {column.text} <> {column.value} AS is_rewritten",
        ]
        parts.append(f"SELECT {', '.join(columns)} FROM ({texts}) AS texts")
    return " UNION ALL ".join(parts)


def valid_counts(rules: Rules, texts: TextCheck) -> str:
    """The relation `valid_count`: counts by text that meet the contract, with the values of their texts.

    Texts that are their own values are taken as they are, which saves computing the values.
    """
    conditions = ["failed_rule IS NULL"]
    conditions += [f"NOT ({rule.fails})" for rule in rules.of_counts if rule.column in texts.failed]
    columns = ["*"]
    for name in ("country_code", "species_key"):
        column = GROUPING[name]
        expression = column.value if name in texts.rewritten else column.text
        columns.append(f"{expression} AS {name}")
    return f"SELECT {', '.join(columns)} FROM count_by_text WHERE {' AND '.join(conditions)}"


def merged_counts(texts: TextCheck) -> str:
    """The relation `merged_count`: one count per country, year, species and cell."""
    return sql_text("merged_count") if texts.rewritten else "SELECT * FROM valid_count"
