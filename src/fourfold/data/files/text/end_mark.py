"""The mark with which DOS ends a text, and older instruments still do."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from fourfold.core.scratch import scratch_folder
from fourfold.data.files.content import Content

__all__ = ["without_end_mark"]

END_MARK = re.compile(rb"(?:\x1a[\r\n]*)+\Z")
"""Ctrl-Z, once or several times, perhaps with ends of lines behind it."""

LONGEST = 4096
"""The last bytes of a text, which are looked at: older systems filled up a block of 128 with these marks."""


@contextmanager
def without_end_mark(content: Content) -> Iterator[Content]:
    """A text without the mark of its end: itself, or a copy for as long as it is needed. One in gzip is left as it is,
    whose end would take to unpack all of it."""
    if content.compressed:
        yield content
        return
    with content.path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - LONGEST))
        found = END_MARK.search(file.read())
    if found is None:
        yield content
        return
    size -= len(found[0])
    with scratch_folder() as folder:
        path = Path(folder).resolve() / "data"
        shutil.copyfile(content.path, path)
        with path.open("rb+") as copy:
            copy.truncate(size)
        yield replace(content, path=path, size=size, head=content.head[:size], unpacked=size)
