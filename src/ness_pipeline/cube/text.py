"""The SQL of `warehouse/cube/`, with its variables replaced by values for DuckDB, and translated for Spark.

The SQL is written for DuckDB, with its macros and variables. The engines replace the variables by the values of the options,
so that branches of a CASE that nobody chose cost nothing. Spark has no macros with untyped arguments, so their calls are
replaced by their bodies before sqlglot translates the rest.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import cast

import sqlglot
from sqlglot import exp

from ness_pipeline.paths import sql_folder
from ness_pipeline.sql import literal

Variables = Mapping[str, str | int | float | None]

_Macros = Mapping[str, tuple[tuple[str, ...], exp.Expression]]
_MACRO = re.compile(r"CREATE OR REPLACE MACRO (\w+)\(([^)]*)\) AS\s(.*?);\s*(?=CREATE|\Z)", re.DOTALL)
_SPARK_NAMES = {"error": "raise_error"}
_OF_THE_ENGINE = frozenset({"h3_code"})
"""Functions that an engine gets from a library; their macros only say so to whom calls them elsewhere."""
_WITH_NULLS = sqlglot.parse_one("map('ignoreNullFields', 'false')", read="spark")


def sql_text(name: str) -> str:
    """A statement of `warehouse/cube/`."""
    return (sql_folder("cube") / f"{name}.sql").read_text(encoding="utf-8")


@functools.cache
def _macros() -> dict[str, tuple[tuple[str, ...], exp.Expression]]:
    """The scalar macros of `warehouse/macros/`: name to parameters and body."""
    macros: dict[str, tuple[tuple[str, ...], exp.Expression]] = {}
    for file in sorted(sql_folder("macros").glob("*.sql")):
        code = re.sub(r"(?m)^--.*$", "", file.read_text(encoding="utf-8"))
        for name, parameters, body in _MACRO.findall(code.strip() + "\n"):
            if name not in _OF_THE_ENGINE and not body.lstrip().upper().startswith(("TABLE", "(SELECT", "SELECT")):
                names = tuple(part.partition(":=")[0].strip() for part in parameters.split(",") if part.strip())
                macros[name.lower()] = names, cast("exp.Expression", sqlglot.parse_one(body, read="duckdb"))
    return macros


def for_duckdb(statement: str, variables: Variables) -> str:
    """A statement with variables replaced by their values."""
    if "getvariable" not in statement:
        return statement
    tree = cast("exp.Expression", sqlglot.parse_one(statement, read="duckdb"))
    return str(_expanded(tree, variables, {}).sql(dialect="duckdb"))


def for_spark(statement: str, variables: Variables) -> str:
    """A statement in the SQL of Spark, with macros replaced by their bodies and variables by their values."""
    tree = cast("exp.Expression", sqlglot.parse_one(statement, read="duckdb"))
    return str(_expanded(tree, variables, _macros()).transform(_to_spark).sql(dialect="spark"))


def _expanded(tree: exp.Expression, variables: Variables, macros: _Macros) -> exp.Expression:
    """Variables replaced by their values, and macros by their bodies, from the outside in."""

    def expand(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Anonymous) and node.name.lower() in macros:
            names, body = macros[node.name.lower()]
            arguments: dict[str, exp.Expression] = {name: exp.null() for name in names}
            for place, argument in enumerate(node.expressions):
                if isinstance(argument, exp.PropertyEQ):  # event_time := 'x'
                    arguments[argument.this.name] = argument.expression
                else:
                    arguments[names[place]] = argument
            return _expanded(_with_arguments(body, arguments), variables, macros)
        if (name := _variable(node)) is not None:
            return cast("exp.Expression", sqlglot.parse_one(literal(variables[name]), read="duckdb"))
        if isinstance(node, exp.Case) and (name := _variable(node.this)) is not None:
            return _expanded(_branch(node, variables[name]), variables, macros)
        return node

    return tree.transform(expand)


def _variable(node: exp.Expression | None) -> str | None:
    """The name of the variable that an expression reads; None for other expressions."""
    if isinstance(node, exp.Anonymous) and node.name.lower() == "getvariable":
        return str(node.expressions[0].name)
    return None


def _branch(case: exp.Case, value: object) -> exp.Expression:
    """The result of a CASE over a variable for one value of it."""
    for branch in case.args["ifs"]:
        if value is not None and branch.this.name == str(value):
            return cast("exp.Expression", branch.args["true"])
    default = case.args.get("default")
    return default if default is not None else exp.cast(exp.null(), "varchar")


def _with_arguments(body: exp.Expression, arguments: Mapping[str, exp.Expression]) -> exp.Expression:
    """The body of a macro with its parameters replaced by arguments, in parentheses where precedence needs them."""

    def replace(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Column) and not node.table and node.name in arguments:
            argument = arguments[node.name].copy()
            return exp.Paren(this=argument) if isinstance(argument, (exp.Binary, exp.Neg)) else argument
        return node

    return exp.Paren(this=body.copy().transform(replace))


def _to_spark(node: exp.Expression) -> exp.Expression:
    """Translate what sqlglot leaves as it is in DuckDB."""
    if isinstance(node, exp.Anonymous) and node.name.lower() in _SPARK_NAMES:
        return exp.Anonymous(this=_SPARK_NAMES[node.name.lower()], expressions=node.expressions)
    if isinstance(node, exp.Anonymous) and node.name.lower() == "to_json":  # Spark leaves empty values out by itself
        return exp.Anonymous(this="to_json", expressions=[*node.expressions, _WITH_NULLS.copy()])
    if isinstance(node, exp.ArrayOverlaps):
        return exp.Anonymous(this="arrays_overlap", expressions=[node.this, node.expression])
    if isinstance(node, exp.RegexpReplace) and isinstance(node.args.get("replacement"), exp.Literal):
        replacement = re.sub(r"\\(\d)", r"$\1", node.args["replacement"].name)
        node.set("replacement", exp.Literal.string(replacement))
    return node
