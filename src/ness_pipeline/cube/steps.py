"""The SQL of the steps between reading and counting: name terms, then check.

Each function returns the statement of one relation, which reads the relation of the step before:

    rows of files → term → record → validated_record → checked_record → classified_record → (counting.py)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ness_pipeline.contract.checks_in_sql import first_broken, none_broken
from ness_pipeline.cube.options import CubeOptions, Trust
from ness_pipeline.cube.records import FileGroup
from ness_pipeline.cube.rules import Rules
from ness_pipeline.cube.text import sql_text

POSITION = {"file_path": "_file_path", "file_name": "_file_name", "file_row": "_file_row"}
"""Columns that say where a record comes from, with their names in the rows of the files."""


def terms_of(groups: Sequence[FileGroup], options: CubeOptions, *, with_file_columns: bool = False) -> str:
    """The relation `term`: the rows of files with Darwin Core terms under one name each.

    Args:
        groups: the files.
        options: limit the rows to a country and years.
        with_file_columns: whether all columns of the files are there as well, to give back whole rows; one group only.
    """
    return " UNION ALL ".join(_terms_of_group(group, options, with_file_columns=with_file_columns) for group in groups)


def _terms_of_group(group: FileGroup, options: CubeOptions, *, with_file_columns: bool) -> str:
    """As `terms_of`, for one group: its stages as nested statements."""
    carried = dict(POSITION)
    if with_file_columns:
        carried |= group.terms.file_columns
    rows = f"{group.relation} WHERE {group.terms.selection(options)}"
    for columns in group.terms.stages(options):
        listed = ", ".join(f"{expression} AS {name}" for name, expression in (columns | carried).items())
        rows = f"(SELECT {listed} FROM {rows}) AS stage"
        carried = {name: name for name in carried}
    return f"SELECT * FROM {rows}"


def records() -> str:
    """The relation `record`: terms as the columns of the contract `Occurrence`, with the cell of the grid."""
    return sql_text("record")


def validated_records(rules: Rules) -> str:
    """The relation `validated_record`: records with `broken_column`, the first column that a rule refuses, or NULL."""
    return f"SELECT *, {first_broken(rules.every)} AS broken_column FROM record"


def valid_records(rules: Rules) -> str:
    """The relation `valid_record`: records that no rule refuses, before it is known which are there twice.

    Conditions on the columns are quicker than `broken_column IS NULL`: DuckDB stops at the first that fails.
    """
    return f"SELECT * FROM validated_record WHERE {none_broken(rules.every)}"


def checked_records(*, has_repeats: bool) -> str:
    """The relation `checked_record`: validated records that also say whether they repeat an earlier one."""
    return sql_text("checked_record_with_repeats" if has_repeats else "checked_record")


def counted_records(rules: Rules) -> str:
    """The relation `counted_record`: the records that the cube counts."""
    return f"SELECT * FROM checked_record WHERE {none_broken(rules.every)} AND NOT is_repeated"


def classified_records(rules: Rules, trust: Trust) -> str:
    """The relation `classified_record`: records with `failed_rule`, the place in `rules.of_records` of the first they fail.

    Where everything is trusted, nobody needs the rule, and it is quicker to read only the records that count.
    """
    if trust == "everything":
        return (
            f"SELECT *, CAST(NULL AS TINYINT) AS failed_rule FROM checked_record WHERE {none_broken(rules.of_records)}"
        )
    numbered = [(number, rule.fails) for number, rule in enumerate(rules.of_records)]
    return (
        f"SELECT *, CAST({first_broken(numbered)} AS TINYINT) AS failed_rule FROM checked_record WHERE NOT is_repeated"
    )


def with_relations(relations: Mapping[str, str], statement: str) -> str:
    """A statement that brings the relations it reads with it, in place of defined ones of the same names.

    `NOT MATERIALIZED` lets DuckDB read only the columns and rows that the statement needs, as it does with views.
    """
    listed = ", ".join(f"{name} AS NOT MATERIALIZED ({text})" for name, text in relations.items())
    return f"WITH {listed} {statement}"
