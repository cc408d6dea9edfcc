"""Series from ``.ts`` files, the form of the UCR and UEA archives: a header of @words, then a line a series.

    @problemName Gait
    @univariate false
    @dimensions 2
    @classLabel true walk run
    @data
    0.1,0.4,?:5,5.5,6:walk

The values of a channel are separated by commas, channels and the label by colons; ? is a missing value, or label,
and lines with # or % are comments. Series may differ in length. With ``@timeStamps true`` each value is a pair
(time,value).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO

import numpy as np

from fourfold.data.files.text.encoding import encoding_of, said_of
from fourfold.data.memory import check_memory
from fourfold.data.reading import Reading
from fourfold.data.series.intervals import said_of_steps
from fourfold.data.source import Source
from fourfold.data.unequal import stacked
from fourfold.data.values.stamps import irregular, moment
from fourfold.data.values.words import as_objects, reworded
from fourfold.errors import DataError

from .content import Content, unpacked

WORDS = ("problemname", "timestamps", "univariate", "dimensions", "equallength", "serieslength", "missing")
"""What a header may say beside @classLabel, @targetLabel and @data; other words are passed over."""

MISSING = "?"

FEW_CLASSES = 20
"""More classes than these stay words, or their numbers could be taken for a quantity."""

PAIR = re.compile(r"\(\s*([^(),]+?)\s*,\s*([^(),]+?)\s*\)")


def is_ts(content: Content) -> bool:
    """Text whose first line, comments apart, begins with one of the format's @words."""
    text = content.head.removeprefix(b"\xef\xbb\xbf")
    found = re.match(rb"(?:[ \t]*(?:[#%][^\n]*)?\r?\n)*[ \t]*@(\w+)", text)
    words = {*(word.encode() for word in WORDS), b"classlabel", b"targetlabel"}
    return found is not None and found[1].lower() in words


def read_ts(content: Content, reading: Reading) -> Source:
    """The series (N, T, C) and their labels, NaN behind the end of those that are shorter than others.

    Errors: ``DataError`` with the number of the line for a header or a series that is not in the format, or
    that contradicts what the header says.
    """
    check_memory(content.name, 4 * content.unpacked)
    encoding = encoding_of(content)[0]
    with unpacked(content) as file, io.TextIOWrapper(file, encoding=encoding) as text:  # pyright: ignore[reportArgumentType]
        lines = _lines(text)
        header = _header(lines, content.name)
        numbered = [(number, _series(line, number, header)) for number, line in lines]
    found = [one for _, one in numbered]
    if not found:
        raise header.wrong("it has no series", "no line after @data", "a line for each series", "download it again")
    series, labels, stamped = zip(*found)
    wanted = header.steps or len(series[0])
    other = next((place for place, one in enumerate(series) if len(one) != wanted), None)
    if header.equal and other is not None:
        what = f"line {numbered[other][0]} has another length than @equalLength says"
        got = f"{len(series[other])} steps in series {other + 1}"
        raise header.wrong(what, got, f"{wanted} steps", "@equalLength false")
    notes = () if encoding == "utf-8" else (said_of(encoding),)
    if header.stamps:
        notes = (said_of_steps(sum(stamped), len(found)),)
    source = Source(content.name, stacked(series, content.name), layout="sequence", notes=notes)
    if header.target:
        words = as_objects([None if label == MISSING else label for label in labels])
        values, kind, _ = reworded(words, strict=True)
        if header.target == "class" and kind != "boolean" and (len(set(labels) - {MISSING}) > FEW_CLASSES):
            values, kind = words, "category"
        source = replace(source, target=values, target_kind=kind, classlike={source.target_name: ()})
    return source


@dataclass(frozen=True)
class _Header:
    """What stands before @data. ``target``: class, number or "", ``classes``: those that it lists."""

    name: str
    stamps: bool = False
    channels: int = 0
    equal: bool = False
    steps: int = 0
    target: str = ""
    classes: tuple[str, ...] = ()

    def wrong(self, what: str, got: str, wanted: str, do: str) -> DataError:
        return DataError("ts-format", f"{self.name}: {what}", got=got, wanted=wanted, do=do)


def _lines(text: IO[str]) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, without comments and blank ones."""
    for number, line in enumerate(text, start=1):
        line = line.strip().removeprefix("\ufeff")
        if line and not line.startswith(("#", "%")):
            yield number, line


def _header(lines: Iterator[tuple[int, str]], name: str) -> _Header:
    header = _Header(name)
    told: dict[str, str] = {}
    for number, line in lines:
        if not line.startswith("@"):
            what = f"line {number} stands before @data"
            raise header.wrong(what, line[:60], "@data before the series", "begin words of the header with @")
        word, _, rest = line[1:].partition(" ")
        word, rest = word.lower(), rest.strip()
        if word == "data":
            break
        told[word] = rest
    else:
        wanted = "a line with @data before the series"
        raise header.wrong("its header does not end", "no @data", wanted, "write such a line above the first series")

    def flag(word: str) -> bool:
        value = told.get(word, "false").split(" ")[0].lower()
        if value not in ("true", "false"):
            do = f"@{word} true, if it is so"
            raise header.wrong(f"@{word} is unclear", repr(told[word][:60]), "true or false", do)
        return value == "true"

    def count(word: str) -> int:
        value = told.get(word, "0")
        if not re.fullmatch(r"\d{1,9}", value):
            do = f"leave out @{word}"
            raise header.wrong(f"@{word} is no number", repr(value[:60]), "a whole number", do)
        return int(value)

    channels = 1 if flag("univariate") else count("dimensions")
    if flag("univariate") and count("dimensions") > 1:
        what, do = "it is univariate with several dimensions", "@univariate false"
        raise header.wrong(what, told["dimensions"], "one of the two", do)
    classes = tuple(told.get("classlabel", "").split()[1:]) if flag("classlabel") else ()
    target = "class" if flag("classlabel") else "number" if flag("targetlabel") else ""
    return _Header(
        name, flag("timestamps"), channels, flag("equallength"), count("serieslength"), target, classes
    )


def _series(line: str, number: int, header: _Header) -> tuple[np.ndarray, str, bool]:
    """One series (T, C), its label, and whether its time stamps are irregular."""
    label = ""
    if header.target:
        line, colon, label = line.rpartition(":")
        label = label.strip()
        if not colon or not label:
            do = "take out series without a label, or write ? for one that is missing"
            raise header.wrong(f"line {number} has no label", label[:60] or "nothing", "values:label", do)
        if header.classes and label not in (*header.classes, MISSING):
            known = ", ".join(header.classes[:20])
            what = f"line {number} has a label that @classLabel does not list"
            do = f"add {label[:60]} behind @classLabel true"
            raise header.wrong(what, label[:60], known, do)
    uneven = False
    parts = _dimensions(line) if header.stamps else line.split(":")
    for place, part in enumerate(parts, start=1):
        if not part.strip():
            what = f"line {number} has no values" + f" in dimension {place}" * (len(parts) > 1)
            do = "take out series without values, or write ? for one that is missing"
            raise header.wrong(what, (line + f":{label}" * bool(header.target))[:60], "values in each dimension", do)
    if header.stamps:
        parts, stamps = zip(*(_stamped(part, number, header) for part in parts))
        uneven = any(irregular(times) for times in stamps)
    else:
        parts = [part.split(",") for part in parts]
    if header.channels and len(parts) != header.channels:
        what = f"line {number} has another number of dimensions"
        do = "a colon between dimensions, commas between values"
        raise header.wrong(what, f"{len(parts)}", f"{header.channels}", do)
    channels = [_numbers(part, number, header) for part in parts]
    steps = max(map(len, channels))
    array = np.full((steps, len(channels)), np.nan)
    for place, channel in enumerate(channels):
        array[: len(channel), place] = channel
    return array, label, uneven


def _dimensions(line: str) -> list[str]:
    """The dimensions of a line with time stamps, which may hold colons themselves."""
    return re.split(r"(?<=\))\s*:", line)


def _stamped(part: str, number: int, header: _Header) -> tuple[list[str], list[float]]:
    pairs = PAIR.findall(part)
    if not pairs or PAIR.sub("", part).strip(" ,"):
        raise header.wrong(
            f"line {number} has no pairs of time and value",
            part[:60],
            "(time,value),(time,value)",
            "@timeStamps false, if there are values alone",
        )
    times = [moment(time) for time, _ in pairs]
    if any(time is None for time in times):
        raise header.wrong(
            f"line {number} has a time that can't be read",
            part[:60],
            "numbers, or 2026-01-31 12:00",
            "write the times so",
        )
    return [value for _, value in pairs], [time for time in times if time is not None]


def _numbers(words: list[str], number: int, header: _Header) -> np.ndarray:
    values = np.empty(len(words))
    for place, word in enumerate(words):
        try:
            values[place] = np.nan if word.strip() == MISSING else float(word)
        except ValueError:
            raise header.wrong(
                f"line {number} has a value that is no number",
                repr(word[:60]),
                "numbers, or ? for a missing one",
                "correct it, or write ?",
            ) from None
    return values
