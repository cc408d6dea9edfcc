"""ARFF, the form of Weka and of OpenML: attributes a line each, and rows of values behind @data."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fourfold.data.dataset import Note
from fourfold.errors import FileError

from .name_or_value import is_number
from .rewritten import Lines, Records, Rewriting

__all__ = ["of_arff"]

BEGINS = re.compile(r"\s*(%[^\n]*\n\s*)*@relation\b", re.IGNORECASE)
ATTRIBUTE = re.compile(r"@attribute\s+('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^\s{]+)\s*(.+)", re.IGNORECASE)
CELL = re.compile(r"\s*(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\")\s*(?:,|$)|([^,]*)(?:,|$)")
ROLE = re.compile(r"@(?:(inputs?)|outputs?)\b", re.IGNORECASE)
MISSING = "?"


def of_arff(text: str, name: str) -> Rewriting | None:
    """The rows of ARFF; None for another text, by its beginning.

    >>> arff = of_arff("% irises\\n@RELATION iris\\n", "iris.arff")
    >>> [*arff.records(["@relation iris", "@attribute 'the size' real", "@attribute kind {a}", "@data", "?,'b c'"])]
    [['the size', 'kind'], ['', 'b c']]
    """
    if not BEGINS.match(text):
        return None
    nominal: list[int] = []

    def records(lines: Lines) -> Records:
        numbered = ((number, line) for number, line in enumerate(map(str.strip, lines), start=1) if line)
        numbered = ((number, line) for number, line in numbered if line[0] != "%")
        types = _attributes(numbered, name)
        nominal[:] = [place for place, (_, type_) in enumerate(types) if _has_numbers_as_categories(type_)]
        yield (names := [called for called, _ in types])
        for number, line in numbered:
            if line[0] == "{":
                raise _refused(name, number, "a row of the values that are not 0", "rows of all values")
            cells = [*_cells(line)]
            if len(cells) != len(names):
                raise _refused(name, number, f"{len(cells)} values", f"{len(names)}, one for each attribute")
            yield cells

    because = "nominal ones are categories, and the values tell the types of others"
    return Rewriting(records, "\t", (Note("ARFF: names from its attributes", because),), named=True, nominal=nominal)


def _has_numbers_as_categories(declared: str) -> bool:
    """Whether a type is nominal, and lists numbers alone, which would be read as such. Those of 0 and 1, which labels
    are, say the same as numbers.

    >>> [_has_numbers_as_categories(declared) for declared in ("{1, 2, 3}", "{a, b}", "real", "{0, 1}")]
    [True, False, False, False]
    """
    if not (declared.startswith("{") and declared.rstrip().endswith("}")):
        return False
    values = [*filter(None, _cells(declared.strip()[1:-1]))]
    return bool(values) and {*values} != {"0", "1"} and all(map(is_number, values))


def _attributes(numbered: Iterator[tuple[int, str]], name: str) -> list[tuple[str, str]]:
    """The names of the attributes and their types, to the line @data."""
    found: list[tuple[str, str]] = []
    for number, line in numbered:
        if line.casefold() == "@data":
            return found
        attribute = ATTRIBUTE.fullmatch(line)
        if attribute is not None and attribute[2].casefold() != "relational":
            found.append((next(_cells(attribute[1])), attribute[2]))
        elif found and (role := ROLE.match(line)) and (role[1] or [*_cells(line[role.end() :])] == [found[-1][0]]):
            continue  # KEEL tells which are inputs, and that the last one is to be predicted
        elif not line.casefold().startswith("@relation"):
            raise _refused(name, number, repr(line[:60]), "@attribute NAME TYPE, of numbers or words, or @data")
    raise FileError(
        "arff-without-data",
        f"{name} has no line @data",
        wanted="rows of values behind it",
        do="write @data above the rows",
    )


def _cells(line: str) -> Iterator[str]:
    """The values of a line, those between quotes of both kinds with a backslash before quotes within; "" for ?."""
    if not {*line} & {"'", '"'}:
        for cell in map(str.strip, line.split(",")):
            yield "" if cell == MISSING else cell
        return
    end = 0
    while end <= len(line) and (cell := CELL.match(line, end)):
        bare = None if cell[3] is None else cell[3].strip()
        yield re.sub(r"\\(.)", r"\1", cell[1] or cell[2] or "") if bare is None else bare * (bare != MISSING)
        if not cell[0].endswith(","):
            return
        end = cell.end()


def _refused(name: str, number: int, got: str, wanted: str) -> FileError:
    return FileError(
        "arff-line",
        f"line {number} of {name} can't be read as ARFF",
        got=got,
        wanted=wanted,
        do="write a csv with a row for each instance; series as .ts, or with --id and --time",
    )
