"""Zip files and tar archives of a folder: unpacked, within limits, for as long as they are read.

Nothing is written outside a new temporary folder, and nothing that is no regular file; sizes are compared with the
archive's own and with the disk before a file is written.
"""

from __future__ import annotations

import bz2
import errno
import gzip
import lzma
import os
import re
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from fourfold.core.scratch import scratch_folder
from fourfold.data.dataset import Note
from fourfold.data.messages import counted, listed
from fourfold.data.source import Source
from fourfold.errors import FileError, FourfoldError, MachineError, UnsafeFileError

from .content import Content, check_bomb, look, unchanged
from .folders import TEXTS, end_of
from .parts import SERIES, check_number, entries_of, is_table
from .pictures import is_picture
from .zipped import DAMAGED, OTHERS, bytes_of, check_names, damaged, is_hidden

__all__ = ["PackedFolder", "as_folder"]

TAR, ZIP = "tar archive", "zip file"
BLOCK, CHUNK = 512, 2**20
"""Bytes of a block of tar, and of what is read at once."""

LONGEST_HEADER = 2**21
"""Bytes of the longest header of tar; one of a name has a few hundred."""

DOCUMENTS = re.compile(r"\[Content_Types\]\.xml$|META-INF/|mimetype$|word/|ppt/|xl/|content\.xml$|Index/")
"""How names begin in zip files that are documents or programs, which hold pictures, too."""

FEW_PICTURES = 10
"""Pictures from which on they are more than those of what a table is about."""

SURROGATE = re.compile("[\ud800-\udfff]")
"""What Python writes for bytes that are not in UTF-8."""

UTF_8 = 0x800
"""The flag of a zip file's member whose name is in UTF-8."""

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz", ".tar.xz", ".txz")
"""How names of archives end that are looked for in folders."""

PACKERS: dict[bytes, Any] = {b"\x1f\x8b": gzip, b"BZh": bz2, b"\xfd7zXZ\0": lzma}
BROKEN = (*DAMAGED, tarfile.TarError, lzma.LZMAError)


@dataclass(frozen=True)
class PackedFolder:
    """What an archive holds, or what lies at a path in it: where it is unpacked, and what the user calls it.

    ``root``: where its outermost folder is unpacked, which ``archive`` is said for.
    """

    path: str
    name: str
    root: Path
    archive: str
    notes: tuple[Note, ...] = ()

    def __fspath__(self) -> str:
        return self.path

    def said(self, text: str) -> str:
        """A text with the archive's name in the place of the temporary folder's."""
        return text.replace(str(self.root), self.archive)

    def named(self, source: Source) -> Source:
        """A source that was read of it, by its name."""
        notes = (replace(note, what=self.said(note.what), because=self.said(note.because)) for note in source.notes)
        return replace(source, name=self.said(source.name), notes=(*self.notes, *notes))


@contextmanager
def as_folder(source: Any) -> Iterator[Any]:
    """A source as it is; but of an archive of a folder, or a path that leads into an archive, the `PackedFolder`, for
    as long as it is needed, by whose name errors are told."""
    place = _place(source)
    if place is None:
        yield source
        return
    archive, within = place
    with scratch_folder() as scratch:
        root = Path(scratch).resolve()
        notes = _unpack(look(archive), root)
        entries = entries_of(root)
        root = entries[0] if len(entries) == 1 and entries[0].is_dir() else root
        path = str(root / within) if within else str(root)
        if not os.path.lexists(path) and os.path.lexists(Path(scratch, within)):
            path = str(Path(scratch, within).resolve())
        found = PackedFolder(path, os.fspath(source), root, archive, notes)
        try:
            if within and not os.path.lexists(path) and not set("*?[") & set(within):
                _refuse_absent(archive, within, root)
            yield found
        except FourfoldError as error:
            what, got, wanted, do = (found.said(part) for part in (error.what, error.got, error.wanted, error.do))
            raise type(error)(error.slug, what, got=got, wanted=wanted, do=do) from error


def _refuse_absent(archive: str, within: str, root: Path) -> None:
    raise FileError(
        "not-in-archive",
        f"{archive} holds no such file or folder",
        got=repr(within[:200]),
        wanted=f"one of {listed([entry.name for entry in entries_of(root)])}",
        do=f"name {archive} alone, or what lies in it",
    )


def _place(source: Any) -> tuple[str, str] | None:
    """The archive of a folder that a source names, and the path within it, "" for all of it; None for all else."""
    if not isinstance(source, (str, os.PathLike)) or isinstance(source, PackedFolder):
        return None
    name = os.fspath(source)
    if not isinstance(name, str) or not name or "\0" in name:
        return None
    if os.path.isdir(name):
        only = _only_archive(Path(name))
        return (str(only), "") if only is not None else None
    if os.path.isfile(name):
        return (name, "") if _kind(Path(name), whole=True) else None
    if not any(end in name.lower() for end in (".zip/", ".tar", ".tgz/", ".tbz", ".txz/")):
        return None
    path = Path(name)
    archive = next((above for above in (path, *path.parents) if os.path.isfile(above)), None)
    if archive is None or not _kind(archive, whole=archive == path):
        return None
    return str(archive), "" if archive == path else str(path.relative_to(archive))


def _only_archive(folder: Path) -> Path | None:
    """The archive of a folder that lies alone in one, but for notes without an end or in Markdown."""
    if not os.access(folder, os.R_OK | os.X_OK):
        return None  # said where it is read
    entries = entries_of(folder)
    archives = [entry for entry in entries if entry.name.lower().endswith(ARCHIVES)]
    others = [entry for entry in entries if entry not in archives]
    if len(archives) != 1 or any(entry.is_dir() or entry.suffix.lower() not in ("", ".md") for entry in others):
        return None
    inside = archives[0].is_file() and archives[0].resolve().is_relative_to(folder.resolve())
    return archives[0] if inside and _kind(archives[0], whole=True) else None


def _kind(path: Path, whole: bool) -> str:
    """Whether a file is a tar archive, or a zip file; as a ``whole`` one that holds a folder, and not one table or
    several, or arrays; "" for all else."""
    try:
        with path.open("rb") as file:
            head = file.read(BLOCK)
        if head.startswith(b"PK\x03\x04"):
            return ZIP if not whole or _holds_folder(path) else ""
        packer = next((packer for mark, packer in PACKERS.items() if head.startswith(mark)), None)
        if packer is not None:
            with packer.open(path) as file:
                head = file.read(BLOCK)
        return TAR if head[257:262] == b"ustar" else ""
    except BROKEN:  # said where it is read
        return ""


def _holds_folder(path: Path) -> bool:
    """Whether a zip file holds pictures, or tables, series or texts in several folders."""
    with zipfile.ZipFile(path) as archive:
        every = [member.filename for member in archive.infolist()]
    names = [name.replace("\\", "/") for name in every if not is_hidden(name) and name[-1:] not in ("/", "\\")]
    if any(map(DOCUMENTS.match, names)):
        return False
    tables = [name for name in names if is_table(name) and not name.lower().endswith((".txt", ".xlsx"))]
    pictures = sum(map(is_picture, names))
    if pictures and (not tables or pictures >= FEW_PICTURES):
        return True
    if any(map(OTHERS.search, names)):
        return False
    read = tables or [name for name in names if name.lower().endswith(SERIES)]
    read = read or [name for name in names if is_table(name) or end_of(name) in TEXTS]
    return len({os.path.dirname(name) for name in read}) > 1


@dataclass
class _Folder:
    """A new folder into which an archive's files are written, and what is known of them: the ``size`` of all that are
    written, those that are no files, and those whose names are in no encoding that is told."""

    content: Content
    path: Path
    kind: str
    size: int = 0
    files: list[Path] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    spelled: list[str] = field(default_factory=list)

    def check(self, size: int) -> None:
        """Refuse so many more bytes that would be a bomb's, or not fit onto the disk."""
        self.size += size
        check_bomb(self.content.name, self.content.size, self.size)
        free = shutil.disk_usage(self.path).free
        if size > free:
            raise MachineError(
                "no-room-to-unpack",
                f"{self.content.name} can't be unpacked, where temporary files are kept",
                got=f"{size / 2**20:,.1f} MiB in it",
                wanted=f"at most {free / 2**20:,.1f} MiB, which are free in {tempfile.gettempdir()}",
                do="unpack it where there is room, and name the folder; or TMPDIR=FOLDER before the command",
            )

    def place(self, name: str) -> Path | None:
        """Where a file of this name is written, None if it is one that programs leave."""
        check_names(self.content.name, [name], self.kind)
        if is_hidden(name):
            return None
        path = self.path.joinpath(*(part for part in re.split(r"[/\\]", name) if part not in ("", ".")))
        self.files.append(path)
        check_number(self.files, self.content.name)
        return path

    def write(self, path: Path, parts: Iterator[bytes]) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("xb")
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                self.check(2**62)
            raise FileError(
                "names-in-archive",
                f"{self.content.name} has names that can't be those of files beside each other",
                got=f"{str(path.relative_to(self.path))[:80]!r} ({error.strerror})",
                wanted="names of at most 255 bytes, each once",
                do="unpack it with another program, and name the folder",
            ) from error
        with file:
            file.writelines(parts)

    def notes(self) -> tuple[Note, ...]:
        said = [Note(f"unpacked: {counted(len(self.files), 'file')} of {self.content.name}", "for this run alone")]
        if self.links:
            which = f"{counted(len(self.links), 'member')}, such as {self.links[0]!r}"
            said.append(Note(f"left out: {which}", "links or devices, no files; unpack it, if they hold data"))
        if self.spelled:
            because = "not in UTF-8, and read as code page 437; unpack it, and name the folder, if they look wrong"
            said.append(Note(f"names of {counted(len(self.spelled), 'file')}, such as {self.spelled[0]!r}", because))
        return tuple(said)


def _unpack(content: Content, path: Path) -> tuple[Note, ...]:
    """Writes the files of an archive into a new folder, and tells what is to be said.

    Errors: `UnsafeFileError` for names that lead out of it, and for bombs; `MachineError` for a full disk; `FileError`
    for what is damaged, encrypted or too much.
    """
    kind = _kind(Path(content.path), whole=False)
    folder = _Folder(content, path, kind)
    with unchanged(content):
        (_unpack_zip if kind == ZIP else _unpack_tar)(folder)
    return folder.notes()


def _unpack_zip(folder: _Folder) -> None:
    content = folder.content
    try:
        with zipfile.ZipFile(content.path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
    except BROKEN as error:
        raise damaged(content, error) from error
    chosen = []
    for member in members:
        name, told = _spelled(member)
        if member.external_attr >> 28 == 0xA:  # of UNIX: a link
            folder.links.append(name)
        elif (path := folder.place(name)) is not None:
            folder.spelled += [] if told else [name]
            chosen.append((member, path))
    folder.check(sum(member.file_size for member, _ in chosen))
    with zipfile.ZipFile(content.path) as archive:
        for member, path in chosen:
            folder.write(path, bytes_of(content, member, archive))


def _spelled(member: zipfile.ZipInfo) -> tuple[str, bool]:
    """The name of a member, and whether its encoding is known: UTF-8, also where nothing says so, as macOS writes."""
    if member.flag_bits & UTF_8 or member.filename.isascii():
        return member.filename, True
    try:
        return member.filename.encode("cp437").decode("utf-8"), True
    except UnicodeError:
        return member.filename, False


def _unpack_tar(folder: _Folder) -> None:
    try:
        with _plain(folder) as file, tarfile.open(fileobj=_Bounded(file, folder), mode="r:") as archive:  # pyright: ignore[reportArgumentType, reportCallIssue]
            for member in archive:
                _unpack_member(folder, archive, member)
            file.seek(archive.offset)
            if file.read(BLOCK) != bytes(BLOCK):
                raise tarfile.ReadError("it has no end")
    except BROKEN as error:
        if isinstance(error, FourfoldError):
            raise
        raise damaged(folder.content, error) from error


@contextmanager
def _plain(folder: _Folder) -> Iterator[IO[bytes]]:
    """A tar archive as it is before it is packed: a packed one can't be looked for its members without a copy."""
    content = folder.content
    with content.path.open("rb") as file:
        head = file.read(BLOCK)
    packer = next((packer for mark, packer in PACKERS.items() if head.startswith(mark)), None)
    if packer is None:
        with content.path.open("rb") as file:
            yield file
        return
    with scratch_folder() as other:
        copy = _Folder(content, Path(other), TAR)
        with packer.open(content.path) as packed, Path(other, "data").open("w+b") as file:
            while part := packed.read(CHUNK):
                copy.check(len(part))
                file.write(part)
            file.seek(0)
            yield file


def _unpack_member(folder: _Folder, archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
    name = member.name
    if not name.isascii() and SURROGATE.search(name):
        name = name.encode("utf-8", "surrogateescape").decode("cp437")
        folder.spelled.append(name)
    if member.isdir():
        return
    if not member.isreg():
        folder.links.append(name)
        return
    path = folder.place(name)
    if path is None:
        return
    folder.check(member.size)
    file = archive.extractfile(member)
    assert file is not None
    folder.write(path, iter(lambda: file.read(CHUNK), b""))


@dataclass
class _Bounded:
    """A file of which nothing is read at once that is longer than what is read here, as headers may ask for, nor more
    than a bomb would hold."""

    file: IO[bytes]
    folder: _Folder

    def read(self, size: int) -> bytes:
        if size > LONGEST_HEADER:
            raise UnsafeFileError(
                "header-of-tar",
                f"{self.folder.content.name} has a header that is longer than any name",
                got=f"{size:,} bytes",
                wanted=f"at most {LONGEST_HEADER:,}",
                do="ask for an archive that was made anew",
            )
        return self.file.read(size)

    def seek(self, place: int) -> int:
        return self.file.seek(place)

    def tell(self) -> int:
        return self.file.tell()
