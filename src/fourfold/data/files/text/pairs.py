"""Lines of names and values."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from fourfold.data.dataset import Note
from fourfold.data.messages import listed
from fourfold.errors import FileError

from .rewritten import SEPARATORS, Lines, Records, Rewriting

NAMED = re.compile(r"\s*([A-Za-z][^\s:=\d]*(?: [^\s:=\d]+)?)\s*[:=]\s*(\S.*?)\s*")
"""A name, of up to two words, and a value behind it."""

PAIR = re.compile(r'([A-Za-z_][\w.\-]*)=("(?:[^"\\]|\\.)*"|[^\s"]*)(?:\s+|$)')


def of_pairs(lines: list[str], name: str) -> Rewriting | None:
    """Lines of nothing but names and values, two and more in each: name=value, as programs write logs; or the same
    names with colons behind them, marks between them, as small devices write them."""
    if len(lines) < 2:
        return None
    found = [_pairs(line) for line in lines]
    if all(pairs is not None and len(pairs) > 1 for pairs in found):
        names = list(dict.fromkeys(key for pairs in found if pairs for key in pairs))
        return _by_names(names, _pairs, name, "NAME=VALUE", "blanks")
    for mark in SEPARATORS:
        read = partial(_named, mark=mark)
        found = [read(line) for line in lines]
        names = list(found[0] or ())
        if len(names) > 1 and all(list(pairs or ()) == names for pairs in found):
            return _by_names(names, read, name, "NAME: VALUE", f"{mark!r}")
    return None


def _by_names(
    names: list[str], read: Callable[[str], dict[str, str] | None], name: str, form: str, between: str
) -> Rewriting:
    """The values by their names, which ``read`` finds in a line; of one that is not there, nothing."""

    def records(lines: Lines) -> Records:
        yield names
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            pairs = read(line)
            if pairs is None or set(pairs) - set(names):
                raise FileError(
                    "no-pair",
                    f"line {number} of {name} is no list of the names and values of the lines above",
                    got=repr(line.strip()[:60]),
                    wanted=f"{form} of {listed(names)}, with {between} between them",
                    do="remove the line, or write a csv with these columns",
                )
            yield [pairs.get(key, "") for key in names]

    return Rewriting(records, "\t", (Note(f"{form.lower()} in each line: {listed(names)}"),))


def _pairs(line: str) -> dict[str, str] | None:
    """The values of a line by name; None if there is anything else in it, or a name twice."""
    found, text, end = {}, line.strip(), 0
    while end < len(text):
        pair = PAIR.match(text, end)
        if pair is None or pair[1] in found:
            return None
        found[pair[1]], end = pair[2].strip('"'), pair.end()
    return found


def _named(line: str, mark: str) -> dict[str, str] | None:
    """The values of a line by the names before them, marks between them; None if there is anything else in it, or a
    name twice."""
    found = [NAMED.fullmatch(cell) for cell in line.split(mark)]
    values = {one[1]: one[2] for one in found if one}
    return values if len(values) == len(found) else None
