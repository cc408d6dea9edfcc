"""The files that hold the parts of the rows: those of a pattern such as data/*.csv.gz, or of a folder."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Sequence
from pathlib import Path

from fourfold.core.permission import check_looked_into
from fourfold.data.dataset import Note
from fourfold.data.messages import listed
from fourfold.errors import DataError, FileError, UnsafeFileError

from .content import is_file
from .pictures import is_picture

SUFFIXES = (".csv", ".tsv", ".txt", ".parquet", ".json", ".jsonl", ".ndjson", ".xlsx", ".tsf")
PACKED = (".gz", ".bz2", ".xz", ".zst")
SERIES = ".ts"
TRAINING, TESTING = ("train", "training"), ("test", "testing", "test1", "val", "valid", "validation", "dev")
"""What the parts of a folder are called, in small letters; the first that is there is taken."""

DESCRIPTIONS = ("dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json")
"""What Hugging Face calls files that say what the others hold."""

FORM = "submission"
"""What competitions call tables that show how predictions are to be handed in, with made-up targets."""

MANY_TEXTS = 10
"""Files from which on each is likelier one text than the texts of one class, a line each."""

TEXT_HEAD = 2**14
"""Bytes of a file by which it is told from a table that it holds texts."""

TWO_NUMBERS = re.compile(rb"\d[,;\t| ]+[-+.]?\d")
"""Numbers side by side, as in rows of a table."""

MOST_TABLES, MOST = 10_000, 1_000_000
"""The most tables, and the most files of any kind, that one pattern or folder may lead to."""


def matches(pattern: str) -> list[Path]:
    """The files that a pattern leads to, sorted by name; [] if it is the name of a file, or no pattern."""
    if not set("*?[") & set(pattern) or "\0" in pattern or os.path.lexists(pattern):
        return []
    check_looked_into(pattern)
    found = sorted(Path(name) for name in glob.glob(pattern, recursive=True) if is_file(Path(name)))
    if not found:
        raise FileError(
            "no-match",
            "no file has such a name",
            got=repr(pattern[:200]),
            wanted="a pattern such as 'data/*.csv'",
            do="check the folder and the ending",
        )
    check_number(found, pattern)
    check_number([path for path in found if is_table(path.name)], pattern, MOST_TABLES)
    return found


def tables_in(folder: Path) -> list[Path]:
    """The files of a folder that may be tables, by the ends of their names, sorted; not those that describe others."""
    found = [path for path in files_of(folder) if is_table(path.name) and path.name not in DESCRIPTIONS]
    check_number(found, str(folder), MOST_TABLES)
    return found


def entries_of(folder: Path) -> list[Path]:
    """What lies in a folder, sorted; hidden entries, and what Excel leaves beside an open file, are left out."""
    return [entry for entry in sorted(folder.iterdir()) if not entry.name.startswith((".", "_", "~$"))]


def part_of(folder: Path, names: Sequence[str]) -> list[Path]:
    """The entries of a folder that hold one part of the rows, called by the first of these names (in small letters):
    the one that has no other name (train.csv, Train; of a folder of pictures and a table the table, which says what
    they are), or the files whose names begin or end so
    (train-00000-of-00002.parquet, Coffee_TRAIN.ts, KDDTrain+.txt), tables and series before all others, or the only
    folder whose name does (20news-bydate-train).
    """
    entries = entries_of(folder)
    words = {entry: _words(entry) for entry in entries}
    for name in names:
        alone = [entry for entry in entries if words[entry] == [name]]
        if any(entry.is_dir() and holds_pictures(entry) for entry in alone):
            alone.sort(key=lambda entry: not (entry.is_file() and _form(entry)))
        files = [
            entry for entry in entries if entry.is_file() and name in (words[entry][0], words[entry][-1])
        ]
        readable = [entry for entry in files if _form(entry)]
        folders = [entry for entry in entries if entry.is_dir() and name in (words[entry][0], words[entry][-1])]
        if found := alone[:1] or readable or files[:1] or (folders if len(folders) == 1 else []):
            for entry in found:
                check_inside(entry, folder)
            return found
    return []


def holds_pictures(folder: Path) -> bool:
    """Whether pictures lie in a folder itself."""
    return any(is_picture(entry.name) for entry in folder.iterdir())


def part_name(entry: Path) -> str:
    """What an entry is called, without the ends of its name."""
    return entry.name.split(".")[0]


def of_one_part(table: Path, folder: Path) -> bool:
    """Whether a folder is called as that of a table's rows: as test rows, if the table is, else as those to learn from.

    >>> of_one_part(Path("labels.csv"), Path("train")), of_one_part(Path("test_labels.csv"), Path("train"))
    (True, False)
    """
    part = TESTING if {*_words(table)} & {*TESTING} else TRAINING
    return bool({*_words(folder)} & {*part})


def other_parts(folder: Path, used: Sequence[Path]) -> list[str]:
    """What is called a part of the same rows as those that are ``used``, such as val beside train and test, and is no
    copy of one in another form."""
    called = [_words(entry) for entry in used]
    return [
        entry.name
        for entry in entries_of(folder)
        if {*_words(entry)} & {*TRAINING, *TESTING} and _stem(entry) == _stem(used[0]) and _words(entry) not in called
    ]


def in_one_form(
    train: list[Path], tests: Sequence[list[Path]]
) -> tuple[list[Path], list[list[Path]]]:
    """Parts of a folder without the copies of their rows in other forms, as archives of series have them.

    Of series in ``.ts`` files, which come first, it is one file of each part, with the same name before the part's.
    """
    both = {_form(entry) for entry in train} & {_form(entry) for part in tests for entry in part}
    form = next((form for form in (SERIES, *SUFFIXES) if form in both), None)
    if form is None:
        return _tables_of(train), [_tables_of(part) for part in tests]
    train, *others = ([entry for entry in part if _form(entry) == form] or part for part in (train, *tests))
    if form != SERIES:
        return train, others
    named = {_stem(entry) for part in others for entry in part}
    first = next((entry for entry in train if _stem(entry) in named), train[0])
    return [first], [[next((one for one in part if _stem(one) == _stem(first)), part[0])] for part in others]


def without_copies(tables: Sequence[Path]) -> tuple[list[Path], list[Note]]:
    """Tables without those that have the name of another one but for its end, in the order of `SUFFIXES`, what is not
    packed first, and without forms to be filled in, `FORM`, beside others; and what is said of these."""

    def rank(path: Path) -> tuple[int, bool]:
        return SUFFIXES.index(_table_end(path.name)), path.name.lower().endswith(PACKED)

    filled = [path for path in tables if FORM not in _words(path)] or tables
    first: dict[str, Path] = {}
    for path in sorted(filled, key=rank):
        first.setdefault(_bare_name(path.name), path)
    kept = [path for path in filled if path in first.values()]
    ignored = (
        ([path.name for path in filled if path not in kept], "copies of the others in another form, by their names"),
        ([path.name for path in tables if path not in filled], "to be filled in, by their names"),
    )
    return kept, [Note(f"ignored: {listed(names)}", because) for names, because in ignored if names]


def _bare_name(name: str) -> str:
    """A table's name without its end, and that of what packs it."""
    end = name.lower().rfind(_table_end(name))
    return name[:end]


def _tables_of(part: list[Path]) -> list[Path]:
    return [entry for entry in part if is_table(entry.name)] or part[:1]


def _form(entry: Path) -> str:
    """The end of the name of a table or of series, "" for all else."""
    return entry.suffix.lower() if entry.suffix.lower() == SERIES else _table_end(entry.name)


def _words(entry: Path) -> list[str]:
    """The words of a name without its ends, in small letters, those that only capitals tell apart, too."""
    apart = re.sub("(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", entry.name.split(".")[0])
    return re.findall(r"[^\W_]+", apart.lower()) or [""]


def _stem(entry: Path) -> tuple[str, ...]:
    return tuple(word for word in _words(entry) if word not in TRAINING + TESTING)


def is_table(name: str) -> bool:
    return bool(_table_end(name))


def is_form(path: Path) -> bool:
    """Whether a table is called as those are that show how predictions are to be handed in."""
    return FORM in _words(path)


def _table_end(name: str) -> str:
    """The end of a table's name, whatever packs it; "" for all else."""
    lower = name.lower()
    for end in PACKED:
        lower = lower.removesuffix(end)
    return next((end for end in SUFFIXES if lower.endswith(end)), "")


def files_of(folder: Path) -> list[Path]:
    """The regular files of a folder, sorted; hidden ones are left out, and a link may not leave the folder."""
    found = [path for path in entries_of(folder) if is_file(path)]
    for path in found:
        check_inside(path, folder)
    check_number(found, str(folder), MOST)
    return found


def check_inside(path: Path, folder: Path, do: str = "copy the file into the folder") -> None:
    """Refuse a file that lies outside the folder in which it was found or named."""
    if not path.resolve().is_relative_to(folder.resolve()):
        raise UnsafeFileError(
            "outside",
            f"{path} leads out of the data's folder",
            got=str(path.resolve()),
            wanted=f"a file within {folder}",
            do=do,
        )


def hold_texts(files: Sequence[Path]) -> bool:
    """Whether files hold texts, one or more lines of words, and no tables."""
    if any(path.suffix.lower() not in (".txt", ".pos", ".neg") for path in files):
        return False
    lines = []
    for path in files:
        head = _head(path)
        whole = head.decode("utf-8", "replace").splitlines()
        lines += whole[:-1] if len(head) == TEXT_HEAD else whole
    lines = [line for line in lines if line.strip()]
    texts = sum(map(_is_text, lines))
    return texts > 0.9 * len(lines) and not any(all(mark in line for line in lines) for mark in ",;\t|")


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(TEXT_HEAD)


def are_notes(files: Sequence[Path]) -> bool:
    """Whether files of text hold words, and in most of their lines no two numbers beside each other, as rows do."""
    if any(path.suffix.lower() != ".txt" for path in files):
        return False
    lines = [line for path in files for line in _head(path).splitlines() if line.strip()]
    return 2 * sum(TWO_NUMBERS.search(line) is not None for line in lines) < len(lines)


def check_texts(folder: Path, files: Sequence[Path]) -> None:
    """Refuse files of texts: a line each, as they are handed out for classes (pos.txt, x.neg), or many of one text."""
    if len(files) > 1 and hold_texts(files):
        raise DataError(
            "lines-of-text",
            f"{folder} holds files of texts{', a line each,' * (len(files) < MANY_TEXTS)} and no tables",
            got=listed([path.name for path in files]),
            wanted="a table, or a subfolder for each class with a file for each text",
            do="--target file, if the names of the files are the classes, or let them end in .pos and .neg; else write "
            "one table with the columns text and label, the text between double quotes"
            if len(files) < MANY_TEXTS
            else "put each file into a subfolder that is called as its class",
        )


def _is_text(line: str) -> bool:
    """Whether a line is words, three and more, most of its characters letters."""
    return len(line.split()) > 2 and sum(map(str.isalpha, line)) > 0.6 * len(line.strip())


def check_number(found: Sequence[Path], where: str, most: int = MOST) -> None:
    """Refuse more files than so many."""
    if len(found) > most:
        raise FileError(
            "too-many-files",
            f"{where} leads to too many files",
            got=f"{len(found):,}",
            wanted=f"at most {most:,}",
            do="join them into fewer files, or name a part of them",
        )
