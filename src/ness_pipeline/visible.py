"""Text of data as people may be shown it: characters that command a terminal, or turn the text around, can be seen."""

from __future__ import annotations

import re

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # commands to terminals, but for tab and line feed
    "\u061c\u2028-\u202e\u2066-\u2069"  # line ends and marks of direction: what follows would be shown in another order
    "\ud800-\udfff"  # bytes of names of files that are no text
    "\U000e0000-\U000e007f]"  # tags: letters that nobody sees
)
_LINE_ENDS = {"\n": "\\n", "\t": "\\t"}


def visible(text: str) -> str:
    """The text with every hidden character as its code, as Python writes it; line feeds and tabs stay."""
    return _HIDDEN.sub(lambda match: _code(match[0]), text)


def in_one_line(text: str) -> str:
    """The same where line feeds and tabs are codes, too: a sentence, or one value of a table."""
    return visible("".join(_LINE_ENDS.get(letter, letter) for letter in text) if "\n" in text or "\t" in text else text)


def _code(letter: str) -> str:
    number = ord(letter)
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"  # noqa: PLR2004  (as Python and C write them)
