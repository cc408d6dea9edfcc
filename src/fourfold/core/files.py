"""Files written whole or not at all, and folders that one run at a time holds."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from fourfold.errors import FourfoldError, MachineError

from .permission import permitted
from .scratch import is_full, scratch_file

HALF_WRITTEN = re.compile(r"\.[\w.-]+\.(npz|json|html|csv|py)\.[a-z0-9_]{8}")
"""What a file of a study is called before it is whole."""
_parsing = threading.Lock()
"""Held while arrays are read: NumPy parses their headers as Python, and two threads that parse at once may end in a
SystemError of CPython 3.11 ("AST constructor recursion depth mismatch")."""
SEAL = "seal"
"""Of arrays that belong to one file's name: a digest of it and of them."""


def write_whole(path: Path, content: bytes, *, parents: bool = True) -> None:
    """Writes a file so that a reader sees the old one or the new one, never a part: same folder, fsync, rename.

    ``parents``: makes all folders above it that are missing; else the one in which it lies at most, as in a study's
    folder, which may have been moved.
    """
    with whole_file(path, parents=parents) as temporary:
        temporary.write_bytes(content)


@contextmanager
def whole_file(path: Path, *, parents: bool = True) -> Iterator[Path]:
    """A temporary file beside the path, which takes its place when all went well, and is removed otherwise."""
    with writing(path):
        path.parent.mkdir(parents=parents, exist_ok=True)
        with scratch_file(path.parent, f".{path.name}.") as temporary:
            try:
                yield temporary
                with open(temporary, "rb") as file:
                    os.fsync(file.fileno())
                os.chmod(temporary, 0o666 & ~_umask())
                os.replace(temporary, path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """A place in which ``path`` is written. Errors: `MachineError` where it can't be."""
    try:
        yield
    except OSError as error:
        if isinstance(error, FourfoldError):
            raise
        raise _cannot_write(path, error) from error


def save_arrays(path: Path, arrays: dict[str, np.ndarray], *, parents: bool = True) -> None:
    with whole_file(path, parents=parents) as temporary, temporary.open("wb") as file:
        np.savez(file, **arrays)  # pyright: ignore[reportArgumentType]


def load_arrays(path: Path) -> dict[str, np.ndarray] | None:
    """The arrays of a file; None when there is none or it is damaged (zip members carry checksums)."""
    try:
        with permitted(), _parsing, np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (FileNotFoundError, zipfile.BadZipFile, ValueError, EOFError, KeyError, zlib.error):
        return None
    except IsADirectoryError as error:
        raise MachineError(
            "folder-for-a-file",
            f"{path} is no file",
            got="a folder",
            wanted="a file, or nothing there",
            do="move the folder to another place, and run the same command: it writes the file",
        ) from error


def save_sealed(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Arrays that belong to the file's name alone, in a folder that is there or the one above it."""
    save_arrays(path, arrays | {SEAL: _seal(path.name, arrays)}, parents=False)


def load_sealed(path: Path) -> dict[str, np.ndarray] | None:
    """The arrays of `save_sealed`; None when there are none, or they were changed, or saved under another name."""
    arrays = load_arrays(path)
    if arrays is None:
        return None
    seal = arrays.pop(SEAL, None)
    return arrays if seal is not None and np.array_equal(seal, _seal(path.name, arrays)) else None


def _seal(name: str, arrays: dict[str, np.ndarray]) -> np.ndarray:
    digest = hashlib.sha256(name.encode())
    for key, array in arrays.items():
        digest.update(key.encode())
        add_array(digest, array)
    return np.frombuffer(digest.digest(), np.uint8)


def add_array(digest: Any, array: np.ndarray) -> None:
    """Adds an array's type, shape and numbers to a digest of `hashlib`."""
    digest.update(f"{array.dtype}{array.shape}".encode())
    digest.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)


def remove_half_written(*folders: Path) -> None:
    """Removes what `whole_file` began in some folders in a process that was killed. Nobody writes there now, as in a
    folder that is `locked`."""
    for path in (path for folder in folders for path in folder.glob(".*")):
        if HALF_WRITTEN.fullmatch(path.name):
            with suppress(OSError):
                path.unlink()


def check_writable(folder: Path) -> None:
    """Refuses a folder in which nothing may be written, or that can't be made where it is wanted."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not there.is_dir():
        raise _cannot_write(folder, NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)))
    if not os.access(there, os.W_OK | os.X_OK):
        raise _cannot_write(folder, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))


@contextmanager
def locked(folder: Path) -> Iterator[Callable[[], None]]:
    """Holds the folder for one run, and refuses another one. Gives what refuses a folder that has gone since."""
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        file = open(folder / ".lock", "a+")  # noqa: SIM115, held below
    with file:
        if not _try_lock(file):
            raise MachineError(
                "folder-in-use",
                "another run holds this folder",
                got=str(folder),
                do="wait for it, or --out FOLDER",
            )

        def check() -> None:
            try:
                there = os.path.samestat(os.fstat(file.fileno()), os.stat(folder / ".lock"))
            except OSError:
                there = False
            if not there:
                raise MachineError(
                    "folder-gone",
                    "the folder was moved or deleted while this run wrote into it",
                    got=str(folder),
                    wanted="the folder in which it began",
                    do="move it back, or take --out where it lies, and run the same command: "
                    "what is finished is kept there",
                )

        try:
            yield check
        except (FourfoldError, OSError):
            check()  # what else went wrong follows from that
            raise
        check()


def _cannot_write(path: Path, error: OSError) -> MachineError:
    if is_full(error):
        return MachineError(
            "disk-full",
            f"the disk is full: {path} can't be written ({error.strerror})",
            wanted="space",
            do="make room, and run the same command: a comparison goes on from what is written",
        )
    return MachineError(
        "cannot-write",
        f"{path} can't be written ({error.strerror or error})",
        wanted="a folder with space and permission to write",
        do="write to another place (--out ANOTHER for a study, which can be copied there)",
    )


def _try_lock(file) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
            return True
        except OSError:
            return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except OSError:
        return False


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
