"""What a kind of file is that is no data, and by what one is recognised."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from fourfold.errors import FileError, FourfoldError

from .content import Content

__all__ = ["WrongKind", "first_lines", "matches", "says", "starts"]


@dataclass(frozen=True)
class WrongKind:
    """A kind of file: what it is called, how it is recognised, what to do."""

    kind: str
    recognises: Callable[[Content], bool]
    do: str
    error: type[FourfoldError] = FileError


def starts(*marks: bytes) -> Callable[[Content], bool]:
    return lambda content: content.head.startswith(marks)


def says(*words: bytes) -> Callable[[Content], bool]:
    """Text that begins so, whatever its case and the blanks before it."""
    return lambda content: (
        content.head[:2000].removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(words)
    )


def matches(pattern: re.Pattern[bytes]) -> Callable[[Content], bool]:
    return lambda content: pattern.match(content.head[:4000].removeprefix(b"\xef\xbb\xbf")) is not None


def first_lines(content: Content) -> list[bytes]:
    """The first lines that are not blank, without one that is cut off."""
    return [line for line in content.head[:20_000].split(b"\n")[:-1] if line.strip()]
