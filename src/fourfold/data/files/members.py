"""What zip files hold, by the names of their members."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable

from fourfold.data.messages import listed
from fourfold.errors import FileError

from .content import Content

__all__ = ["held", "is_workbook", "packs"]

SHOWN = 3
"""Files of an archive that a message names."""


def packs(pattern: str) -> Callable[[Content], bool]:
    """A zip file with a member of such a name."""
    return lambda content: any(re.search(pattern, name) for name in _members(content))


def is_workbook(content: Content) -> bool:
    """Whether this is an Excel file of the newer kind (.xlsx)."""
    return packs("^xl/workbook.xml$")(content)


def held(content: Content) -> str:
    """What files a zip file has, in words."""
    return _told(_members(content))


def _told(members: list[str]) -> str:
    """What files an archive has, and of many how many, but for folders and what macOS leaves.

    >>> _told(["data/", "data/a.arff", "data/b.arff", "__MACOSX/data/._a.arff"])
    " of 'data/a.arff', 'data/b.arff'"
    """
    files = [name for name in members if not name.endswith("/") and not name.startswith("__MACOSX/")] or members
    many = f" of {len(files):,} files, such as " if len(files) > SHOWN else " of "
    return many + listed(files[:SHOWN])


def _members(content: Content) -> list[str]:
    if not content.head.startswith(b"PK\x03\x04") or content.packed:
        return []
    try:
        with zipfile.ZipFile(content.path) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileError(
            "damaged-zip",
            f"{content.name} is a damaged or cut off zip file",
            got=str(error)[:100],
            do="fetch it again",
        ) from error
