"""Darwin Core archives whose description or notes are hostile."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

from hostile.cases import add, loads
from own_files import records

ROWS = records({}, {})
COLUMNS = list(ROWS[0])
TABLE = "".join("\t".join(map(str, row)) + "\n" for row in [COLUMNS, *(row.values() for row in ROWS)])
FIELDS = "".join(
    f'<field index="{number}" term="http://rs.tdwg.org/dwc/terms/{name}"/>' for number, name in enumerate(COLUMNS)
)
BOMB = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(20)
) + "]>"  # fmt: skip
OUTSIDE = '<!DOCTYPE x [<!ENTITY u SYSTEM "file:///etc/passwd">]>'


def meta(
    *,
    core: str = "",
    fields: str = FIELDS,
    location: str = "occurrence.txt",
    before: str = "",
    encoding: str = "UTF-8",
    delimiter: str = "\\t",
    lines: str = "1",
) -> str:
    """A description of an archive."""
    return (
        f'<?xml version="1.0"?>{before}<archive xmlns="http://rs.tdwg.org/dwc/text/"><core encoding="{encoding}" '
        f'fieldsTerminatedBy="{delimiter}" fieldsEnclosedBy="" ignoreHeaderLines="{lines}" {core} '
        f'rowType="http://rs.tdwg.org/dwc/terms/Occurrence"><files><location>{location}</location></files>'
        f'<id index="0"/>{fields}</core></archive>'
    )


def archive(folder: Path, description: str | bytes, more: Mapping[str, str] | None = None) -> Path:
    """A zip of a table, its description and other files."""
    with zipfile.ZipFile(folder / "archive.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("meta.xml", description)
        packed.writestr("occurrence.txt", TABLE)
        for name, text in (more or {}).items():
            packed.writestr(name, text)
    return folder / "archive.zip"


def _field(index: str) -> str:
    return FIELDS + f'<field index="{index}" term="http://rs.tdwg.org/dwc/terms/locality"/>'


add("a good archive", lambda folder: archive(folder, meta()), "loaded")
for index in ("99999999", "-1", "1" + "0" * 30, "x", "1.5", ""):
    add(f"meta.xml: index {index[:9]!r}", lambda folder, index=index: archive(folder, meta(fields=_field(index))), "refused", "loaded")  # type: ignore[misc]  # fmt: skip
add("meta.xml: id of column 99999999", lambda folder: archive(folder, meta().replace('<id index="0"', '<id index="99999999"')), "refused", "loaded")  # fmt: skip
add("meta.xml: id of column -5", lambda folder: archive(folder, meta().replace('<id index="0"', '<id index="-5"')))
for delimiter in ("||", "", "\\n", "&#10;", "\\", "é", "\\t\\t"):
    add(f"meta.xml: delimiter {delimiter!r}", lambda folder, delimiter=delimiter: archive(folder, meta(delimiter=delimiter)), "refused", *(() if delimiter else ("loaded",)))  # type: ignore[misc]  # fmt: skip
add("meta.xml: quote of two characters", lambda folder: archive(folder, meta().replace('fieldsEnclosedBy=""', 'fieldsEnclosedBy="ab"')))  # fmt: skip
for lines in ("x", "-1", "1" + "0" * 12, "1" + "0" * 400):
    add(f"meta.xml: {lines[:14]} header lines", lambda folder, lines=lines: archive(folder, meta(lines=lines)))  # type: ignore[misc]  # fmt: skip
for encoding in ("unicode_escape", "idna", "rot13", "zlib", "base64", "punycode", "undefined", "raw_unicode_escape", "uu", "mbcs", "nothing", "a" * 5000):  # fmt: skip
    add(f"meta.xml: encoding {encoding[:20]}", lambda folder, encoding=encoding: archive(folder, meta(encoding=encoding)))  # type: ignore[misc]  # fmt: skip
for location in ("", "../../../../etc/passwd", "/etc/passwd", ".", "nothing.txt", "a\nb", "x" * 5000, "&#9;"):
    add(f"meta.xml: location {location[:22]!r}", lambda folder, location=location: archive(folder, meta(location=location)))  # type: ignore[misc]  # fmt: skip
add("meta.xml: entities that multiply", lambda folder: archive(folder, meta(before=BOMB, location="&u;")))
add("meta.xml: entity from outside", lambda folder: archive(folder, meta(before=OUTSIDE, location="&u;")))
add("meta.xml: entities in UTF-16", lambda folder: archive(folder, meta(before=BOMB, location="&u;").encode("utf-16")))
add("meta.xml: a hundred thousand levels", lambda folder: archive(folder, "<a>" * 100_000))
add("meta.xml: fifty thousand levels, closed", lambda folder: archive(folder, meta(fields=FIELDS + "<a>" * 50_000 + "</a>" * 50_000)), "refused", "loaded")  # fmt: skip
add("meta.xml: ten thousand fields", lambda folder: archive(folder, meta(fields=FIELDS + "".join(f'<field index="{n}" term="t{n}"/>' for n in range(10_000)))), "refused", "loaded")  # fmt: skip
add("meta.xml: no core", lambda folder: archive(folder, "<archive/>"))
add("meta.xml: two locations of one file", lambda folder: archive(folder, meta(location="occurrence.txt</location><location>occurrence.txt")), "refused", "loaded")  # fmt: skip
add("meta.xml: no files", lambda folder: archive(folder, meta().replace("<files>", "<other>").replace("</files>", "</other>")))  # fmt: skip
add("meta.xml: terms that command a terminal", lambda folder: archive(folder, meta(fields=FIELDS + '<field index="3" term="&#x9b;31m&#x202e;x"/>')), "refused", "loaded")  # fmt: skip
add("meta.xml: empty", lambda folder: archive(folder, ""))
add("meta.xml: a default of a megabyte", lambda folder: archive(folder, meta(fields=FIELDS + f'<field default="{"x" * 900_000}" term="t"/>')), "refused", "loaded")  # fmt: skip


@loads("refused")
def an_archive_of_which_the_table_is_a_pipe(folder: Path) -> Path:
    """Nobody writes into it, so opening it would wait for ever."""
    (folder / "archive").mkdir()
    (folder / "archive" / "meta.xml").write_text(meta())
    os.mkfifo(folder / "archive" / "occurrence.txt")
    return folder / "archive"


DEEP = "[" * 200_000
NOTES = {
    "datapackage.json: two hundred thousand levels": ("datapackage.json", DEEP),
    "datapackage.json: deep and closed": ("datapackage.json", '{"a":' * 100_000 + "1" + "}" * 100_000),
    "request.json: two hundred thousand levels": ("request.json", DEEP),
    "datapackage.json: NaN and endless numbers": ("datapackage.json", '{"version": NaN, "licenses": [1e999], "x": ' + "9" * 9000 + "}"),
    "datapackage.json: a list": ("datapackage.json", "[1, 2]"),
    "datapackage.json: hidden characters": ("datapackage.json", json.dumps({"citation": "\x1b]52;c;x\x07\u202egnp", "licenses": [{"name": "\x9b31m"}]})),
    "datapackage.json: half a letter": ("datapackage.json", '{"citation": "\\ud800", "licenses": [{"name": "\\udfff"}]}'),
    "eml.xml: entities that multiply": ("eml.xml", f"{BOMB}<eml>&u;</eml>"),
    "eml.xml: entity from outside": ("eml.xml", f"{OUTSIDE}<eml><dataset><title>&u;</title></dataset></eml>"),
    "eml.xml: two hundred thousand levels": ("eml.xml", "<a>" * 200_000),
    "eml.xml: a hundred thousand levels, closed": ("eml.xml", "<a>" * 100_000 + "x" + "</a>" * 100_000),
    "citations.txt: a line of a megabyte": ("citations.txt", "GBIF Occurrence Download " + "x" * 1_000_000),
    "rights.txt: zero bytes": ("rights.txt", "\x00" * 1000),
}  # fmt: skip
for name, (note, text) in NOTES.items():
    add(name, lambda folder, note=note, text=text: archive(folder, meta(), {note: text}), "loaded")  # type: ignore[misc]
