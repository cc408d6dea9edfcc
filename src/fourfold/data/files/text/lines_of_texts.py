"""Files of texts, one in each line, in which no mark cuts columns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from itertools import dropwhile

from fourfold.data.columns.free_texts import FEWEST_WORDS, count_words
from fourfold.data.dataset import Note
from fourfold.data.files.content import Content

from .dialect import LOOKED_AT, Dialect
from .labelled_lines import of_fasttext, of_labelled_lines
from .one_column import ANY, NO_MARK
from .rewritten import SEPARATORS, Lines, Records, Rewriting, cuts

__all__ = ["LinesOfTexts", "lines_of_texts"]

PLAIN = re.compile(r"\.(?:te?xt|pos|neg)(?:\.gz)?$", re.IGNORECASE)
"""How files are called that are no tables by their name."""

PIPED = "standard input"
"""What comes through a pipe is called, which has no name that ends in anything."""

FEWEST = 3
"""Lines by which texts are told."""


@dataclass(frozen=True)
class LinesOfTexts:
    """How lines become records of one cell each, and how these are read."""

    rewriting: Rewriting
    dialect: Dialect


def lines_of_texts(
    content: Content, encoding: str, column: str = "", header: bool | None = None
) -> LinesOfTexts | None:
    """How to read a text file whose lines are of three words and more on average, no separator cutting most of them
    alike; None of any other, and of texts with their classes before them. A first line of one word above them is their
    name, unless ``header`` says what it is. Of the only ``column`` that is needed one line is enough, if the first one
    does not name it; through a pipe, too, if the first one is a text."""
    piped = content.name == PIPED and bool(column)
    if not piped and not PLAIN.search(content.name):
        return None
    text = content.head.decode(encoding, "replace").removeprefix("\ufeff")
    lines = [line for line in text.splitlines() if line.strip()][: LOOKED_AT + 1]
    if piped and count_words(lines[:1]) < FEWEST_WORDS:
        return None
    alone = len(lines) > 1 and count_words(lines[:1]) <= 1 < count_words(lines[1:2])
    named = alone if header is None else header
    texts = lines[named:]
    known = column and lines and column.casefold() in lines[0].casefold()
    if known or len(texts) < (1 if column else FEWEST) or 2 * sum(map(_has_letters, texts)) < len(texts):
        return None
    if count_words(texts) < FEWEST_WORDS or any(cuts(mark, texts) for mark in SEPARATORS):
        return None
    if of_fasttext(texts, content.name) or of_labelled_lines(texts, content.name):
        return None
    name = lines[0].strip() if named else ANY
    several = "; as one text its folder reads it" if column == ANY and len(texts) > 1 else ""
    note = Note(f"a text in each line: {name!r}", f"no separator cuts them alike{several}")
    records = partial(_records, named=named)
    return LinesOfTexts(Rewriting(records, NO_MARK, (note,)), Dialect(NO_MARK, 0, named, (name,)))


def _has_letters(line: str) -> bool:
    return any(map(str.isalpha, line))


def _records(lines: Lines, named: bool) -> Records:
    """A record of each line, also of a blank one, which is a text without words; none of blank ones above a name."""
    found = dropwhile(_is_blank, lines) if named else lines
    return (["" if _is_blank(line) else line] for line in found)


def _is_blank(line: str) -> bool:
    return not line.strip()
