"""Names of classes, labels and targets where a chart has little room for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def told_apart(names: Sequence[str], most: int) -> dict[str, str]:
    """What names are drawn as where ``most`` characters have room: of long ones that begin alike the begin and the end.

    >>> list(told_apart(["stomach cancer, stage 1", "stomach cancer, stage 2", "none"], 12).values())
    ['stomac…age 1', 'stomac…age 2', 'none']
    >>> list(told_apart(["stomach cancer", "none that is known"], 12).values())
    ['stomach cancer', 'none that is known']
    """
    begins = Counter(name[: most - 1] for name in names)
    half = most // 2
    drawn = {
        name: f"{name[:half]}…{name[half + 1 - most :]}" if len(name) > most and begins[name[: most - 1]] > 1 else name
        for name in names
    }
    return drawn if len(set(drawn.values())) == len(drawn) else {name: name for name in names}
