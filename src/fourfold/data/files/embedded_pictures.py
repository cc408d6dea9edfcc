"""Pictures in the cells of a table: files as bytes, as Hugging Face keeps them in parquet, or in base64."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from fourfold.data.dataset import Note, Table
from fourfold.data.memory import check_memory
from fourfold.data.reading import Reading
from fourfold.data.source import Source
from fourfold.errors import DataError

from .list_columns import ListColumn
from .pictures import DATA_URI, EMBEDDED, begins_as_picture

__all__ = ["Bytes", "embedded_in", "lists_beside", "pictures_among"]

BYTES, PATH = ".bytes", ".path"
"""The fields in which Hugging Face keeps the file of a picture, and its name."""

IN_MEMORY = 4
"""Bytes of memory that each byte of a picture takes while it is read, in base64 and as a word of Python."""

ALONE = 2
"""Columns of a table, the target among them, up to which the bytes of pictures need no name to be what is read."""


BOXES = re.compile("bbox(es)?|box(es)?|bounding_box(es)?|segmentations?", re.IGNORECASE)
FIELD_OF_BOXES = re.compile(f"[( ]\"?({BOXES.pattern})\"? ", re.IGNORECASE)
"""What columns and fields of boxes are called."""


class Bytes(ListColumn):
    """A column of DuckDB that may hold bytes."""

    def is_picture(self) -> bool:
        """Whether the first bytes of the column are a picture."""
        return begins_as_picture(self.first_bytes())

    def as_words(self) -> str:
        """The column in SQL, each picture as a data URI."""
        return f"'{DATA_URI}' || base64({self.cell})"

    def is_in(self, name: str) -> bool:
        """Whether it is the bytes of an object of this name."""
        return self.name == name + BYTES

    def check_size(self, name: str, rows: int, columns: int, reading: Reading) -> int:
        """As how many cells a picture counts, by its bytes; refused is a part whose pictures don't fit into memory."""
        (mean,) = self.found(f"avg(octet_length({self.cell}))") or (0,)
        cells = int((mean or 0) / 8)
        check_memory(name, IN_MEMORY * 8 * cells * min(rows, reading.at_once(columns + cells)))
        return cells


def pictures_among(columns: Sequence[Bytes], asked: bool) -> Bytes | None:
    """The first column of pictures that are what is read of a table: called as those of Hugging Face, or with nothing
    but a target beside it, or where pictures are ``asked`` for."""
    named = (one for one in columns if asked or len(columns) <= ALONE or one.name.endswith(BYTES))
    return next((one for one in named if one.is_picture()), None)


def lists_beside(
    leaves: Sequence[tuple[str, str]], drawn: Bytes | None, name: str, reading: Reading
) -> dict[str, str]:
    """The columns of lists, by their names and types, that are not read beside pictures, each with the reason: lists of
    lists and of objects, which are no targets, and those of boxes and of what these hold.

    Errors: `DataError` for boxes, if no other column is named as the target.
    """
    if drawn is None:
        return {}
    boxes = [leaf for leaf, kind in leaves if kind.endswith("]") and _holds_boxes(leaf, kind)]
    if boxes and not reading.all and not {*reading.targets} - {*boxes}:
        raise DataError(
            "boxes-in-pictures",
            f"{name} has boxes in pictures, any number of them in each",
            got=f"column {boxes[0]!r}",
            wanted="one class or number for each picture: to find things in pictures is no task here",
            do="cut what is in the boxes out of the pictures, one for each row; or --target COLUMN, another one",
        )
    objects = tuple(f"{leaf.rpartition('.')[0]}." for leaf in boxes if "." in leaf)
    found = {
        leaf: "lists of lists beside pictures, which are read alone"
        for leaf, kind in leaves
        if kind.endswith("]") and (kind.count("[") > 1 or kind.startswith("STRUCT("))
    }
    of_boxes = [leaf for leaf, _ in leaves if leaf in boxes or (objects and leaf.startswith(objects))]
    return found | dict.fromkeys(of_boxes, "boxes in the pictures, which are read whole")


def _holds_boxes(name: str, kind: str) -> bool:
    """Whether a column of lists is one of boxes, or of objects with a box each."""
    return BOXES.fullmatch(name.rpartition(".")[2]) is not None or FIELD_OF_BOXES.search(kind) is not None


def are_names(names: Sequence[object]) -> bool:
    """Whether these are words, all different."""
    return bool(names) and all(isinstance(name, str) for name in names) and len({*names}) == len(names)


def embedded_in(source: Source) -> Source:
    """The source with the column noted whose words are pictures themselves, if there is one; their names are ids."""
    table = source.inputs
    if not isinstance(table, Table):
        return source
    for column in source.columns:
        words = table[column.name].tolist() if column.kind == "category" else []
        first = next((word for word in words if word is not None), "")
        if not EMBEDDED.match(first):
            continue
        if None in words:
            raise DataError(
                "no-embedded-picture",
                f"column {column.name!r} has pictures, and none in some rows",
                got=f"row {words.index(None) + 1}",
                wanted="a picture in each row",
                do="remove these rows, or the column",
            )
        if not all(map(EMBEDDED.match, words)):
            continue
        base = column.name.removesuffix(BYTES)
        name = base if base not in table else column.name
        beside = base + PATH if name == base and base + PATH in table else ""
        names = table[beside].tolist() if beside else []
        ids = table[beside] if are_names(names) else None
        columns = tuple(replace(one, name=name if one is column else one.name) for one in source.columns)
        cells = {name if one == column.name else one: values for one, values in table.items()}
        note = Note(f"pictures: in {name!r}", "their files stand in its cells")
        found = replace(source, inputs=Table(cells), columns=columns, pictures=name, ids=ids).noting(note)
        return found.without(beside) if beside else found
    return source

