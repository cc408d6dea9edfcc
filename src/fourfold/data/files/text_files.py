"""Files of texts, one in each line, the files of a class each: x.pos and x.neg, or as asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fourfold.data.dataset import Column, Note, Table
from fourfold.data.files.text.encoding import encoding_of, said_of
from fourfold.data.memory import check_memory
from fourfold.data.messages import listed
from fourfold.data.reading import FILE, Reading
from fourfold.data.sample import places
from fourfold.data.source import Source
from fourfold.data.values.words import as_objects
from fourfold.errors import FileError

from .content import Content, look, unchanged, unpacked
from .file_names import names_of
from .folders import TEXT
from .parts import MANY_TEXTS, hold_texts

__all__ = ["texts_by_file"]

BY_END = (".neg", ".pos")
"""The ends of names that are classes themselves."""

LINE = re.compile(r"\r\n|\r|\n")
IN_MEMORY = 4
"""Bytes of memory that each byte of a text takes while it is read."""


def texts_by_file(name: str, files: Sequence[Path], reading: Reading) -> Source | None:
    """The lines of several files as texts, and the names of these as a column, which is the target where they end in
    .pos and .neg; None where they hold other things, and where neither their names, the user nor a model that learnt
    from such files tells what they are.
    """
    by_end = sorted(path.suffix.lower() for path in files) == [*BY_END] and len({path.stem for path in files}) == 1
    asked = reading.by_line if reading.all else reading.file_names
    few = 2 <= len(files) < MANY_TEXTS or reading.by_line
    if not (asked or (by_end and not reading.all)) or not few or not hold_texts(files):
        return None
    check_memory(name, IN_MEMORY * sum(path.stat().st_size for path in files))
    called = [path.suffix[1:].lower() for path in files] if by_end else names_of(files)
    texts: list[str] = []
    words: list[str] = []
    notes: list[Note] = []
    for path, word in zip(files, called):
        content = look(path)
        encoding, lines = _lines(content, reading.encoding)
        notes += [said_of(f"{encoding} of {path.name}")] if encoding not in ("utf-8", reading.encoding) else []
        texts += lines
        words += [word] * len(lines)
    total = len(texts)
    rows = total if reading.rows is None else min(reading.rows, total)
    kept = places(total, rows) if rows < total else np.arange(total)
    table = Table({FILE: as_objects(words)[kept], TEXT: as_objects(texts)[kept]})
    columns = (Column(FILE, "category"), Column(TEXT, "category"))
    which = listed([path.name for path in files])
    told = Note(f"texts: a line each, of {which}", "the names of the files are a column")
    found = Source(name, table, columns, notes=(told, *notes), total=total)
    if not by_end or asked:
        return found
    aim = Note(f"target: {FILE}", "the ends of the names of the files")
    return found.without(FILE).aimed((FILE,), table[FILE], "category", (aim,))


def _lines(content: Content, encoding: str | None) -> tuple[str, list[str]]:
    """The encoding of a file, and its lines but for blank ones."""
    with unchanged(content), unpacked(content) as file:
        data = file.read()
    encoding = encoding or encoding_of(content)[0]
    try:
        text = data.decode(encoding).removeprefix("\ufeff")
    except UnicodeError as error:
        raise FileError(
            "encoding-of-lines",
            f"{content.name} is not in the encoding {encoding}",
            got=str(error)[:120],
            wanted="texts in one encoding",
            do="--encoding NAME, such as gbk or shift_jis, or save the text in UTF-8",
        ) from error
    return encoding, [line.strip() for line in LINE.split(text) if line.strip()]
