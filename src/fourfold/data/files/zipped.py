"""Zip files of tables, as competitions and offices hand them out: what is in them, and its bytes. Nothing is written
under a name that the file gives but the last part of it, and nothing before its size is known to be sound."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from fourfold.core.scratch import scratch_folder
from fourfold.data.messages import listed
from fourfold.errors import FileError, UnsafeFileError

from .content import Content, check_bomb
from .parts import SERIES, is_table

__all__ = ["Member", "bytes_of", "is_damaged", "tables_of", "unpacked_tables"]

Member = zipfile.ZipInfo

OTHERS = re.compile(r"\.npy$|\.pkl$|^xl/|^word/|^ppt/|^content\.xml$|^Index/|^model\.weights\.h5$")
"""Members of zip files that are something else: arrays, pickles, documents, models."""

CHUNK = 2**20
MOST = 1_000
"""The most members that are looked at."""

DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError)


def tables_of(path: Path, head: bytes) -> list[Member]:
    """The tables in a zip file, by the ends of their names, or the series; texts only where there is nothing else; []
    where it is damaged, another kind of file, or names two of them alike.

    Errors: ``UnsafeFileError`` for names that lead out of the folder that the file would be unpacked into.
    """
    if not head.startswith(b"PK\x03\x04"):
        return []
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except DAMAGED:
        return []
    if len(members) > MOST or any(OTHERS.search(member.filename) for member in members):
        return []
    _check_names(path, members)
    shown = [member for member in members if not _is_hidden(member.filename)]
    found = [member for member in shown if is_table(member.filename)]
    tables = [member for member in found if not member.filename.lower().endswith((".txt", ".xlsx"))]
    found = tables or [member for member in shown if member.filename.lower().endswith(SERIES)] or found
    names = {_name(member).lower() for member in found}
    return found if len(names) == len(found) else []


def is_damaged(path: Path) -> bool:
    """Whether a file that begins as a zip file does, or is called one, can't be opened as one."""
    try:
        with path.open("rb") as file:
            claims = file.read(4) == b"PK\x03\x04" or path.suffix.lower() == ".zip"
        return claims and not zipfile.is_zipfile(path)
    except OSError:
        return False


def _check_names(path: Path, members: Sequence[Member]) -> None:
    out = [member.filename for member in members if ".." in re.split(r"[/\\]", member.filename)]
    if out:
        raise UnsafeFileError(
            "outside-zip",
            f"{path.name} has names that lead out of the folder into which it would be unpacked",
            got=listed([name[:80] for name in out]),
            wanted="names without '..'",
            do="don't unpack it unless you know who made it; ask for a zip file that was made within the data's folder",
        )


def _name(member: Member) -> str:
    return re.split(r"[/\\]", member.filename)[-1]


def _is_hidden(name: str) -> bool:
    """Whether any part of a path is one that programs leave."""
    return any(part.startswith((".", "_", "~$")) for part in re.split(r"[/\\]", name) if part)


def bytes_of(content: Content, member: Member) -> Iterator[bytes]:
    """The bytes of a table in a zip file, part after part.

    Errors: ``FileError`` for a damaged or encrypted file, ``UnsafeFileError`` for one that grows beyond reason.
    """
    if member.flag_bits & 1:
        raise FileError(
            "encrypted-zip",
            f"{content.name} is encrypted",
            got=repr(member.filename[:80]),
            wanted="a zip file without a password",
            do="unpack it first",
        )
    check_bomb(content.name, content.size, member.file_size)
    total = 0
    try:
        with zipfile.ZipFile(content.path) as archive, archive.open(member) as file:
            while part := file.read(CHUNK):
                total += len(part)
                check_bomb(content.name, content.size, total)
                yield part
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise FileError(
            "damaged-archive", f"{content.name} is damaged or cut off", got=str(error)[:100], do="fetch it again"
        ) from error


@contextmanager
def unpacked_tables(content: Content, members: Sequence[Member]) -> Iterator[Path]:
    """The tables of a zip file as a folder, for as long as it is needed."""
    with scratch_folder() as scratch:
        folder = Path(scratch).resolve()
        for member in members:
            with (folder / _name(member)).open("wb") as file:
                file.writelines(bytes_of(content, member))
        yield folder
