"""Licences of data: their names as SPDX has them, from what people write, and which of them forbid to pass data on."""

from __future__ import annotations

import re

IUCN_TERMS = "LicenseRef-IUCN-Red-List-terms-of-use"
ALL_RIGHTS_RESERVED = "LicenseRef-all-rights-reserved"

LICENCES = {
    "CC0-1.0": ("Creative Commons Zero 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "CC-BY-4.0": ("Creative Commons Attribution 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "CC-BY-NC-4.0": (
        "Creative Commons Attribution Non-Commercial 4.0",
        "https://creativecommons.org/licenses/by-nc/4.0/",
    ),
    "CC-BY-SA-4.0": ("Creative Commons Attribution Share Alike 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
    "MIT": ("MIT License", "https://spdx.org/licenses/MIT.html"),
    IUCN_TERMS: ("IUCN Red List terms of use", "https://www.iucnredlist.org/terms/terms-of-use"),
}
"""Title and address of the licences that sources name."""

FORBIDDING = frozenset({IUCN_TERMS, ALL_RIGHTS_RESERVED})
"""Licences that do not allow to pass the data on."""

_SHORT = {
    r"creative ?commons(?: org licenses)?": "cc",
    "attribution": "by",
    "non ?commercial": "nc",
    "share ?alike": "sa",
    "no ?deriv(?:ative)?s": "nd",
}
"""Words of Creative Commons to their short form."""
_CREATIVE_COMMONS = re.compile(r"\bcc (by(?: (?:nc|sa|nd))*)(?: [a-z]+)? ([1-4]) ([05])( igo)?\b")


def licence_named(text: str) -> str:
    """The SPDX name of a licence that somebody writes as `CC BY 4.0`, by its title or address; else the text itself."""
    known = {_plain(word): name for name, (title, url) in LICENCES.items() for word in (name, title, url)}
    words = _plain(text)
    if words in known:
        return known[words]
    for long, short in _SHORT.items():
        words = re.sub(long, short, words)
    if found := _CREATIVE_COMMONS.search(words):
        terms, major, minor, igo = found.groups(default="")
        return f"CC-{terms.replace(' ', '-').upper()}-{major}.{minor}{igo.replace(' ', '-').upper()}"
    if re.search(r"\bcc ?0\b|\bcc zero\b|publicdomain zero", words):
        return "CC0-1.0"
    if "all rights reserved" in words:
        return ALL_RIGHTS_RESERVED
    return IUCN_TERMS if re.search(r"\biucn\b.*\bterms\b", words) else text.strip()


def _plain(text: str) -> str:
    """The letters and digits of a text, in lower case, parted by single blanks."""
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def may_be_passed_on(licence: str | None) -> bool:
    """Whether a licence allows to pass the data on; where none is stated, nothing forbids it."""
    return licence is None or licence_named(licence) not in FORBIDDING
