"""Tables that may be a recording each: what their names, or a table of these beside them, say of their classes."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from fourfold.data.dataset import Note, Table
from fourfold.data.messages import SHOWN
from fourfold.data.source import Source

from .classes_in_names import classes_in

__all__ = ["how_to_label", "perhaps_classes"]

FILE = "file"
"""What the column of the names of files is called."""


def perhaps_classes(files: Sequence[str | Path]) -> tuple[Note, ...]:
    """What is said of files whose names are words before numbers, few and often: these may be classes.

    >>> print(*perhaps_classes([f"d/{word}_{number}.csv" for word in ("run", "walk") for number in range(10)]))
    names of the files: 10 'run', 10 'walk' before numbers (if these are classes, put the files of each into a folder \
that is called so)
    >>> perhaps_classes([f"d/{month}.csv" for month in range(10)])
    ()
    """
    found = classes_in([Path(file).name for file in files])
    if found is None:
        return ()
    counts = Counter(found[0].tolist()).most_common()
    some = ", ".join(f"{count:,} {word!r}" for word, count in counts[:SHOWN])
    more = f" and {len(counts) - SHOWN} more" if len(counts) > SHOWN else ""
    because = "if these are classes, put the files of each into a folder that is called so"
    return (Note(f"names of the files: {some}{more} before numbers", because),)


def how_to_label(parts: Sequence[Source]) -> str:
    """What to do where one of several tables names all the others, as one of labels does; "" where none does."""
    named = {part.name: Path(part.name).stem for part in parts}
    for part in parts if len(parts) > 2 else ():
        others = {stem for name, stem in named.items() if name != part.name}
        table = part.inputs if isinstance(part.inputs, Table) else Table({})
        words = [column.name for column in part.columns if column.kind == "category" and column.name in table]
        for key in words:
            if others <= {Path(word).stem for word in table[key].tolist() if word}:
                path = Path(part.name)
                renamed = "" if key == FILE else f", and call its column {key!r} {FILE!r}"
                return (
                    f"move {path.name} out of the folder{renamed}; then --x {shlex.quote(str(path.parent))} "
                    f"--y {shlex.quote(path.name)} --id {FILE}, and --time COLUMN, if each file is a series"
                )
    return ""
