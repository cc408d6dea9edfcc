"""Files that are a series each: lines of numbers, a line a step, a column a channel, names above them or none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import compress
from operator import not_
from pathlib import Path

import numpy as np

from fourfold.data.dataset import Note
from fourfold.data.memory import check_memory
from fourfold.data.messages import counted, listed
from fourfold.data.reading import Reading
from fourfold.data.unequal import stacked
from fourfold.data.values.stamps import SINCE_1970, named
from fourfold.errors import DataError

from .content import look

__all__ = ["are_recordings", "are_wanted", "read_recordings"]

ENDS = (".txt", ".csv", ".tsv", ".dat", ".asc", "")
"""How names of such files end."""

LOOKED_AT, HEAD = 5, 2**14
"""How many files, spread over all, tell what all of them are, and the bytes that are looked at in each."""

FEWEST_STEPS = 2
EVEN = 0.01
"""By which part of a step the steps of a first column without a name may differ that is the time."""

NUMBER = re.compile(r"\s*[-+]?(\d+(?:[.,]\d*)?|[.,]\d+)(e[-+]?\d+)?\s*|\s*nan\s*|\s*", re.ASCII | re.IGNORECASE)
CLOCK = r"\d\d?:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
STAMP = re.compile(
    rf'\s*"?(?:(?:\d{{4}}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.]\d{{4}})(?:[T ]{CLOCK})?|{CLOCK})"?\s*', re.ASCII
)
"""A day, a clock, or both, which tell when a step was."""

TIMES = frozenset(f"{SINCE_1970} timestep step steps sample samples index idx frame".split())
UNITS = frozenset(["s", "sec", "secs", "seconds", "ms", "us", "ns", "min", "minutes", "h", "hours"])
"""What a column of times is called, or of numbers of steps; and what stands beside it."""


def are_wanted(reading: Reading) -> bool:
    """Whether new rows are series that are known by their place alone."""
    return reading.all and reading.layout == "sequence" and (bool(reading.channels) or not reading.targets)


def are_recordings(files: Sequence[Path]) -> bool:
    """Whether files hold nothing but numbers, two lines and more, below one line of names at most."""
    if not files:
        return False
    some = [files[place] for place in {*np.linspace(0, len(files) - 1, LOOKED_AT).astype(int).tolist()}]
    return all(path.suffix.lower() in ENDS for path in files) and all(map(_holds_numbers, some))


def read_recordings(
    files: Sequence[Path], folder: Path, wanted: Sequence[str] = ()
) -> tuple[np.ndarray, tuple[str, ...], tuple[Note, ...]]:
    """The series (N, T, C) of files, the names of their channels, () if they have none, and what is said of them.

    The order of the columns is the first file's, or that of the channels that are ``wanted`` ("" without a name), all
    others being left out. A column of times, which rises in each file, is left out where as many are not wanted.

    Errors: ``DataError`` for a file with other columns than the first, or with cells that are no numbers.
    """
    check_memory(str(folder), 4 * sum(path.stat().st_size for path in files))
    names, first, stamps = _recording(files[0])
    series = [first]
    for path in files[1:]:
        own, array, _ = _recording(path)
        if array.shape[1] != first.shape[1] or sorted(own) != sorted(names):
            raise _other_columns(path, files[0].name, own or array.shape[1], names or first.shape[1])
        series.append(array if own == names else array[:, _order(own, names)])
    override = "" if wanted else "--layout text"
    notes = [Note(f"series: {counted(len(files), 'file')} of numbers, each a series", "", override)]
    kept = [*range(first.shape[1])]
    if any(wanted) and names:
        if absent := [name for name in wanted if name not in names]:
            raise _other_columns(files[0], "those that the model was trained on", names, tuple(wanted), absent)
        kept = _order(names, wanted)
        notes += _left_out([names[place] for place in {*range(len(names))} - {*kept}], "the model has no such channel")
    elif len(wanted) != first.shape[1] and (times := _times(names, series)) is not None:
        kept.remove(times)
        notes += _left_out([names[times] if names else ""], "it rises evenly in each file, as times do")
    notes += _left_out(stamps, "dates or clocks, which tell when a step was; steps are read in their order")
    if any(wanted) and not names:
        notes.append(Note(f"columns taken in their order: {listed(wanted)}", "the files have no names of columns"))
    called = tuple(names[place] for place in kept) if names else ()
    notes += [Note(f"channels: {listed(called)}", "the columns of each file")] if names else []
    return stacked([one[:, kept] for one in series], str(folder)), called, tuple(notes)


def _order(names: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """The place of each wanted name; of a name that comes twice, one after the other."""
    places = [*range(len(names))]
    return [places.pop(next(i for i, place in enumerate(places) if names[place] == name)) for name in wanted]


def _left_out(names: Sequence[str], because: str) -> list[Note]:
    called = listed(names) if any(names) else "the first column"
    return [Note(f"left out: {called}", because)] if names else []


def _holds_numbers(path: Path) -> bool:
    if not path.stat().st_size:
        return False
    content = look(path)
    lines = _lines(content.head[:HEAD])
    lines = lines[: -1 if content.size > HEAD else None]
    mark, below = _mark(lines), lines[bool(lines and not _are_numbers(lines[0], _mark(lines))) :]
    widths = {len(_numbers(line, mark)) for line in below}
    even = len(widths) == 1 and 0 not in widths
    return len(below) >= FEWEST_STEPS and even and all(_are_numbers(line, mark) for line in below)


def _recording(path: Path) -> tuple[tuple[str, ...], np.ndarray, list[str]]:
    """The names of columns, if a line above them has any, the numbers (T, C) of a file, and the columns of stamps, ""
    without a name."""
    lines = _lines(path.read_bytes())
    mark = _mark(lines)
    names: tuple[str, ...] = ()
    if lines and not _are_numbers(lines[0], mark):
        names, lines = tuple(cell.strip().strip('"') for cell in _cells(lines[0], mark)), lines[1:]
    stamped = [STAMP.fullmatch(cell) is not None for cell in _cells(lines[0], mark)] if lines else []
    stamps = [*compress(names, stamped)] if names else [""] * sum(stamped)
    names = tuple(compress(names, map(not_, stamped))) if len(names) == len(stamped) else names
    strange = next((line for line in lines if not _are_numbers(line, mark)), None)
    widths = {len(_numbers(line, mark)) for line in lines}
    if strange is not None or len(widths) != 1 or len(lines) < FEWEST_STEPS:
        raise DataError(
            "no-recording",
            f"{path} is no series of numbers, as the files beside it are",
            got=repr(strange[:60]) if strange is not None else f"{counted(len(lines), 'line')} of numbers"
            if len(lines) < FEWEST_STEPS
            else f"lines of {listed([str(width) for width in sorted(widths)])} numbers",
            wanted="lines of as many numbers each, a line a step",
            do="remove the file, or --layout text, if the files are texts",
        )
    cells = [_numbers(line, mark) for line in lines]
    return names, np.array([[float(cell.replace(",", ".").strip() or "nan") for cell in row] for row in cells]), stamps


def _lines(data: bytes) -> list[str]:
    """The lines of a text that are neither empty nor comments."""
    lines = data.decode("utf-8-sig", "replace").splitlines()
    return [line for line in lines if line.strip() and not line.lstrip().startswith(("#", "%"))]


def _mark(lines: Sequence[str]) -> str | None:
    """What stands between the numbers of the last line; None for blanks."""
    last = lines[-1] if lines else ""
    return next((mark for mark in (";", "\t", ",") if mark in last), None)


def _cells(line: str, mark: str | None) -> list[str]:
    return line.split(mark) if mark is None else line.rstrip().removesuffix(mark).split(mark)


def _numbers(line: str, mark: str | None) -> list[str]:
    """The cells of a line that are no stamps."""
    return [cell for cell in _cells(line, mark) if not STAMP.fullmatch(cell)]


def _are_numbers(line: str, mark: str | None) -> bool:
    return all(NUMBER.fullmatch(cell) for cell in _numbers(line, mark))


def _times(names: Sequence[str], series: Sequence[np.ndarray]) -> int | None:
    """The column that is the time: it rises in each file and is called so, or is the first, without a name, and rises
    in equal steps."""
    places = range(series[0].shape[1])
    rising = [place for place in places if all((np.diff(one[:, place]) > 0).all() for one in series)]
    if len(places) < 2:
        return None
    if names:
        words = {place: {*named(names[place])} for place in rising}
        called = (place for place in rising if words[place] <= TIMES | UNITS and words[place] & TIMES)
        return next(called, None)
    steps = [np.diff(one[:, 0]) for one in series] if rising[:1] == [0] else []
    return 0 if steps and all(np.ptp(own) <= EVEN * own.mean() for own in steps) else None


def _other_columns(
    path: Path, first: str, got: object, wanted: object, absent: Sequence[str] = ()
) -> DataError:
    def said(columns: object) -> str:
        return listed(list(columns)) if isinstance(columns, tuple) else counted(int(str(columns)), "column")

    do = f"rename what holds {listed(absent)}, or add it" if absent else ""
    return DataError(
        "channels-differ",
        f"{path} has other columns than {first}",
        got=said(got),
        wanted=said(wanted),
        do=do or "remove the file, or write the same columns in all of them",
    )
