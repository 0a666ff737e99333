"""Well-formed answers with wrong content: a JSON body made wrong by one kind of fault."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

Rng = random.Random
_Path = tuple[str, ...]
_TOTALS = ("count", "total", "totalElements")


def spoiled(kind: str, rng: Rng, body: bytes) -> bytes:
    """A JSON body made wrong by one of the kinds of `CONTENT`, unless it is no JSON."""
    try:
        document = json.loads(body)
    except ValueError:
        return body
    _WAYS[kind](document, rng)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _records(document: Any) -> dict[_Path, list[dict[str, Any]]]:
    """All objects of a document by where they stand, positions in lists left out."""
    records: dict[_Path, list[dict[str, Any]]] = {}
    for path, value in _walk(document, ()):
        if isinstance(value, dict) and value:
            records.setdefault(path, []).append(value)
    return records


def _walk(value: Any, path: _Path) -> Iterator[tuple[_Path, Any]]:
    yield path, value
    if isinstance(value, dict):
        for name, inside in value.items():
            yield from _walk(inside, (*path, name))
    elif isinstance(value, list):
        for inside in value:
            yield from _walk(inside, (*path, "[]"))


def _longest(document: Any) -> list[Any]:
    """The longest list of a document, which holds its main records."""
    lists = [value for _, value in _walk(document, ()) if isinstance(value, list)]
    return max(lists, key=len, default=[])


def _chosen(document: Any, rng: Rng) -> tuple[list[dict[str, Any]], str] | None:
    """Records of one kind and one of their fields."""
    records = _records(document)
    if not records:
        return None
    same_kind = records[rng.choice(sorted(records))]
    return same_kind, rng.choice(sorted(same_kind[0]))


def _truncate(document: Any, _: Rng) -> None:
    rows = _longest(document)
    del rows[len(rows) * 2 // 3 :]


def _duplicate(document: Any, _: Rng) -> None:
    rows = _longest(document)
    rows.extend(list(rows))


def _move(document: Any, rng: Rng) -> None:
    """Records have come and gone since the page before: the first is missing and the total is another."""
    rows = _longest(document)
    del rows[: max(1, len(rows) // 10)]
    _totals(document, lambda total: total + rng.randint(1, 3))


def _miscount(document: Any, _: Rng) -> None:
    _totals(document, lambda total: total // 2)


def _totals(document: Any, change: Callable[[int], int]) -> None:
    for head in _heads(document):
        for name in _TOTALS:
            if isinstance(head, dict) and isinstance(head.get(name), int):
                head[name] = change(head[name])


def _heads(document: Any) -> list[Any]:
    """Where an answer says how long it is."""
    return [document] if isinstance(document, dict) else document[:1] if isinstance(document, list) else []


def _rename(document: Any, rng: Rng) -> None:
    if (chosen := _chosen(document, rng)) is not None:
        for record in chosen[0]:
            if chosen[1] in record:
                record[f"{chosen[1]}New"] = record.pop(chosen[1])


def _remove(document: Any, rng: Rng) -> None:
    if (chosen := _chosen(document, rng)) is not None:
        for record in chosen[0]:
            record.pop(chosen[1], None)


def _add(document: Any, rng: Rng) -> None:
    if (chosen := _chosen(document, rng)) is not None:
        for record in chosen[0]:
            record["syntheticNewField"] = 1


def _retype(document: Any, rng: Rng) -> None:
    if (chosen := _chosen(document, rng)) is not None:
        wrong: Sequence[Any] = ("not a number", {"value": 1}, [1, 2], -1, True, None, 1e308, "2024-13-45")
        rng.choice(chosen[0])[chosen[1]] = rng.choice(wrong)


def _empty(document: Any, _: Rng) -> None:
    """An answer in the right shape that has nothing in it."""
    for path, value in list(_walk(document, ())):
        if isinstance(value, list) and path:
            value.clear()
    _totals(document, lambda _: 0)
    if isinstance(document, list) and len(document) > 1 and isinstance(document[1], list):  # the World Bank's pages
        document[1].clear()


def _lengthen(document: Any, _: Rng) -> None:
    """One page more than this one, whichever it is."""
    for head in _heads(document):
        for number, pages in (("pageNumber", "totalPages"), ("page", "pages")):
            if isinstance(head, dict) and isinstance(head.get(number), int):
                head[pages] = head[number] + 1


def _unnumber(document: Any, rng: Rng) -> None:
    """A number that is none: NaN or Infinity, which Python writes and reads as if it were JSON."""
    numbers = [
        (record, name)
        for records in _records(document).values()
        for record in records
        for name, value in record.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    if numbers:
        record, name = rng.choice(numbers)
        record[name] = rng.choice((float("nan"), float("inf"), float("-inf")))


_WAYS: dict[str, Callable[[Any, Rng], None]] = {
    "page_truncated": _truncate,
    "page_duplicated": _duplicate,
    "index_moved": _move,
    "count_off": _miscount,
    "field_renamed": _rename,
    "field_removed": _remove,
    "field_added": _add,
    "wrong_type": _retype,
    "no_number": _unnumber,
    "page_emptied": _empty,
    "page_loop": _lengthen,
}

CONTENT = tuple(_WAYS)
"""The kinds: pages cut, doubled, moved, emptied or without end; totals, fields, types and numbers that are wrong."""
