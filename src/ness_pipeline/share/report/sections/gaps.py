"""Missing values and their reasons: numbers withheld, measures without a value, sources that failed."""

from __future__ import annotations

from collections import defaultdict

from ness_pipeline.share.report.sections.base import Part, Subject
from ness_pipeline.share.report.wording import day, label_of, reason_of, source_of

ORDER = 90
TITLE = "What is missing, and why"


def build(subject: Subject) -> Part:
    """Numbers that may not be quoted by reason, measures without any row, and sources behind on this country."""
    withheld: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    seen = set()
    for row in subject.latest():
        seen.add(row["metric"])
        if not row["reportable"]:
            group = subject.group_label(row["taxon_group"]) if row["taxon_group"] else ""
            withheld[reason_of(row["reason"])][label_of(row["metric"])].append(group)
    absent = sorted(label_of(metric) for metric in subject.edition.metrics if metric not in seen)
    behind = [
        {"source": source_of(gap["source"]), "unit": gap["unit"], "error": gap["error"], "since": day(gap["loaded_at"])}
        for gap in subject.edition.gaps
        if gap["unit"] in {subject.code, "world"}
    ]
    reasons = [
        (reason, [(label, [group for group in groups if group]) for label, groups in sorted(measures.items())])
        for reason, measures in sorted(withheld.items())
    ]
    return Part("gaps", TITLE, None, {}, {"reasons": reasons, "absent": absent, "behind": behind})
