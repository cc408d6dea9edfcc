"""What may be said beside the data, checked before anything is read; and the data read accordingly. No JAX."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from fourfold.data import from_arrays, read
from fourfold.data.dataset import Dataset
from fourfold.errors import OptionError
from fourfold.study.efforts import effort as effort_by_name

DEFAULT_EFFORT = "standard"


@dataclass(frozen=True)
class Options:
    """What may be said beside the data; the command line and `compare` take the same."""

    target: str | None = None
    task: str | None = None
    layout: str | None = None
    test: Any = None
    bounds: tuple[float, float] | None = None
    effort: str = DEFAULT_EFFORT
    seed: int = 0
    seeds: int | None = None
    margin: float | None = None
    examples: bool = True

    def __post_init__(self) -> None:
        effort_by_name(self.effort)
        if self.seeds is not None and self.seeds < 1:
            raise OptionError(
                "seeds",
                "there is no training without a seed",
                got=f"--seeds {self.seeds}",
                wanted="1 or more",
            )
        if self.seed < 0:
            raise OptionError(
                "seeds", "seeds are counted from 0 on", got=f"--seed {self.seed}", wanted="0 or more"
            )
        if self.margin is not None and not 0 <= self.margin < math.inf:
            raise OptionError(
                "margin",
                "the difference that matters is not a size",
                got=f"--margin {self.margin:g}",
                wanted="0 or more, in the score's unit (0.01 is a point of accuracy)",
            )

    def arguments(self, **changed: Any) -> list[str]:
        """These options as the command line writes them, defaults left out."""
        words: list[str] = []
        for name in ("target", "task", "layout", "test", "effort", "seed", "seeds", "margin"):
            value = changed.get(name, getattr(self, name))
            if value != getattr(Options(), name):
                words += [f"--{name}", str(value)]
        if self.bounds is not None:
            words += ["--bounds", *map(str, self.bounds)]
        return words if self.examples else [*words, "--no-examples"]


def load_data(x: Any, y: Any, options: Options) -> Dataset:
    settled = {
        "target": options.target,
        "task": options.task,
        "layout": options.layout,
        "bounds": options.bounds,
    }
    if y is None:
        return read(x, test=options.test, **settled)
    settled.pop("target")
    return from_arrays(x, y, **settled)
