"""What a file is, by its content: opened once, looked at before anybody trusts it."""

from __future__ import annotations

import gzip
import os
import re
import stat
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fourfold.core.permission import may_not_be_read
from fourfold.data.messages import close
from fourfold.errors import FileError, FourfoldError, UnsafeFileError

HEAD = 2**18
"""Bytes that are looked at to recognise a file."""

BOMB_RATIO, BOMB_SIZE = 500, 2**26
"""More than 500 times its size on disk, and above 64 MiB: nobody's measurements compress like that."""


@dataclass(frozen=True)
class Content:
    """A regular file that may be read: its path, what to call it, its first bytes (decompressed).

    ``compressed``: its readers have to decompress it (gzip); ``packed``: it was packed in any way.
    ``unpacked`` is its size after unpacking, ``changed`` when it was last written (ns).
    """

    path: Path
    name: str
    size: int
    head: bytes
    compressed: bool
    unpacked: int
    packed: bool
    changed: int


def look(source: str | os.PathLike[str], names: Iterable[str] = (), called: str = "") -> Content:
    """The content of the file at a path, whatever it is; ``names`` are suggested when there is none.

    Messages name the file as the user did, or as it is ``called``.

    A link is followed: it was named by the user. What it leads to has to be a regular file.
    """
    name = called or os.fspath(source)
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]+://", name):
        raise FileError(
            "url", "Fourfold reads no addresses", got=name[:80], wanted="a file", do="download it first"
        )
    if "\0" in name or not name.strip():
        raise FileError(
            "no-such-file",
            "this is no file name",
            got=repr(name[:80]),
            wanted="the path of a file",
            do="fourfold inspect data.csv, say",
        )
    path = Path(source) if os.path.lexists(source) else Path(os.path.expanduser(source))
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise FileError(
                "not-a-file",
                f"{name} is a folder, device, pipe or socket",
                wanted="a regular file",
                do="write - in its place, and pipe the data in, as in ... | fourfold compare - or "
                "... | fourfold predict FOLDER -"
                if stat.S_ISFIFO(facts.st_mode)
                else "",
            )
        if not facts.st_size:
            raise FileError(
                "empty-file", f"{name} is empty", got="0 bytes", wanted="rows of data", do="save or fetch it again"
            )
        with path.open("rb") as file:
            head = file.read(HEAD)
        compressed, unpacked = head.startswith(b"\x1f\x8b"), facts.st_size
        if compressed:
            head, unpacked = _decompressed_head(path, name)
    except PermissionError as error:
        raise may_not_be_read(name, error) from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise _absent(name, path, names) from error
    except OSError as error:
        if isinstance(error, FourfoldError):
            raise
        raise FileError(
            "unreadable-file",
            f"{name} can't be read",
            got=error.strerror or str(error),
            wanted="a file that this user may read",
            do="copy it to a folder of your own, and use the copy",
        ) from error
    return Content(
        path.resolve(), name, facts.st_size, head, compressed, unpacked, compressed, facts.st_mtime_ns
    )


@contextmanager
def unpacked(content: Content) -> Iterator[IO[bytes]]:
    """The file's bytes, decompressed."""
    with gzip.open(content.path, "rb") if content.compressed else content.path.open("rb") as file:
        yield file  # pyright: ignore[reportReturnType]


@contextmanager
def unchanged(content: Content) -> Iterator[None]:
    """While a file is read: what is wrong in it may come of somebody who writes to it."""
    try:
        yield
    except FourfoldError:
        _check_unchanged(content)
        raise
    _check_unchanged(content)


def _check_unchanged(content: Content) -> None:
    """Refuse a file that somebody wrote to, or took away, while it was read."""
    try:
        facts = content.path.stat()
        same = (facts.st_size, facts.st_mtime_ns) == (content.size, content.changed)
    except OSError:
        same = False
    if not same:
        raise FileError(
            "changed-while-read",
            f"{content.name} changed while it was read",
            wanted="a file that nobody writes to",
            do="wait until it is complete, and run this again",
        )


def check_bomb(name: str, size: int, declared: int) -> None:
    """Refuse content that grows beyond reason when it is unpacked."""
    if declared > BOMB_SIZE and declared > BOMB_RATIO * size:
        raise UnsafeFileError(
            "bomb",
            f"{name} would grow beyond reason when unpacked",
            got=f"{declared / 2**20:.0f} MiB from {size / 2**20:.2f} MiB",
            wanted=f"at most {BOMB_RATIO} times its size",
            do="if you know where it comes from, unpack it with another program first",
        )


def _decompressed_head(path: Path, name: str) -> tuple[bytes, int]:
    """The first bytes of a gzip file and its size, after a look at all of it: whole, sound, no bomb."""
    total, size, head = 0, path.stat().st_size, b""
    try:
        with gzip.open(path, "rb") as file:
            while part := file.read(2**20):
                head = head or part[:HEAD]
                total += len(part)
                check_bomb(name, size, total)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise FileError(
            "damaged-gzip",
            f"{name} is damaged or cut off",
            got=str(error),
            wanted="a whole gzip file",
            do="fetch it again",
        ) from error
    if not head:
        raise FileError(
            "empty-file",
            f"{name} is empty",
            got="0 bytes after unpacking",
            wanted="rows of data",
            do="save or fetch it again",
        )
    return head, total


def is_file(path: Path) -> bool:
    """Whether what was found in a folder is a regular file; a link that leads nowhere is refused: it was data once."""
    if path.is_symlink() and not path.exists():
        raise _broken_link(path, str(path), "fetch what it leads to, or remove it")
    return path.is_file()


def _broken_link(path: Path, name: str, do: str) -> FileError:
    return FileError(
        "broken-link", f"{name} is a link to a file that does not exist", got=os.readlink(path), do=do
    )


def _absent(name: str, path: Path, names: Iterable[str]) -> FileError:
    if path.is_symlink():
        return _broken_link(path, name, "name the file itself")
    names = list(names)
    beside = []
    if path.parent.is_dir() and os.access(path.parent, os.R_OK):
        beside = os.listdir(path.parent)
    near = close(path.name, beside)
    near = near if close(path.stem, [Path(near).stem]) else ""
    meant = close(name, names) or (str(path.parent / near) if near else "")
    wanted = "a file" + (f", or one of {', '.join(names)}" if names else "")
    return FileError(
        "no-such-file",
        "there is no such file or data set" if names else "there is no such file",
        got=repr(name[:200]),
        wanted=wanted,
        do=f"use {meant}" if meant else "check its name, and the folder that it is in",
    )
