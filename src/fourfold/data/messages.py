"""Parts of messages that several readers use."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from fourfold.core.naming import several
from fourfold.errors import OptionError

CONSTANT = "the same value in all rows"
"""Why a column is left out that never varies."""

SHOWN = 8
"""The most names that one message lists."""


def counted(number: int, what: str) -> str:
    """A number of things, as in "1 row", "1,200 rows" and "40 series".

    >>> counted(1, "row"), counted(1200, "row"), counted(40, "series")
    ('1 row', '1,200 rows', '40 series')
    """
    return f"{number:,} {what if number == 1 else several(what)}"


def percent(share: float, digits: int = 0) -> str:
    """A share with so many digits behind the point, a space before the sign.

    >>> percent(0.0472, 1)
    '4.7 %'
    """
    return f"{100 * share:.{digits}f} %"


def listed(values: Sequence[object]) -> str:
    """At most eight values, and how many more there are.

    >>> listed(["a", "b"]), listed(range(10))
    ("'a', 'b'", '0, 1, 2, 3, 4, 5, 6, 7 and 2 more')
    """
    shown = ", ".join(
        repr(str(value)[:60]) if isinstance(value, str) else str(value) for value in values[:SHOWN]
    )
    return f"{shown} and {len(values) - SHOWN} more" if len(values) > SHOWN else shown


def close(name: str, names: Iterable[str]) -> str:
    """The name among ``names`` that was probably meant, or ''."""
    folded = {other.casefold(): other for other in names}
    found = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return folded[found[0]] if found else ""


def unknown(what: str, got: object, names: Sequence[str], option: str) -> OptionError:
    """An option whose value is none of the names."""
    meant = close(str(got), names)
    return OptionError(
        f"unknown-{what.replace(' ', '-')}",
        f"there is no {what} of this name",
        got=repr(str(got)[:60]),
        wanted=f"one of {', '.join(names[:20])}",
        do=f"{option} {meant or names[0]}",
    )
