"""What messages say of the command line's options, as calls of `compare` say it.

Messages are written once, for the command line; `in_keywords` rewords them where Python has asked.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fourfold.core import given
from fourfold.errors import FourfoldError
from fourfold.options import IN_PYTHON, KINDS, Options

NUMBERS = {*KINDS[given.whole], *KINDS[given.number]}
"""Keywords whose values, and what stands for these, have no quotes."""

SWITCHES = {*KINDS[given.switch], "force"}
KEYWORDS = {*Options.__dataclass_fields__, *SWITCHES, "x", "out"}

PROSE = re.compile(
    "a|and|asks|belongs|changes|does|each|for|has|in|into|is|leaves|lists|names|needs|of|or|takes|that|the|those|to|"
    "where|which|with"
)
"""Words that go on with the sentence behind an option and are no values."""

OPTION = re.compile(
    r"(?<![\w-])--(?P<name>[a-z][a-z-]*)(?![\w-])(?: (?!--)(?P<value>'[^']*'|[^\s()'\"]*[^\s()'\".,;:]))?"
)
BOUNDS = re.compile(r"--bounds ([^\s,]+) ([^\s,]+)")


def in_keywords(text: str) -> str:
    """A message with keywords of `compare` in the place of options.

    >>> in_keywords("--target species, or --no-header; --id patient --time day")
    "target='species', or header=False; id='patient', time='day'"
    >>> in_keywords("leave out --season, or add --forecast HORIZON and --time-ordered")
    'leave out season, or add forecast=HORIZON and time_ordered=True'
    """
    return OPTION.sub(_keyword, BOUNDS.sub(r"bounds=(\1, \2)", text))


def _keyword(found: re.Match[str]) -> str:
    option, value = found["name"].replace("-", "_"), found["value"] or ""
    positive = option.removeprefix("no_")
    name = IN_PYTHON.get(option, positive)
    if name not in KEYWORDS:
        return found[0]
    prose = f" {value}" if PROSE.fullmatch(value) or (value and name in SWITCHES) else ""
    following = "," * (not prose and found.string[found.end() :].startswith(" --"))
    if name in SWITCHES:
        return f"{name}={option == positive}{prose}{following}"
    if prose or not value:
        return f"{name}{prose}{following}"
    return f"{name}={value if name in NUMBERS else repr(''.join(shlex.split(value)))}{following}"


@contextmanager
def saying_keywords(words: Callable[[str], str] = in_keywords) -> Iterator[None]:
    """Errors of Fourfold that pass through here say what can be done in Python."""
    try:
        yield
    except FourfoldError as error:
        error.reword(words)
        raise
