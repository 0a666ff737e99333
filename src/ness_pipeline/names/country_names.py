"""Which country a name means, in many languages, whatever its case, accents, punctuation and articles.

A name counts as a whole, never a word in it: `Guinea Ecuatorial` has nothing to do with Guinea. The names are those of Unicode
CLDR, as Babel has them, and those of `warehouse/seeds/country/names.csv`, which CLDR lacks: the United Nations' own in its six
languages, and spellings of publishers. Names of areas that are no country, such as regions of the world, are among both, so
that no country takes them.
"""

from __future__ import annotations

import csv
import difflib
import functools
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from ness_pipeline.paths import sql_folder

UN_LANGUAGES = ("ar", "zh", "zh_Hant", "en", "fr", "ru", "es")
"""Locales of CLDR in the six languages of the United Nations. What a name means there, no other language changes."""
OTHER_LANGUAGES = tuple(
    "bg bn ca cs da de el et fa fi fil ga he hi hr hu hy id is it ja ka ko lt lv mk mn ms mt nb ne nl pl pt ro sk sl sq "  # noqa: SIM905  (49 quoted words read worse)
    "sr sr_Latn sv sw ta th tr uk ur vi".split()
)
"""Other locales of CLDR, of languages that a state has by law and many people write.

Not all of them: names of a few letters in small languages are other words and codes elsewhere (`man`, `male`, `os`).
"""
FEWEST_LETTERS = 4
"""Names in `OTHER_LANGUAGES` that have fewer Latin letters count for nothing: without its accents, Italy is `y` in Vietnamese."""
APOSTROPHES = frozenset("'`\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}")
NOT_NAMES = frozenset({"XA", "XB", "ZZ"})
"""Codes of CLDR that stand for no area: made-up accents, and an unknown region."""
JOINING_WORDS = frozenset(
    "the of and l la le les el los las de del des du d da do dos e y et".split()  # noqa: SIM905  (21 quoted words read worse)
)
ABBREVIATIONS = {
    "dem": "democratic",
    "fed": "federated",
    "is": "islands",
    "rep": "republic",
    "st": "saint",
    "sts": "states",
}
SIMILAR = 0.8
"""How similar a misspelt name must be to one that is suggested (difflib's ratio, from 0 to 1)."""

_Names = Mapping[str, frozenset[str]]


def countries_with_name(name: str) -> frozenset[str]:
    """ISO alpha-2 codes of the areas that a name means; an area that is no country has a code that ISO 3166-1 lacks."""
    for names in (_names_in_un_languages, _names_in_other_languages):
        known = names()
        codes = frozenset[str]().union(*(known.get(key, frozenset()) for key in _keys(name)))
        if codes:
            return codes
    return frozenset()


def similar_countries(name: str) -> tuple[str, ...]:
    """ISO alpha-2 codes of the areas whose name in a language of the United Nations is most like a misspelt one."""
    known = _names_in_un_languages()
    codes: dict[str, None] = {}
    for key in sorted(_keys(name)):
        candidates = [candidate for candidate in known if candidate[:1] == key[:1]]
        for similar in difflib.get_close_matches(key, candidates, n=3, cutoff=SIMILAR):
            codes |= dict.fromkeys(sorted(known[similar]))
    return tuple(codes)


def _keys(name: str) -> set[str]:
    """Forms of a name that are equal for two ways of writing it.

    `Tanzania, United Republic of` is `United Republic of Tanzania` with its words in alphabetical order; `Viet Nam` is
    `Vietnam` with its words joined; in `Cote dIvoire` an apostrophe is left out that stands for a blank elsewhere.
    """
    keys = set()
    for apostrophe in ("", " "):
        words = _words(name, apostrophe)
        keys |= {"".join(words), " ".join(sorted(words))}
    return keys - {""}


def _words(name: str, apostrophe: str) -> list[str]:
    """The words of a name without accents, punctuation and articles, abbreviations written out."""
    letters = []
    for letter in unicodedata.normalize("NFKD", name.casefold()):
        if letter in APOSTROPHES:
            letters.append(apostrophe)
        elif letter == "." or unicodedata.combining(letter) or unicodedata.category(letter) == "Cf":
            continue
        else:
            letters.append(" " if unicodedata.category(letter)[0] in "PSZC" else letter)
    words = "".join(letters).split()
    telling = [word for word in words if word not in JOINING_WORDS] or words
    return [ABBREVIATIONS.get(word, word) for word in telling]


@functools.cache
def _names_in_un_languages() -> _Names:
    """The codes that each name means, by its keys: names of the seeds, and of CLDR in the languages of the United Nations."""
    return _by_key([*_seed_names(), *_cldr_names(UN_LANGUAGES)])


@functools.cache
def _names_in_other_languages() -> _Names:
    """As `_names_in_un_languages`, of CLDR in `OTHER_LANGUAGES`."""
    names = _by_key(_cldr_names(OTHER_LANGUAGES))
    return {key: codes for key, codes in names.items() if len(key) >= FEWEST_LETTERS or not key.isascii()}


def _by_key(names: Iterable[tuple[str, str]]) -> _Names:
    codes_by_key: defaultdict[str, set[str]] = defaultdict(set)
    for code, name in names:
        for key in _keys(name):
            codes_by_key[key].add(code)
    return {key: frozenset(codes) for key, codes in codes_by_key.items()}


def _seed_names() -> Iterator[tuple[str, str]]:
    """Code and name of each row of the two seeds; the code is empty for what is no country."""
    for file, column in (("codes.csv", "country_name"), ("names.csv", "name")):
        with (sql_folder("seeds") / "country" / file).open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                yield row["country_code"], row[column]


def _cldr_names(locales: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Code and name of each area in some locales; regions of the world have numbers as codes."""
    from babel import Locale  # noqa: PLC0415  (codes, which most people write, are found without)

    for locale in locales:
        for code, name in Locale.parse(locale).territories.items():
            if code not in NOT_NAMES:
                yield code, name
