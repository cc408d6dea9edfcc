"""Zip files of tables, as competitions and offices hand them out: what is in them, and its bytes. Nothing is written
under a name that the file gives but the last part of it, and nothing before its size is known to be sound."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

from fourfold.core.scratch import scratch_folder
from fourfold.data.messages import listed
from fourfold.errors import FileError, UnsafeFileError

from .content import Content, check_bomb
from .parts import SERIES, is_form, is_table

__all__ = [
    "DAMAGED",
    "OTHERS",
    "PACKED",
    "Member",
    "bytes_of",
    "check_names",
    "damaged",
    "is_damaged",
    "is_hidden",
    "tables_of",
    "unpacked_tables",
]

Member = zipfile.ZipInfo

OTHERS = re.compile(r"\.npy$|\.pkl$|^xl/|^word/|^ppt/|^content\.xml$|^Index/|^model\.weights\.h5$")
"""Members of zip files that are something else: arrays, pickles, documents, models."""

ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:[/\\]")
"""How names begin that have a root."""

PACKED = re.compile(r"\.(?:zip|7z|rar|tar(?:\.\w+)?|t[gbx]z)$", re.IGNORECASE)
"""How names of archives end, those among them that are not read."""

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
    check_names(path.name, [member.filename for member in members])
    shown = [member for member in members if not is_hidden(member.filename)]
    found = [member for member in shown if is_table(member.filename)]
    if any(PACKED.search(member.filename) for member in shown):  # what is to be filled in is not the data then
        found = [member for member in found if not is_form(Path(member.filename))]
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


def check_names(archive: str, names: Sequence[str], kind: str = "zip file") -> None:
    """Refuse names that lead out of the folder into which an archive would be unpacked."""
    out = [name for name in names if ".." in re.split(r"[/\\]", name) or ABSOLUTE.match(name)]
    if out:
        raise UnsafeFileError(
            "outside-zip",
            f"{archive} has names that lead out of the folder into which it would be unpacked",
            got=listed([name[:80] for name in out]),
            wanted="names without '..', and without a root before them",
            do=f"don't unpack it unless you know who made it; ask for a {kind} that was made within the data's folder",
        )


def _name(member: Member) -> str:
    return re.split(r"[/\\]", member.filename)[-1]


def is_hidden(name: str) -> bool:
    """Whether any part of a path is one that programs leave."""
    return any(part.startswith((".", "_", "~$")) for part in re.split(r"[/\\]", name) if part not in ("", "."))


def bytes_of(content: Content, member: Member, archive: zipfile.ZipFile | None = None) -> Iterator[bytes]:
    """The bytes of a file in a zip file, part after part; of one that is open, if it is.

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
        with nullcontext(archive) if archive else zipfile.ZipFile(content.path) as opened, opened.open(member) as file:
            while part := file.read(CHUNK):
                total += len(part)
                check_bomb(content.name, content.size, total)
                yield part
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise damaged(content, error) from error


def damaged(content: Content, error: Exception) -> FileError:
    """The error for an archive that can't be unpacked, and why."""
    what, do = f"{content.name} is damaged or cut off", "fetch it again"
    if isinstance(error, NotImplementedError):
        what = f"{content.name} is packed in a way that can't be unpacked here"
        do = "unpack it with another program, and name what it holds"
    return FileError("damaged-archive", what, got=str(error)[:100], do=do)


@contextmanager
def unpacked_tables(content: Content, members: Sequence[Member]) -> Iterator[Path]:
    """The tables of a zip file as a folder, for as long as it is needed."""
    with scratch_folder() as scratch:
        folder = Path(scratch).resolve()
        for member in members:
            with (folder / _name(member)).open("wb") as file:
                file.writelines(bytes_of(content, member))
        yield folder
