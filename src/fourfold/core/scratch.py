"""Files and folders that are there for as long as they are needed, and gone when a run has ended: at once, too."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from fourfold.errors import MachineError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

_needed: list[Path] = []
"""What lies there now. A signal that ends the process lets no context end."""
_making = threading.RLock()
"""Held while something is made and noted here, and for good by who ends the process: other threads make no more."""
ENDING_SECONDS = 1.0
PREFIX = "fourfold-scratch-"
LITTLE_SPACE = 2**22
"""The bytes that are free at most where a disk is full: parts that no longer fit are smaller."""
SURELY_HELD = 60.0
"""Seconds after which a folder is held, if its process lives."""


@contextmanager
def scratch_folder() -> Iterator[str]:
    """An empty folder among the temporary ones, locked while it is needed. Those of processes that were killed, which
    nobody holds, go first.

    >>> with scratch_folder() as name:
    ...     Path(name, "data").write_text("1")
    1
    >>> Path(name).exists()
    False

    Errors: ``MachineError`` where the disk is full.
    """
    _remove_abandoned(tempfile.gettempdir())
    with _temporary_folder() as name, _held(Path(name)):
        try:
            yield name
        except OSError as error:
            if not is_full(error) or shutil.disk_usage(name).free > LITTLE_SPACE:
                raise
            raise MachineError(
                "no-room-for-temporary-files",
                "the disk is full where temporary files are kept",
                got=f"{Path(name).parent} ({error.strerror})",
                wanted="space",
                do="make room, or TMPDIR=FOLDER before the command",
            ) from error


@contextmanager
def _temporary_folder() -> Iterator[str]:
    """An empty folder, needed until it is removed: what ends the process while it is being removed removes the rest."""
    with _making:
        folder = TemporaryDirectory(prefix=PREFIX)
        _needed.append(Path(folder.name))
    try:
        yield folder.name
    finally:
        folder.cleanup()
        _needed.remove(Path(folder.name))


def is_full(error: BaseException) -> bool:
    """Whether an error says that a disk, or a user's share of it, is full."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


@cache
def _remove_abandoned(place: str) -> None:
    """Removes the scratch folders of this user whose processes are gone, on systems that can lock a folder."""
    if fcntl is None:
        return
    for path in Path(place).glob(f"{PREFIX}*"):
        with suppress(OSError):
            found = path.lstat()
            mine = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
            if mine and time.time() - found.st_mtime > SURELY_HELD:
                with _held(path) as held:
                    if held:
                        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _held(folder: Path) -> Iterator[bool]:
    """Locks a folder until the process is gone at the latest; False where another one holds it."""
    if fcntl is None:
        yield False
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            held = True
        except OSError:
            held = False
        yield held
    finally:
        os.close(handle)


@contextmanager
def scratch_file(folder: Path, prefix: str) -> Iterator[Path]:
    """An empty file in a folder, which who makes it moves elsewhere or removes."""
    with _making:
        handle, name = tempfile.mkstemp(dir=folder, prefix=prefix)
        os.close(handle)
        _needed.append(Path(name))
    try:
        yield Path(name)
    finally:
        _needed.remove(Path(name))


@contextmanager
def removed_at_an_end(*paths: Path) -> Iterator[None]:
    """A place that writes these and removes them itself, unless the process is ended within it."""
    _needed.extend(paths)
    try:
        yield
    finally:
        for path in paths:
            _needed.remove(path)


def remove_all() -> None:
    """Removes what is still there, where the process ends at once; other threads make nothing after it."""
    _making.acquire(timeout=ENDING_SECONDS)
    for path in list(_needed):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink(missing_ok=True)
