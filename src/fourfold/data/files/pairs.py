"""Files of a folder that are the rows to train on and those to test, by endings that are no forms of tables."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from fourfold.data.messages import SHOWN

__all__ = ["name_one"]

ENDINGS = ((".data", ".test"), (".train", ".test"), (".tra", ".tes"), (".trn", ".tst"))
"""How the files of both are called in the archives of the field, in small letters."""


def name_one(files: Sequence[Path]) -> str:
    """What to do with files that are no tables by their names: name the one with rows to train, and that of the same
    name with rows to test, or the largest of a few."""
    by_size = sorted(files, key=lambda path: (-path.stat().st_size, path))
    known = {(path.stem, path.suffix.lower()): path for path in files}
    for path in by_size:
        for train, test in ENDINGS:
            beside = known.get((path.stem, test))
            if path.suffix.lower() == train and beside is not None:
                command = f"fourfold inspect {shlex.quote(str(path))} --test {shlex.quote(str(beside))}"
                return f"name the files of data, the rows of test apart: {command}"
    if 0 < len(files) <= SHOWN:
        return f"name the file of data, such as {by_size[0]}"
    return "write one table of them, or arrays with numpy.savez; let files that are a text each end in .txt"
