"""Every published number of the country in its latest value, so that a new metric appears by itself."""

from __future__ import annotations

import dataclasses
from collections import defaultdict

from ness_pipeline.share.report.index_rows import STEMS, doubt_in_words
from ness_pipeline.share.report.index_rows import TABLE as INDEX_TABLE
from ness_pipeline.share.report.sections.base import Part, Quoted, Subject, no_rows
from ness_pipeline.share.report.wording import table_of

ORDER = 80
TITLE = "All numbers"


def build(subject: Subject) -> Part:
    """The latest value of each measure, by metric table."""
    tables: dict[str, list[Quoted]] = defaultdict(list)
    index = subject.rows(INDEX_TABLE)
    for row in subject.latest():
        about = subject.edition.metrics.get(row["metric"])
        group = subject.group_label(row["taxon_group"]) if row["taxon_group"] else None
        table = about["table_name"].split(".")[-1] if about else "other"
        quoted = Quoted.of(row, subject.edition.metrics, group)
        if row["metric"] in STEMS:
            doubts = [doubt_in_words(one, row["metric"]) for one in index if one["year"] == row["year"]]
            quoted = dataclasses.replace(quoted, description=" ".join([quoted.description, *doubts]))
        tables[table].append(quoted)
    missing = None if tables else no_rows("anything", subject.country["country_name"])
    blocks = [(table_of(table), quoted) for table, quoted in sorted(tables.items())]
    return Part("numbers", TITLE, missing, {}, {"blocks": blocks})
