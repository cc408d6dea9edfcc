"""Lines of types and roles below the names of columns, as Orange writes them."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["roles_below"]

TYPES = frozenset(
    ["c", "continuous", "n", "numeric", "d", "discrete", "s", "string", "text", "t", "time", "b", "basket"]
)
"""What a line of types says of columns; of discrete ones it may list the values, with blanks between them."""

ROLES = {
    "class": "class", "c": "class", "meta": "meta", "m": "meta", "ignore": "ignore", "i": "ignore", "weight": "weight",
    "w": "weight",
}  # fmt: skip
"""What a line of roles says of columns, and what is meant; NAME=VALUE tells more of them."""

BETWEEN_VALUES = re.compile(r"(?<!\\) ")
"""A blank that is no part of a value."""

FEWEST_BELOW = 3
"""Rows below these lines from which on they are told to be none, if no column has a role."""


def roles_below(records: Sequence[Sequence[str]]) -> tuple[str, ...] | None:
    """The role of each column, "" for an input, where types and roles stand below the names; None where they don't.

    >>> rows = [["5.1", "3", "a"], ["4.9", "2", "b"], ["4.7", "1", "a"]]
    >>> roles_below([["size", "nr", "kind"], ["c", "d", "a b"], ["", "meta", "class"], *rows])
    ('', 'meta', 'class')
    >>> roles_below([["size", "nr", "kind"], *rows, *rows])
    """
    if len(records) < 4 or len({len(record) for record in records[:3]}) > 1:
        return None
    types, roles = ([cell.strip() for cell in record] for record in records[1:3])
    typed = [kind in TYPES for kind in types]
    listed = [len(BETWEEN_VALUES.split(kind)) > 1 or not kind for kind in types]
    if not any(typed) or not all(one or other for one, other in zip(typed, listed)):
        return None
    words = [[word for word in role.split() if "=" not in word] for role in roles]
    if any(word not in ROLES for those in words for word in those):
        return None
    if len(records) < 3 + FEWEST_BELOW and not any(words):
        return None
    return tuple(ROLES[those[0]] if those else "" for those in words)
