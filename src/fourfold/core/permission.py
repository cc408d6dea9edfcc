"""What may not be read is the machine's matter: named with the folder that is in the way, and with what opens it."""

from __future__ import annotations

import errno
import glob
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fourfold.errors import MachineError

IN_FOLDERS = "rx"
"""What of a folder is needed to find files in it: to list it, and to go through it."""


BESIDE = "a pattern that does not lead there, if nothing in it is meant"
"""What may be done where several folders are looked through."""


@contextmanager
def permitted(called: str | os.PathLike[str] = "") -> Iterator[None]:
    """A place in which files are read, the one that messages have a name for ``called`` so. Errors: `MachineError`
    where one may not be read, or what lies in a folder."""
    try:
        yield
    except PermissionError as error:
        raise may_not_be_read(os.fspath(called) or str(error.filename or "a file"), error) from error


def may_not_be_read(name: str, error: OSError, instead: str = "") -> MachineError:
    """The error for a file or a folder by the name that the user has for it, and what may be done ``instead`` of
    opening it."""
    path = Path(error.filename if isinstance(error.filename, str) else name)
    closed = closed_above(path)
    wanted = IN_FOLDERS if closed or path.is_dir() else "r"
    return MachineError(
        "permission",
        f"{name} may not be read",
        got=f"{os.strerror(error.errno or 0)}{f', in the folder {closed}' * bool(closed)}",
        do=f"chmod {_who(closed or path)}+{wanted} {shlex.quote(str(closed or name))}{instead}",
    )


def closed_above(path: Path) -> Path | None:
    """The outermost folder above a path that may not be gone through; None where none is in the way."""
    return next((folder for folder in reversed(path.parents) if not _may(folder, os.X_OK)), None)


def check_looked_into(pattern: str) -> None:
    """Refuse a pattern that leads into a folder which may not be listed, or gone through: it would find nothing there,
    and say nothing. What such a folder holds can't be told, so that a pattern has to pass it by."""
    parts = Path(pattern).parts
    for place, part in enumerate(parts):
        needed = os.R_OK | os.X_OK if glob.has_magic(part) else os.X_OK
        for folder in glob.iglob(str(Path(*parts[:place], "")) + os.sep, recursive=True):
            if not _may(Path(folder), needed):
                denied = PermissionError(errno.EACCES, os.strerror(errno.EACCES), folder)
                several = any(map(glob.has_magic, parts[:place]))
                raise may_not_be_read(str(Path(folder)), denied, f"; or {BESIDE}" * several)


def _may(folder: Path, needed: int) -> bool:
    return os.access(folder, needed, effective_ids=os.access in os.supports_effective_ids)


def _who(path: Path) -> str:
    """Whose right is missing: that of the owner, if this is the user, or that of all others."""
    try:
        mine = path.stat().st_uid == os.geteuid()
    except (OSError, AttributeError):  # Windows has no owners by number
        mine = True
    return "u" if mine else "a"
