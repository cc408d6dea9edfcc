"""What may be said beside the data, checked before anything is read; and the data read accordingly. No JAX."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from fourfold.core import given
from fourfold.data.columns.target import FEWEST_ROWS
from fourfold.data.series.ahead import Ahead
from fourfold.errors import OptionError, closest
from fourfold.evidence.findings import ALSO_CALLED, TITLES
from fourfold.evidence.names import PREDICTED_FOR
from fourfold.study.augmentation import kinds_of
from fourfold.study.baselines import BASELINES
from fourfold.study.efforts import DEFAULT_EFFORT
from fourfold.study.efforts import effort as effort_by_name

KINDS: dict[Callable[[str, Any], Any], tuple[str, ...]] = {
    given.whole: ("seed", "seeds", "steps", "rows", "image_size", "text_length", "forecast", "window", "season"),
    given.number: ("margin",),
    given.text: ("effort", "task", "layout", "tokens", "time", "target_per", "encoding"),
    given.switch: ("examples", "hyperparameters", "time_ordered", "header"),
    given.names: ("target", "drop", "augment"),
}
"""Of what kind the values of options are."""

IN_PYTHON = {"families": "candidates", "no_examples": "examples"}
"""Options of the command line that `compare` calls otherwise."""


@dataclass(frozen=True)
class Options:
    """What may be said beside the data; the command line and `compare` take the same.

    ``candidates``: names of families, functions that build a candidate of one's own, or both; a mapping from names
    to such functions compares them beside the four. ``weight``, ``group`` and ``id``: names of columns, or arrays
    (N,); ``drop`` names columns that are not to be used, as ``target`` does. With ``time``, the name of a column,
    the rows of one id are the steps of a series. ``forecast`` is the number of steps to forecast, from ``window``
    steps before, with a ``season`` of so many; without a forecast ``window`` is the number of steps into which long
    series are cut whose steps have targets. ``target`` is the name of a column, or of several: a list, or one text
    with commas. ``augment`` names how images are changed in training: "shift", "flip" or "shift,flip".
    ``target_per``: "step" or "series", what of series a target belongs to, where the guess is wrong. ``steps`` are
    those of each training, in place of the effort's. ``encoding``: that of text in files, such as "gbk". ``header``:
    whether the first line of text names the columns, where the guess is wrong. ``test``: rows to test on, given as x
    is: a file, a frame, or beside x and y a pair (x_test, y_test).

    ``task``: "classification", "regression" or "multilabel", and ``layout``: "flat", "sequence", "image" or "text",
    where the guess is wrong. ``bounds`` (low, high) are those of the target, ``margin`` is the difference that matters
    in the score's unit. ``effort``: "tiny", "quick", "standard" or "thorough"; ``seed`` is the first of ``seeds`` many,
    and that of the splits. ``examples``: whether the report shows rows of the data; ``hyperparameters``: whether it is
    measured which of them matter. ``y`` is a file of the target alone. ``rows`` is the size of the sample that is read,
    ``image_size`` the side of pictures that are resized, ``tokens`` "words" or "characters" what texts are cut into,
    and ``text_length`` how many of these are read. ``time_ordered``: rows stand in order of time.
    """

    target: str | Sequence[str] | None = None
    task: str | None = None
    layout: str | None = None
    test: Any = None
    bounds: tuple[float, float] | None = None
    effort: str = DEFAULT_EFFORT
    seed: int = 0
    seeds: int | None = None
    steps: int | None = None
    margin: float | None = None
    examples: bool = True
    candidates: Any = None
    hyperparameters: bool = False
    y: str | None = None
    rows: int | None = None
    image_size: int | None = None
    tokens: str | None = None
    text_length: int | None = None
    weight: Any = None
    group: Any = None
    id: Any = None
    time: str | None = None
    time_ordered: bool = False
    drop: str | Sequence[str] | None = None
    forecast: int | None = None
    window: int | None = None
    season: int | None = None
    augment: str | Sequence[str] | None = None
    target_per: str | None = None
    encoding: str | None = None
    header: bool | None = None

    def __post_init__(self) -> None:
        for kind, options in KINDS.items():
            for option in options:
                value = getattr(self, option)
                if value is not None or getattr(Options, option) is not None:
                    object.__setattr__(self, option, kind(option, value))
        effort_by_name(self.effort)
        _ = (
            self.ahead,
            self.augmentation,
            self.chosen,
        )  # what is wrong in them is said before the data are read
        if self.seeds is not None and self.seeds < 1:
            raise OptionError(
                "seeds",
                "there is no training without a seed",
                got=f"--seeds {self.seeds}",
                wanted="1 or more",
                do="--seeds 5, say",
            )
        if self.steps is not None and self.steps < 1:
            raise OptionError(
                "steps",
                "there is no training without a step",
                got=f"--steps {self.steps}",
                wanted="1 or more",
                do="--steps 500, say",
            )
        if self.seed < 0:
            raise OptionError(
                "seeds",
                "seeds are counted from 0 on",
                got=f"--seed {self.seed}",
                wanted="0 or more",
                do="--seed 0, say",
            )
        if self.rows is not None and self.rows < FEWEST_ROWS:
            raise OptionError(
                "rows",
                "nothing is learnt from a sample of so few rows",
                got=f"--rows {self.rows}",
                wanted=f"{FEWEST_ROWS} or more",
                do="--rows 5000, say",
            )
        if self.margin is not None and not 0 <= self.margin < math.inf:
            raise OptionError(
                "margin",
                "the difference that matters is not a size",
                got=f"--margin {self.margin:g}",
                wanted="0 or more, in the score's unit (0.01 is a point of accuracy)",
                do="--margin 0.01, say",
            )

    @cached_property
    def augmentation(self) -> tuple[str, ...]:
        """How images are changed in training."""
        named = self.augment if isinstance(self.augment, str) else ",".join(self.augment or ())
        return kinds_of(named) if named else ()

    @cached_property
    def ahead(self) -> Ahead | None:
        """What is asked of a forecast, if one is asked for."""
        if self.forecast is not None:
            for name in ("task", "layout", "bounds", "image_size", "tokens", "text_length", "test", "y", "target_per"):
                if getattr(self, name) is not None:
                    raise OptionError(
                        "option-of-no-forecast",
                        f"--{name.replace('_', '-')} does not apply to a forecast",
                        got=f"--{name.replace('_', '-')} and --forecast {self.forecast}",
                        do=f"leave out --{name.replace('_', '-')}",
                    )
            return Ahead(self.forecast, self.window, self.season)
        if self.season is not None:
            raise OptionError(
                "season-without-forecast",
                "--season belongs to a forecast",
                got=f"--season {self.season}",
                do="--forecast HORIZON, or leave out --season",
            )
        if self.window is not None:
            Ahead(1, self.window)  # which refuses what is no number of steps
        return None

    @cached_property
    def chosen(self) -> dict[str, Callable | None]:
        """The candidates by name, in order: None for a family, the builder of one of the user's own.

        >>> list(Options().chosen), list(Options(candidates=["dense", {"mine": len}]).chosen)
        (['dense', 'convolution', 'recurrent', 'attention'], ['dense', 'mine'])
        """
        if self.candidates is None or isinstance(self.candidates, Mapping):
            return dict.fromkeys(TITLES) | _own(self.candidates or {})
        several = isinstance(self.candidates, (list, tuple))
        chosen: dict[str, Callable | None] = {}
        for item in self.candidates if several else [self.candidates]:
            if isinstance(item, str) and item in TITLES:
                found: dict[str, Callable | None] = {item: None}
            elif isinstance(item, Mapping):
                found = _own(item)
            elif callable(item):
                found = _own({getattr(item, "__name__", type(item).__name__): item})
            else:
                raise OptionError(
                    "unknown-candidate",
                    "there is no family of this name",
                    got=f"{item!r}{closest(ALSO_CALLED.get(str(item).casefold(), item), TITLES)}",
                    wanted=f"some of {', '.join(TITLES)}",
                    do="leave it out for all four, with commas between names"
                    if isinstance(item, str)
                    else 'for a candidate of your own, candidates={"mine": builder}',
                )
            twice = next((name for name in found if name in chosen), None)
            if twice is not None:
                raise OptionError(
                    "same-candidate",
                    "two candidates have one name",
                    got=repr(twice),
                    do="leave one of them out, or rename one of your own",
                )
            chosen |= found
        if not chosen:
            raise OptionError(
                "no-candidates",
                "there is no candidate to compare",
                got="an empty list",
                wanted=f"some of {', '.join(TITLES)}, or your own",
            )
        return chosen

    @property
    def builders(self) -> dict[str, Callable]:
        return {name: builder for name, builder in self.chosen.items() if builder is not None}

    @property
    def speakable(self) -> bool:
        """Whether the command line can say all of these options: no builders, no arrays, no frames."""
        values = (self.test, self.weight, self.group, self.id)
        return not self.builders and all(
            value is None or isinstance(value, (str, os.PathLike)) for value in values
        )

    def arguments(self, **changed: Any) -> list[str]:
        """These options as the command line writes them, defaults left out."""
        words: list[str] = []
        for option, named in (("--target", self.target), ("--drop", self.drop)):
            for name in (named,) if isinstance(named, str) else named or ():
                words += [option, name]
        for name in ("task", "layout", "test", "effort", "seed", "seeds", "steps", "margin"):
            value = changed.get(name, getattr(self, name))
            if value != getattr(Options(), name):
                words += [f"--{name}", str(value)]
        if self.bounds is not None:
            words += ["--bounds", *map(str, self.bounds)]
        for name in (
            "y",
            "rows",
            "image_size",
            "tokens",
            "text_length",
            "weight",
            "group",
            "id",
            "time",
            "forecast",
            "window",
            "season",
            "augment",
            "target_per",
            "encoding",
        ):
            value = getattr(self, name)
            if isinstance(value, (str, int)):
                words += [f"--{name.replace('_', '-')}", str(value)]
        if self.time_ordered:
            words.append("--time-ordered")
        if self.header is not None:
            words.append("--header" if self.header else "--no-header")
        families = [name for name, builder in self.chosen.items() if builder is None]
        if families != list(TITLES):
            words += ["--families", ",".join(families)]
        if self.hyperparameters:
            words.append("--hyperparameters")
        return words if self.examples else [*words, "--no-examples"]

    def keywords(self, **changed: Any) -> str:
        """These options as a call of `compare` has them, defaults left out; builders, arrays and frames by their names.

        >>> Options(seed=3, candidates=["dense", {"mine": len}]).keywords(effort="thorough")
        "effort='thorough', seed=3, candidates=['dense', {'mine': mine}]"
        """
        words = []
        for field in fields(self):
            value = changed.get(field.name, getattr(self, field.name))
            parts = value if isinstance(value, (tuple, list)) else [value]
            plain = all(part is None or isinstance(part, (str, int, float, os.PathLike)) for part in parts)
            if field.name != "candidates" and (not plain or value != field.default):
                words.append(f"{field.name}={value!r}" if plain else f"{field.name}={field.name}")
        families = [name for name in self.chosen if name in TITLES]
        own = "{" + ", ".join(f"{name!r}: {re.sub(r'[ -]', '_', name)}" for name in self.builders) + "}"
        listed = f"[{', '.join([*map(repr, families), own])}]"
        if self.builders:
            words.append(f"candidates={own if families == list(TITLES) else listed}")
        elif families != list(TITLES):
            words.append(f"candidates={families!r}")
        return ", ".join([*words, *([f"out={changed['out']!r}"] if "out" in changed else [])])


def _own(builders: Mapping[str, Callable]) -> dict[str, Callable | None]:
    """Candidates of the user's own, their names and kinds checked."""
    taken = {*TITLES, "baselines", *PREDICTED_FOR, *(name for names in BASELINES.values() for name in names)}
    for name, builder in builders.items():
        if not isinstance(name, str) or not re.fullmatch(r"\w[\w -]{0,39}", name):
            raise OptionError(
                "candidate-name",
                "the name of a candidate has odd characters or is too long",
                got=repr(name),
                wanted="up to 40 letters, digits, blanks, - and _",
                do='candidates={"mine": builder}',
            )
        if name.lower() in {other.lower() for other in taken}:
            raise OptionError(
                "candidate-name",
                "a family, a baseline or an array of predictions.npz has this name",
                got=repr(name),
                wanted="a name of its own",
                do=f'"my {name}", say',
            )
        if not callable(builder):
            raise OptionError(
                "candidate-kind",
                f"the candidate {name!r} is no function",
                got=type(builder).__name__,
                wanted="a function from the input to features, as in lambda x: Dense(32)(x)",
            )
    return dict(builders)
