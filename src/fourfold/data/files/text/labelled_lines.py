"""Lines of texts with the class of each before it, behind a blank: files of fastText, TREC's questions."""

from __future__ import annotations

import re

from fourfold.data.columns.free_texts import are_free
from fourfold.data.dataset import Note
from fourfold.data.messages import listed

from .rewritten import SEPARATORS, Lines, Records, Rewriting, cuts

__all__ = ["of_fasttext", "of_labelled_lines"]

FEWEST, ROWS_OF_A_CLASS, FEWEST_LENGTHS = 10, 3, 3
"""Lines by which classes are told, how many of them a class has on average, and different numbers of words of the texts
behind them: at least."""

MARK = "__label__"
"""What fastText writes before a class; a text may have several."""

MARKED = re.compile(rf"\s*((?:{MARK}\S+\s+)*)(.*)", re.DOTALL)
LINE = re.compile(r"\s*(\S+)\s+(\S.*)", re.DOTALL)


def of_fasttext(lines: list[str], name: str) -> Rewriting | None:
    """Lines that begin with fastText's mark.

    >>> found = of_fasttext(["__label__up __label__far it rose", "__label__down it fell"], "x.txt")
    >>> list(found.records(["__label__up __label__far it rose", "no class"]))
    [['class', 'text'], ['up;far', 'it rose'], ['', 'no class']]
    """
    if not lines or not all(line.lstrip().startswith(MARK) for line in lines):
        return None
    return Rewriting(_marked, "\t", (Note("a class and a text in each line", "as fastText has them"),), named=True)


def of_labelled_lines(lines: list[str], name: str) -> Rewriting | None:
    """Lines whose first words are a few classes (or one number) and whose others are free text, where no separator cuts
    them alike."""
    found = [match.groups() for line in lines if (match := LINE.fullmatch(line))]
    classes, texts = {word for word, _ in found}, [text for _, text in found]
    if not FEWEST <= len(found) == len(lines) or len(classes) > len(lines) / ROWS_OF_A_CLASS:
        return None
    numbered = all(map(str.isdecimal, classes))
    if len(classes) == 1 and not numbered:  # of texts in the order of their classes: 0, 0, 0, ...
        return None
    words = [text.split() for text in texts]
    if not numbered and {*map(str.casefold, classes)} & {word.casefold() for text in words for word in text}:
        return None  # words as others, with which texts begin
    worded = sum(any(map(str.isalpha, word)) for text in words for word in text)
    if not are_free(texts) or len({*map(len, words)}) < FEWEST_LENGTHS or 2 * worded < sum(map(len, words)):
        return None
    if any(cuts(mark, lines) for mark in SEPARATORS):
        return None
    note = Note("a class and a text in each line", f"the first words repeat: {listed(sorted(classes))}")
    return Rewriting(_split, "\t", (note,), named=True)


def _split(lines: Lines) -> Records:
    yield ["class", "text"]
    for line in lines:
        if line.strip():
            label, *text = line.split(maxsplit=1)
            yield [label, *text] if text else [label, ""]


def _marked(lines: Lines) -> Records:
    yield ["class", "text"]
    for line in lines:
        if match := MARKED.fullmatch(line):
            labels, text = match.groups()
            yield [";".join(label.removeprefix(MARK) for label in labels.split()), text.strip()]
