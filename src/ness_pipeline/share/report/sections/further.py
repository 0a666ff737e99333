"""Metric tables that no other part shows: the latest value of each metric by group, and why groups have none.

A new metric table appears here without a line of code, unless its contract names the part that shows it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from ness_pipeline.contract.dictionary import Column, Table, tables
from ness_pipeline.schemas.vocabulary import ROLL_UPS, TAXON_GROUPS
from ness_pipeline.share.report.published import Row
from ness_pipeline.share.report.sections.base import Part, Subject, newest, no_table
from ness_pipeline.share.report.wording import kind_of, label_of, number, reason_of, table_of, unit_of

ORDER = 78
TITLE = "Further measures"
_GROUPS = (*TAXON_GROUPS, *ROLL_UPS)


def build(subject: Subject) -> Part:
    """Each table without a section of its own, with all its metrics."""
    blocks = [_block(subject, table) for table in tables().values() if table.measures and table.section is None]
    return Part("further", TITLE, None if blocks else no_table("further measures"), {}, {"blocks": blocks})


def _block(subject: Subject, table: Table) -> Row:
    """One table: its title, its metrics, or why there is nothing to show."""
    by_key: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    keys = [name for name in table.grain if name not in {"country_code", "year"}]
    for row in subject.rows(table.name):
        by_key[tuple(row.get(name) for name in keys)].append(row)
    title = table_of(table.short_name)
    missing = None if by_key else subject.nothing_in(table)
    groups = {_group(subject, keys, key): by_key[key] for key in sorted(by_key, key=_order)}
    metrics = [_metric(column, groups) for column in table.measures] if groups else []
    return {"key": table.short_name, "title": title, "missing": missing, "metrics": metrics}


def _order(key: Sequence[Any]) -> tuple[tuple[int, str], ...]:
    """A sorting key: reporting groups in their usual order, everything else by name."""
    return tuple((_GROUPS.index(part) if part in _GROUPS else len(_GROUPS), str(part)) for part in key)


def _group(subject: Subject, keys: Sequence[str], key: Sequence[Any]) -> str:
    """The label of one key: the reporting group and the other key columns, joined by commas."""
    words = [
        subject.group_label(part) if name == "taxon_group" else str(part) for name, part in zip(keys, key, strict=True)
    ]
    return ", ".join(word for word in words if word)


def _metric(column: Column, groups: dict[str, list[Row]]) -> Row:
    """One metric: its latest value in each group that has one which may be quoted, and the reasons of all others."""
    about = column.measure
    assert about is not None  # noqa: S101  (only published numbers are passed)
    kind = kind_of(column.name, column.unit)
    values, withheld = [], defaultdict(list)
    for group, rows in groups.items():
        row = newest(rows, column.name, about.reportable)
        if row is None:
            latest = max(rows, key=lambda row: row.get("year") or 9999)
            withheld[reason_of(latest.get(about.reason))].append(group)
            continue
        bounds = [row.get(name) for name in (about.lower or about.range_low, about.upper or about.range_high) if name]
        has_range = len(bounds) > 1 and None not in bounds
        values.append(
            {
                "group": group,
                "year": row.get("year"),
                "text": number(row[column.name], kind),
                "range": " to ".join(number(bound, kind) for bound in bounds) if has_range else "",
            }
        )
    return {
        "name": column.name,
        "label": label_of(column.name),
        "unit": unit_of(column.name, column.unit),
        "description": column.description,
        "values": values,
        "withheld": [(reason, [group for group in listed if group]) for reason, listed in withheld.items()],
    }
