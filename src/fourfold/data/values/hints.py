"""What is said of words that numbers stand in: why they are not taken for these."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

__all__ = [
    "BLANK", "CODED", "SEPARATORS", "SEVERAL", "are_points", "coded", "cut_at", "hint_of", "labels_in",
    "list_by_blanks", "may_be_lists", "of_codes", "of_labels", "of_limit", "of_objects", "of_versions",
]  # fmt: skip

TAGS = "><"
SEPARATORS = (";", "|", ",", TAGS)
"""What may stand between the labels of one cell; the first that occurs in the column does."""

BLANK = " "
"""What stands between them where `list_by_blanks` tells so."""

IN_BRACKETS = r"\([^()]*\)"
"""A part of a label, in which marks cut nothing."""

EXCEL = re.compile(
    r"\d{1,2}-(?:Jan|Feb|M[a\u00e4]r|Apr|May|Mai|Jun|Jul|Aug|Sep|O[ck]t|Nov|De[cz])"
    r"|(?:Jan|Feb|M[a\u00e4]r|Apr|May|Mai|Jun|Jul|Aug|Sep|O[ck]t|Nov|De[cz])-\d\d"
)
"""What Excel makes of 3-4 and 4-03."""

NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
MARKED = re.compile(r"[^\W_]")
RANGE = re.compile(r"\s*\d+(?:[.,]\d+)?\s*[-\u2013]\s*\d+(?:[.,]\d+)?\s*")
IDENTIFIER = re.compile(r"[+(]|\d+(?:[.:]\d+){2,}|0\d|\d{5}|(?:19|20)\d\d-")
"""Numbers of telephones, addresses of computers, versions, codes and years: no quantities."""

CODED = ("0[0-9]+", "[0-9]+[eE][0-9]+|[0-9]([.,][0-9]{1,5})?E[+]1[1-9]")
"""Numbers that may be codes: one of a column has leading zeros, or all of them an exponent without a point or sign, or
one as Excel shows instead of twelve digits and more."""

SHORTENED = re.compile("(?i)[^e]*e[+].*")
"""Those whose last digits are lost."""

LIMIT = re.compile(
    r"\s*(?:(?:[<>]=?|[\u2264\u2265])\s*(?:\d+(?:[.,]\d+)?.{0,20}|M?LO[DQ]|M?[DR]L|LLO[DQ])|BDL|BLO?[DQ])", re.DOTALL
)
"""What lies below or above what can be measured."""

BRACKETS = re.compile(r"[\[\]\"']")
"""What stands around lists, and their words, as JSON and Python write them."""

OBJECT = re.compile(r"""\s*\[?\s*\{\s*["'].*:.*\}\s*\]?\s*""", re.DOTALL)
"""An object between braces, or a list of them."""

SEVERAL = "several numbers in a cell"
POINT = re.compile(r"\s*(?:SRID=\d+;\s*)?POINT\s?[ZM]{0,2}\s*\([-+.\deE\s]+\)\s*", re.IGNORECASE)
"""A place as geographic databases write it."""

HEXADECIMAL = re.compile(r"0[xX][0-9a-fA-F]{1,16}")

FEW, MOSTLY = 1000, 0.9
"""Words by which it is told, and the share of them that has to have numbers."""

DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
PLURAL = re.compile(r"(?<=[^\W\d_])s(?![^\W\d_])")
THOUSANDS = re.compile(r"[.,](?=\d{3}(?!\d))")
UPWARDS = str.maketrans("\u25bc\u25bd\u2193\u2198\u2b07", "\u25b2\u25b3\u2191\u2197\u2b06")
"""Arrows, which stand for signs: those that point down are as those that point up."""

HERE = "\0"
"""What stands for a number in the form of a word."""

QUANTITY = re.compile(rf"(?:(?:[a-z]{{1,3}}\$|[^\w\s{HERE}]{{1,3}}) ?)?{HERE}.+|[^\w\s{HERE}]{{1,3}} ?{HERE}")
"""The form of what may be a quantity: something stands behind its first number, or a sign before it."""

BETWEEN = re.compile(rf"[^{HERE}]*{HERE}[^{HERE}]*?(?:[-\u2013\u2014]|\bto\b|\bbis\b)[^{HERE}]*{HERE}[^{HERE}]*")
"""The form of two numbers with what stands between the ends of a range."""

OPEN = re.compile(
    r"(?:[<>]=?|[\u2264\u2265]|under|over|below|above|less than|more than|unter|\u00fcber|bis|ab)"
    rf"[^\w{HERE}]*{HERE}[^{HERE}]*"
    rf"|[^\w{HERE}]*{HERE}[^{HERE}]*?(?:[-\u2013\u2014+]|\b(?:and|or|und|oder) \w+)[^{HERE}]*"
)
"""The form of a range without one of its ends, beside others that have both."""

FEWEST_FORMED, LONGEST_FORM, MOST_CODES, SHORTEST_CODE = 3, 24, 20, 3
"""Different words of one form from which on it is told, characters of the longest form; different words from which on
those whose numbers have as many digits each, and so many in one of them, are taken for codes such as 555-0123."""


def coded(word: str) -> str:
    """What to say of a column of numbers with such a word in it.

    >>> coded("007"), coded("1E5")[:22]
    ("'007' counts as 7; if these are codes, put a letter before each", "'1E5' counts as 100000")
    >>> coded("4.01E+12")
    "'4.01E+12' counts as 4010000000000; if these are codes, their other digits are lost: save them as text"
    """
    lost = "their other digits are lost: save them as text"
    do = lost if SHORTENED.fullmatch(word) else "put a letter before each"
    return f"{word!r} counts as {float(word.replace(',', '.')):.15g}; if these are codes, {do}"


def of_versions(one: str, other: str) -> str:
    """What to say of a column of numbers with one that is written in two ways.

    >>> of_versions("1.1", "1.10")
    "'1.1' and '1.10' are one number; if these are versions, put a letter before each"
    """
    return f"{one!r} and {other!r} are one number; if these are versions, put a letter before each"


def of_codes(words: Sequence[str]) -> str:
    """What to say of words that are read as numbers; "" of most."""
    zeros, powers = ([word for word in words if re.fullmatch(form, word.strip())] for form in CODED)
    if zeros:
        return coded(zeros[0].strip())
    return coded(powers[0].strip()) if powers and len(powers) == len(words) else ""


def hint_of(words: Sequence[str]) -> str:
    """What to say of different words that are categories; "" of most.

    >>> hint_of(["120/80", "135/90"])
    "several numbers in a cell, as in '120/80'; if these are quantities, give each a column"
    >>> hint_of(["0-2", "3-Apr", "5-9"])[:21], hint_of(["red", "blue"]), hint_of(["10.0.0.1", "10.0.0.2"])
    ("'3-Apr' among others,", '', '')
    >>> hint_of(["0x1f", "0xA0"])
    "hexadecimal, as in '0x1f'; if these are quantities, write plain numbers such as 31"
    """
    words = words[:FEW]
    if words and all(map(HEXADECIMAL.fullmatch, words)):
        number = int(words[0], 16)
        return f"hexadecimal, as in {words[0]!r}; if these are quantities, write plain numbers such as {number}"
    if are_points(words):
        return _several(words[0])
    dates = [word for word in words if EXCEL.fullmatch(word.strip())]
    if dates and len(dates) < len(words) and any(NUMBER.search(word) for word in words if word not in dates):
        return f"{dates[0]!r} among others, as Excel turns 3-4 into a date; if so, correct these cells"
    several = [
        word
        for word in words
        if len(NUMBER.findall(word)) > 1 and not IDENTIFIER.match(word.strip()) and not RANGE.fullmatch(word)
    ]
    bare = [word for word in several if not MARKED.search(NUMBER.sub("", word))]
    if len(bare) >= MOSTLY * len(words):
        return _several(bare[0])
    return _hint_of_form([word for word in words if not IDENTIFIER.match(word.strip())], len(words))


def are_points(words: Sequence[str]) -> bool:
    """Whether all words are places with their numbers.

    >>> are_points(["POINT (45.1 7.2)", "POINT(-3 1e2)"]), are_points(["POINT (45.1 7.2)", "POINT EMPTY"])
    (True, False)
    """
    return bool(words) and all(map(POINT.fullmatch, words[:FEW]))


def _several(word: str) -> str:
    return f"{SEVERAL}, as in {word[:30]!r}; if these are quantities, give each a column"


def _hint_of_form(words: Sequence[str], count: int) -> str:
    """What to say of words, nearly all of ``count``, that are alike but for the numbers in them.

    >>> _hint_of_form(["4x7 cm", "5x9 cm", "6x8 cm"], 3)[:38], _hint_of_form(["A1", "A2", "A3"], 3)
    ("several numbers in a cell, as in '4x7 ", '')
    >>> _hint_of_form(["18-25", "26-40", "60+"], 3)[:24], _hint_of_form(["$20/hr", "$7/hr", "$8/hr"], 3)[:21]
    ("ranges, as in '18-25'; i", "words, as in '$20/hr'")
    """
    forms = {word: _form(word) for word in words}
    counts = Counter(forms.values())
    form, often = max(counts.items(), key=lambda one: (one[1], bool(BETWEEN.fullmatch(one[0]))), default=("", 0))
    if BETWEEN.fullmatch(form):
        often += sum(counts[other] for other in counts if OPEN.fullmatch(other))
    if often < max(MOSTLY * count, FEWEST_FORMED) or len(form) > LONGEST_FORM or not QUANTITY.fullmatch(form):
        return ""
    alike = [word for word in words if forms[word] == form]
    lengths = [*{tuple(map(len, DIGITS.findall(word))) for word in alike}]
    if len(lengths) == 1 and len(alike) > MOST_CODES and max(lengths[0]) >= SHORTEST_CODE and " " not in form:
        return ""
    if len(lengths[0]) == 1:
        return f"words, as in {alike[0][:30]!r}; if these are quantities, write plain numbers such as 1234.5"
    if BETWEEN.fullmatch(form) and all(map(_rises, alike)):
        return f"ranges, as in {alike[0][:30]!r}; if these are quantities, write their middles, or both ends in columns"
    return _several(alike[0])


def _rises(word: str) -> bool:
    """Whether the first number of a word is not above the second one."""
    low, high = (float(NUMBER.findall(THOUSANDS.sub("", one))[0].replace(",", ".")) for one in DIGITS.findall(word))
    return low <= high


def _form(word: str) -> str:
    """What is left of a word without its digits, in small letters and the singular, arrows pointing up."""
    return PLURAL.sub("", " ".join(DIGITS.sub(HERE, word.casefold().translate(UPWARDS)).split()))


TAGGED = re.compile(r"(?:<[^<>\n]+>)+")
"""Labels as tags, as Stack Overflow has them."""


def cut_at(cell: str, mark: str) -> list[str]:
    """The labels of a cell, cut at a mark wherever it stands outside of brackets; "" where there is none.

    >>> cut_at("Chat (web, app), Phone", ","), cut_at("none;", ";"), cut_at("<r><sql>", "><")
    (['Chat (web, app)', 'Phone'], ['none', ''], ['r', 'sql'])
    """
    if mark == TAGS:
        return cell.strip()[1:-1].split(TAGS) if TAGGED.fullmatch(cell.strip()) else [cell.strip()]
    found = re.finditer(f"{IN_BRACKETS}|{re.escape(mark)}", cell)
    places = [0, *(place for one in found if one[0] == mark for place in one.span()), len(cell)]
    return [cell[start:stop].strip() for start, stop in zip(places[::2], places[1::2])]


def labels_in(cells: Sequence[str]) -> tuple[str, int] | None:
    """What stands between the labels of cells, and how many labels there are; None unless most cells have several parts
    with the same mark between them, and most parts occur in several cells.

    >>> labels_in(["R;SQL", "SQL", "R;Excel", "Excel;SQL"]), labels_in(["Paris, France", "Rome, Italy"])
    ((';', 3), None)
    """
    for mark in SEPARATORS:
        if 2 * sum(mark in cell for cell in cells) <= len(cells):
            continue
        if mark == TAGS and not all(TAGGED.fullmatch(cell.strip()) for cell in cells):
            continue
        parts = [{*cut_at(cell, mark)} - {""} for cell in cells]
        counts = Counter(part for own in parts for part in own)
        repeated = sum(count > 1 for count in counts.values())
        if 2 * sum(len(own) > 1 for own in parts) > len(cells) and 2 * repeated > len(counts) < len(set(cells)):
            return mark, len(counts)
    return None


def list_by_blanks(cells: Sequence[str]) -> bool:
    """Whether cells list labels with blanks between them: their words are at most half as many as the different cells,
    and most words occur in several of these, as words of names and of degrees do not.

    >>> list_by_blanks(["clear", "clear road", "road", "road water", "clear water", "clear road water"])
    True
    >>> list_by_blanks(["agree", "strongly agree", "neutral", "disagree", "strongly disagree"])
    False
    """
    rows = [{*cell.split()} for cell in {*cells}]
    counts = Counter(word for row in rows for word in row)
    return 2 * len(counts) <= len(rows) and 2 * sum(count > 1 for count in counts.values()) > len(counts)


def may_be_lists(cells: Sequence[str]) -> bool:
    """Whether cells look like lists of labels."""
    return labels_in(cells) is not None or list_by_blanks(cells)


def of_objects(words: Sequence[str]) -> str:
    """What to say of different words that are objects as JSON or Python writes them; "" of most.

    >>> of_objects(['{"a": 1}', '{"a": 2}'])[:7], of_objects(["{a}", "b"])
    ('objects', '')
    """
    if not all(OBJECT.fullmatch(word) for word in words[:FEW]):
        return ""
    return f"objects, as in {words[0].strip()[:30]!r}; give each field a column, as pandas.json_normalize does"


def of_limit(word: str) -> str:
    """What to say of a word among numbers that is a limit; "" of any other.

    >>> of_limit("<0.5"), of_limit("none")
    ('write a number for each limit, such as half of a lower one', '')
    >>> of_limit("<LOD") == of_limit("BDL") == of_limit("<0.5")
    True
    """
    return "write a number for each limit, such as half of a lower one" if LIMIT.fullmatch(word) else ""


def of_labels(words: Sequence[str]) -> str:
    """What to say of different words that list labels, also as JSON writes lists; "" of most.

    >>> of_labels(["R;SQL", "SQL", "R;Excel", "Excel;SQL"])
    "lists of 3 labels, as in 'R;SQL'; to have them told apart, give each a column of 0 and 1"
    """
    found = labels_in([BRACKETS.sub("", word) for word in words[:FEW]])
    if found is None:
        return ""
    first = next(word for word in words if found[0] in word)
    return f"lists of {found[1]} labels, as in {first[:30]!r}; to have them told apart, give each a column of 0 and 1"
