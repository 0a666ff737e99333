"""Missing values and their reasons: numbers withheld, measures without a value, sources that failed."""

from __future__ import annotations

from collections import defaultdict

from ness_pipeline.share.report.sections.base import Part, Subject
from ness_pipeline.share.report.wording import MISSING, day, label_of, missing_of, reason_of, source_of

ORDER = 90
TITLE = "What is missing, and why"
KINDS = {
    "none": "No such number exists",
    "not quoted": "Not quoted",
    "does not apply": "Does not apply",
    MISSING: "No data loaded",
}
"""How `missing_of` writes a missing number, and the heading of such numbers."""


def build(subject: Subject) -> Part:
    """Numbers that may not be quoted by reason, measures without any row, and sources behind on this country."""
    by_kind: dict[str, dict[str, dict[str, list[str]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    seen = set()
    for row in subject.latest():
        seen.add(row["metric"])
        if not row["reportable"]:
            group = subject.group_label(row["taxon_group"]) if row["taxon_group"] else ""
            measures = by_kind[missing_of(row["reason"])][reason_of(row["reason"])]
            measures[label_of(row["metric"])].append(group)
    absent = sorted(label_of(metric) for metric in subject.edition.metrics if metric not in seen)
    behind = [
        {"source": source_of(gap["source"]), "unit": gap["unit"], "error": gap["error"], "since": day(gap["loaded_at"])}
        for gap in subject.edition.gaps
        if gap["unit"] in {subject.code, "world"}
    ]
    kinds = [(heading, _by_reason(by_kind[kind])) for kind, heading in KINDS.items() if kind in by_kind]
    return Part("gaps", TITLE, None, {}, {"kinds": kinds, "absent": absent, "behind": behind})


def _by_reason(reasons: dict[str, dict[str, list[str]]]) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Reasons in order, each with its measures and their groups."""
    return [
        (reason, [(label, [group for group in groups if group]) for label, groups in sorted(measures.items())])
        for reason, measures in sorted(reasons.items())
    ]
