"""Names of files: how a table is written of files that are a series each, and of files whose names say classes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fourfold.data.dataset import Note, Table

FILE = "file"
"""What the column of the names of files is called."""

TABLES = re.compile(r".+\.(csv|tsv|parquet|json|jsonl|npy)", re.IGNORECASE)
"""How names of files end that hold numbers."""

READERS = {
    "csv": "read_csv(file)",
    "tsv": "read_table(file)",
    "parquet": "read_parquet(file)",
    "json": "read_json(file)",
    "jsonl": "read_json(file, lines=True)",
}
"""How pandas reads each of these."""


SOUNDS = (".wav", ".mp3", ".flac", ".ogg", ".m4a", ".aiff", ".aif", ".opus", ".au")
"""How names of sounds end, in small letters."""

NAMED_SOUNDS = "names of sounds, which are not read"
"""Why a column is left out whose words are such names."""


@dataclass(frozen=True)
class SoundsLeftOut(Note):
    """The note that columns are left out whose words are names of sounds."""

    columns: tuple[str, ...] = ()


def is_sound(name: str) -> bool:
    return name.lower().endswith(SOUNDS)


def features_of_sounds(paths: str, y: str) -> str:
    """How a second of each sound becomes a spectrogram, in Python, whatever its rate, its length and its channels are;
    ``paths`` and ``y`` are expressions.

    >>> features_of_sounds("files", "labels")[:35]
    "numpy.savez('data.npz', x=[librosa."
    """
    second = "librosa.util.fix_length(librosa.load(path, sr=16000)[0], size=16000)"
    features = f"librosa.power_to_db(librosa.feature.melspectrogram(y={second})).T"
    return f"numpy.savez('data.npz', x=[{features} for path in {paths}], y={y})"


def how_to_join(table: Table, names: Sequence[str], target: str, source: str = "") -> str:
    """How the files become one, which one of the columns called ``names`` names in each row; "" if none does. Where
    they are tables in a folder beside ``source``, the file of the table: how both are given.

    >>> import numpy as np
    >>> how_to_join(Table({"path": np.array(["a.npy", "b.npy"], dtype=object)}), ["path"], "y").partition("; ")[2]
    "numpy.savez('data.npz', x=numpy.stack([numpy.load(file) for file in table['path']]), y=list(table['y']))"
    """
    for name in names:
        if all(isinstance(word, str) and is_sound(word) for word in table[name].tolist()):
            features = features_of_sounds(f"table[{name!r}]", f"list(table[{target!r}])")
            return f"table = pandas.read_csv(FILE); {features}"
    name, ends = next(((name, ends) for name in names if (ends := _ends(table, name))), ("", set()))
    if not name:
        return ""
    if ends == {"npy"}:
        x = f"numpy.stack([numpy.load(file) for file in table[{name!r}]])"
        return f"table = pandas.read_csv(FILE); numpy.savez('data.npz', x={x}, y=list(table[{target!r}]))"
    if (beside := _folder_of(Path(source), str(table[name][0]))) is not None:
        renamed = "" if name == FILE else f"call the column {name!r} {FILE!r}; then "
        options = f"--x {shlex.quote(str(beside))} --y {shlex.quote(source)} --id {FILE}"
        return f"{renamed}{options}, and --time COLUMN, if each file is a series"
    reader = READERS[min(ends - {"npy"})]
    each = f"pandas.{reader}.assign(file=file, label=label).reset_index(names='step')"
    pairs = f"zip(table[{name!r}], table[{target!r}])"
    return (
        f"table = pandas.read_csv(FILE); pandas.concat([{each} for file, label in {pairs}]).to_csv('data.csv', "
        "index=False); then --id file --time step --target label"
    )


def _folder_of(source: Path, name: str) -> Path | None:
    """The only folder beside a file in which one of this name lies, directly."""
    if not source.is_file() or Path(name).name != name:
        return None
    found = [entry for entry in sorted(source.parent.iterdir()) if entry.is_dir() and (entry / name).is_file()]
    return found[0] if len(found) == 1 else None


def _ends(table: Table, name: str) -> set[str]:
    """How the words of a column end, if all of them are names of files; else nothing."""
    words = [value for value in table[name].tolist() if isinstance(value, str)]
    found = [TABLES.fullmatch(word) for word in words]
    return {one[1].lower() for one in found if one} if found and all(found) else set()


def how_to_list(folder: str, names: Sequence[str]) -> str:
    """How a csv is written of names of files and of their first or last words, if these repeat; else "".

    >>> how_to_list("pets", ["01_cat.png", "02_cat.png", "03_dog.png", "04_dog.png"])[-89:]
    "[re.split('[._ ]', name)[-2] for name in names]}).to_csv('pets/classes.csv', index=False)"
    """
    pieces = [re.split("[._ ]", name) for name in names]
    if min(map(len, pieces)) < 3:
        return ""
    counts = {len({piece[place] for piece in pieces}): place for place in (-2, 0)}
    place = counts.get(min((count for count in counts if 1 < count <= len(names) / 2), default=0))
    where = str(Path(folder) / "classes.csv")
    return "" if place is None else (
        f"names = sorted(os.listdir({folder!r})); pandas.DataFrame({{'file': names, 'class': "
        f"[re.split('[._ ]', name)[{place}] for name in names]}}).to_csv({where!r}, index=False)"
    )
