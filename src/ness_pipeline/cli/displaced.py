"""What a load displaces, and what displaces it, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a second of imports that questions need not wait for
    from ness_pipeline.run.file_loaded import Displaced, FileLoaded


def displaced_sentence(displaced: Displaced, loaded: FileLoaded) -> str:
    """What one row of `ops.displaced` says of a load."""
    about = f" for {displaced.species:,} species" if displaced.species else ""
    about += f" of {displaced.countries}" if displaced.countries else ""
    if displaced.reason == "own_file":
        ours = displaced.by_rows or displaced.rows
        verb = "displaces" if ours == 1 else "displace"
        return f"{_counted(ours, displaced.table_name)} {verb} {displaced.rows:,} of {displaced.source}{about}."
    is_ours = (displaced.source, displaced.unit) == (loaded.source, loaded.unit)
    other = displaced.by_unit if is_ours else displaced.unit
    whose = "" if is_ours else f" of {other}"
    rows = f"{_counted(displaced.rows, displaced.table_name)}{whose}{about}"
    if displaced.reason == "contradiction" and (displaced.source, displaced.unit) == (
        displaced.by_source,
        displaced.by_unit,
    ):
        return f"{rows}: not counted, because rows of this load that speak of the same differ (ops.set_aside); correct the file and load it again."
    later = f"{other} is later" if is_ours else "this load is later"
    why = {
        "same": f"also in {other if is_ours else 'this load'}; counted once.",
        "older": f"not counted, because {later}.",
        "fewer_records": f"not counted, because they may be the same as the records of {displaced.by_unit}, which are more.",
        "contradiction": f"not counted, nor is what {other if is_ours else 'this load'} says of the same, because the two differ; "
        "say which is later (--as-of), or which takes the other's place (--replace).",
    }
    return f"{rows}: {why[displaced.reason]}"


def _counted(number: int, table_name: str) -> str:
    """A number of rows of a table, or of records."""
    one, more = ("record", "records") if table_name == "core.occurrence_cube" else ("row", "rows")
    of_table = "" if table_name == "core.occurrence_cube" else f" of {table_name}"
    return f"{number:,} {one if number == 1 else more}{of_table}"
