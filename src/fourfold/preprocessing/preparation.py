"""What is learnt from training rows before training, kept with the model and applied to new rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, get_args

import numpy as np

from fourfold.errors import FileError

from .categories import Categories
from .dates import calendar, calendar_names, has_clock
from .fields import Fields, parse
from .numbers import Channels, Numbers, finite
from .series import real_steps
from .table import Column, ColumnKind, Table
from .target import Target
from .task import Task
from .text import Characters, Tokens, texts_of
from .windows import SEASONAL_NAIVE, Windows

FORMAT = 1
LAYOUTS = ("flat", "sequence", "image", "text")


class Ahead(Protocol):
    """The part of a forecast that a preparation keeps."""

    @property
    def windows(self) -> Windows: ...


class Raw(Protocol):
    """The part of a data set that a preparation is learnt from."""

    @property
    def layout(self) -> str: ...
    @property
    def inputs(self) -> np.ndarray | Table: ...
    @property
    def target(self) -> np.ndarray: ...
    @property
    def task(self) -> Task: ...
    @property
    def columns(self) -> tuple[Column, ...]: ...
    @property
    def source_columns(self) -> tuple[str, ...]: ...
    @property
    def target_name(self) -> str: ...
    @property
    def row_shape(self) -> tuple[int, ...]: ...
    @property
    def forecast(self) -> Ahead | None: ...
    @property
    def roles(self) -> Mapping[str, str]: ...
    @property
    def interval(self) -> str: ...


@dataclass(frozen=True, eq=False)
class Preparation:
    """Raw rows -> arrays that a network takes, and its outputs -> the user's units.

    ===============  ==============================================  =======================
    layout           what is done                                    inputs
    ===============  ==============================================  =======================
    flat             numbers (booleans and calendar features too)     (N, F) float32
                     standardised, then indicators of missing
                     values, then one-hot categories
    sequence, image  each channel standardised; steps behind the     (N, T, C), (N, H, W, C)
                     end of a series are 0, and only these
    text             characters or tokens numbered                   (N, T) int32
    ===============  ==============================================  =======================

    Windows of a forecast are sequences; they and their targets are first made relative, see `Windows`.

    Statistics come from the training rows only. Widths (levels of a category, indicators, vocabulary,
    length of texts) are those of the whole data set, so that the arrays of all folds have one shape.

    ``roles``: what the columns of the examples' "weight" and "group" are called, which the network doesn't see.
    """

    layout: str
    columns: tuple[Column, ...]
    source_columns: tuple[str, ...]
    target_name: str
    row_shape: tuple[int, ...]
    clocks: tuple[str, ...]
    numbers: Numbers | None
    categories: tuple[Categories, ...]
    channels: Channels | None
    characters: Characters | None
    tokens: Tokens | None
    learnt_target: Target
    windows: Windows | None = None
    interval: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def fit(cls, dataset: Raw, rows) -> Preparation:
        """Learn from the rows with these indices.

        >>> from fourfold.data import from_arrays
        >>> x = np.array([[1.0, 5.0], [3.0, 6.0], [9.0, 7.0]] * 4)
        >>> data = from_arrays(x, y=["low", "low", "high"] * 4)
        >>> Preparation.fit(data, rows=[0, 1]).inputs(data.inputs)[:3].tolist()
        [[-1.0, -1.0], [1.0, 1.0], [7.0, 3.0]]
        """
        inputs, target, rows = dataset.inputs, dataset.target, np.asarray(rows)
        windows = dataset.forecast.windows if dataset.forecast is not None else None
        clocks: tuple[str, ...] = ()
        numbers = channels = characters = tokens = None
        categories: tuple[Categories, ...] = ()
        if isinstance(inputs, Table) and dataset.layout == "text":
            text = dataset.columns[0]
            characters = Characters.fit(text.name, inputs[text.name], rows, text.written, text.longest)
        elif dataset.layout == "text":
            tokens = Tokens.fit(np.asarray(inputs), rows)
        elif dataset.layout in ("sequence", "image"):
            array = np.asarray(inputs)
            if windows is not None:
                target, array = windows.encode(target, array), windows.relative(array)
            padded = windows is None and dataset.layout == "sequence" and not real_steps(array).all()
            channels = Channels.fit(array, rows, padded)
        else:
            if isinstance(inputs, Table):
                dates = [column.name for column in dataset.columns if column.kind == "date"]
                clocks = tuple(name for name in dates if has_clock(inputs[name]))
            names, matrix = _matrix(inputs, dataset.columns, clocks)
            numbers = Numbers.fit(names, matrix, rows)
            if isinstance(inputs, Table):
                worded = [column.name for column in dataset.columns if column.kind == "category"]
                categories = tuple(Categories.fit(name, inputs[name], rows) for name in worded)
        return cls(
            layout=dataset.layout,
            columns=dataset.columns,
            source_columns=dataset.source_columns,
            target_name=dataset.target_name,
            row_shape=dataset.row_shape,
            clocks=clocks,
            numbers=numbers,
            categories=categories,
            channels=channels,
            characters=characters,
            tokens=tokens,
            learnt_target=Target.fit(dataset.task, target[rows]),
            windows=windows,
            interval=dataset.interval,
            roles=dataset.roles,
        )

    @property
    def task(self) -> Task:
        return self.learnt_target.task

    @property
    def input_names(self) -> tuple[str, ...]:
        """The names of the prepared columns of a flat layout, in order; empty for the others."""
        own = self.numbers.input_names if self.numbers else ()
        return own + tuple(name for category in self.categories for name in category.input_names)

    @property
    def input_columns(self) -> tuple[str, ...]:
        """Of each prepared column of a flat layout the name of the column that it was made of."""
        found = self.numbers
        own = [*found.names, *(found.names[place] for place in found.indicated)] if found else []
        owner = {
            part: column.name
            for column in self.columns
            if column.kind == "date"
            for part in calendar_names(column.name, column.name in self.clocks)
        }
        words = (category.name for category in self.categories for _ in category.input_names)
        return (*(owner.get(name, name) for name in own), *words)

    @property
    def levels(self) -> tuple[int, ...]:
        """How many of the last prepared columns of a flat layout are levels of the first category, the second, ..."""
        return tuple(category.width for category in self.categories)

    @property
    def masked(self) -> bool:
        """Whether series have unequal lengths: a prepared step that is 0 in all channels is padding."""
        return self.channels is not None and self.channels.padded

    @property
    def vocabulary_size(self) -> int:
        """How many different numbers the inputs of layout text can hold, 0 and 1 included."""
        words = self.characters or self.tokens
        return words.size if words else 0

    @property
    def unit(self) -> str:
        """What inputs of layout text are cut into: characters, words or tokens; "" where they are no text."""
        words = self.characters or self.tokens
        return words.unit if words else ""

    def inputs(self, raw: np.ndarray | Table) -> np.ndarray:
        """Rows in the form of ``Dataset.inputs`` -> float32 (int32 for text), in the same order."""
        if self.characters:
            assert isinstance(raw, Table)
            return self.characters.apply(raw[self.characters.name])
        if self.tokens:
            return self.tokens.apply(np.asarray(raw))
        if self.channels:
            array = np.asarray(raw)
            return self.channels.apply(self.windows.relative(array) if self.windows else array)
        assert self.numbers is not None
        parts = [self.numbers.apply(_matrix(raw, self.columns, self.clocks)[1])]
        if isinstance(raw, Table):
            parts += [category.apply(raw[category.name]) for category in self.categories]
        return np.concatenate(parts, axis=1)

    def outside(self, raw: Table) -> dict[str, tuple[np.ndarray, float, float]]:
        """By column that has numbers or dates far outside the range that was learnt from: which rows (N,) have these,
        and this range (of dates in days since 2000)."""
        found: dict[str, tuple[np.ndarray, float, float]] = {}
        if self.layout != "flat" or self.numbers is None or self.numbers.low is None or self.numbers.high is None:
            return found
        far = self.numbers.outside(_matrix(raw, self.columns, self.clocks)[1])
        for column in self.columns:
            name = calendar_names(column.name, False)[0] if column.kind == "date" else column.name
            if name in self.numbers.names and far[:, place := self.numbers.names.index(name)].any():
                low, high = self.numbers.low[place], self.numbers.high[place]
                found[column.name] = far[:, place], float(low), float(high)
        return found

    def always_there(self) -> tuple[str, ...]:
        """The columns of a table that hold numbers or dates, and no missing value in the data that were learnt from."""
        if self.layout != "flat" or self.numbers is None:
            return ()
        gaps = {self.numbers.names[place] for place in self.numbers.indicated}
        first = {
            column.name: calendar_names(column.name, False)[0] if column.kind == "date" else column.name
            for column in self.columns
        }
        return tuple(name for name, part in first.items() if part in self.numbers.names and part not in gaps)

    def target(self, raw: np.ndarray, inputs: Any = None) -> np.ndarray:
        """The raw target (N,) or (N, K) -> class indices, labels 0 or 1 (int32), or scaled numbers (float32).

        ``inputs`` are the raw rows, which the target of a forecast is relative to.
        """
        return self.learnt_target.encode(self.windows.encode(raw, inputs) if self.windows else raw)

    def decode(self, outputs: np.ndarray, inputs: Any = None) -> np.ndarray:
        """Outputs after the activation (N, units) -> labels, or numbers in the user's units.

        ``inputs`` are the raw rows, which the outputs of a forecast are relative to.
        """
        found = self.learnt_target.decode(outputs)
        return self.windows.decode(found, inputs) if self.windows else found

    def output_unit(self, inputs: Any = None) -> np.ndarray:
        """What 1 of an output is in the user's units: a number, one a target (K,), or of a forecast (N, H K)."""
        scale = np.array(self.learnt_target.scale)
        return scale * self.windows.sizes(inputs) if self.windows else scale

    def probabilities(self, outputs: np.ndarray) -> np.ndarray:
        """Outputs of the network, after its activation -> the probability of each class or label (N, K)."""
        return self.learnt_target.probabilities(outputs)

    def to_json(self) -> str:
        """Plain JSON; ``from_json`` gives back the same numbers to the last bit."""
        facts: dict[str, Any] = {
            "format": FORMAT,
            "layout": self.layout,
            "columns": [_as_facts(column) for column in self.columns],
            "source_columns": list(self.source_columns),
            "target_name": self.target_name,
            "row_shape": list(self.row_shape),
            "clocks": list(self.clocks),
            "categories": [category.to_dict() for category in self.categories],
            "target": self.learnt_target.to_dict(),
        }
        for name in (*_STEPS, "windows"):
            if step := getattr(self, name):
                facts[name] = step.to_dict()
        if self.interval:
            facts["interval"] = self.interval
        if self.roles:
            facts["roles"] = dict(self.roles)
        return json.dumps(facts, indent=1, allow_nan=False)

    @classmethod
    def from_json(cls, text: str, what: str = "the preparation") -> Preparation:
        """Read what ``to_json`` wrote; whatever else the text may be, it is refused with ``FileError``."""
        fields = parse(text, what)
        if fields.integer("format") != FORMAT:
            raise FileError(
                "preparation-format",
                f"{what} was written by another version of Fourfold",
                got=f"format {fields.integer('format')}",
                wanted=f"format {FORMAT}",
                do="read it with that version",
            )
        steps = {
            name: kind.from_fields(fields.object(name)) if name in fields.values else None
            for name, kind in _STEPS.items()
        }
        preparation = cls(
            layout=fields.text("layout", LAYOUTS),
            columns=tuple(_column(column) for column in fields.objects("columns")),
            source_columns=fields.texts("source_columns"),
            target_name=fields.text("target_name"),
            row_shape=fields.integers("row_shape", 0, 2**31),
            clocks=fields.texts("clocks"),
            categories=tuple(Categories.from_fields(part) for part in fields.objects("categories")),
            learnt_target=Target.from_fields(fields.object("target")),
            windows=Windows.from_fields(fields.object("windows")) if "windows" in fields.values else None,
            interval=fields.text("interval") if "interval" in fields.values else "",
            roles=_roles(fields.object("roles")) if "roles" in fields.values else {},
            **steps,
        )
        _check(preparation, what)
        return preparation


_STEPS = {"numbers": Numbers, "channels": Channels, "characters": Characters, "tokens": Tokens}


ROLES = ("weight", "group")


def _roles(fields: Fields) -> dict[str, str]:
    return {role: fields.text(role) for role in ROLES if role in fields.values}


def _as_facts(column: Column) -> dict[str, Any]:
    written = {"written": column.written} if column.written else {}
    zoned = {} if column.zoned is None else {"zoned": column.zoned}
    percent = {"percent": True} if column.percent else {}
    return {"name": column.name, "kind": column.kind, **written, **zoned, **percent}


def _column(fields: Fields) -> Column:
    written = fields.text("written") if "written" in fields.values else ""
    zoned = fields.boolean("zoned") if "zoned" in fields.values else None
    percent = "percent" in fields.values and fields.boolean("percent")
    kind = fields.text("kind", get_args(ColumnKind))
    return Column(fields.text("name"), kind, written, zoned, percent=percent)  # pyright: ignore[reportArgumentType]


def _matrix(
    raw: np.ndarray | Table, columns: tuple[Column, ...], clocks: tuple[str, ...]
) -> tuple[tuple[str, ...], np.ndarray]:
    """The numbers of a flat data set: names, and (N, F) float64 with NaN for missing and infinite ones."""
    if isinstance(raw, Table):
        names: list[str] = []
        parts: list[np.ndarray] = [np.empty((raw.rows, 0))]
        for column in columns:
            if column.kind in ("number", "boolean"):
                names.append(column.name)
                parts.append(raw[column.name][:, None])
            elif column.kind == "date":
                names += calendar_names(column.name, column.name in clocks)
                parts.append(calendar(raw[column.name], column.name in clocks))
        matrix = np.concatenate(parts, axis=1)
    else:
        names = [column.name for column in columns]
        matrix = np.asarray(raw, dtype=np.float64)
    return tuple(names), finite(matrix)


def _check(preparation: Preparation, what: str) -> None:
    """The parts of a preparation that was read fit each other."""
    layout, columns = preparation.layout, {column.name: column.kind for column in preparation.columns}
    wanted = {"flat": ["numbers"], "sequence": ["channels"], "image": ["channels"]}
    present = [name for name in _STEPS if getattr(preparation, name)]
    good = present == wanted[layout] if layout in wanted else present in (["characters"], ["tokens"])
    dates = [name for name, kind in columns.items() if kind == "date"]
    plain = [name for name, kind in columns.items() if kind in ("number", "boolean")]
    worded = [name for name, kind in columns.items() if kind == "category"]
    if layout == "flat" and good:
        expected = list(plain)
        expected += [part for name in dates for part in calendar_names(name, name in preparation.clocks)]
        assert preparation.numbers is not None
        good = sorted(preparation.numbers.names) == sorted(expected)
        good = good and [category.name for category in preparation.categories] == worded
    if preparation.windows is not None:
        units, windows = preparation.task.units, preparation.windows
        good = good and layout == "sequence" and units == windows.horizon * len(windows.targets)
        good = good and preparation.row_shape[:1] == (windows.window,) and windows.season <= windows.window
        good = good and len(windows.targets) > 0 and len(windows.levels) == len(worded)
        good = good and windows.base in (SEASONAL_NAIVE, *windows.rules)
    source = preparation.source_columns
    if preparation.characters:
        good = good and columns == {preparation.characters.name: "text"}
        good = good and {*texts_of(preparation.characters.name, source)} <= {*source}
    else:
        good = good and {*columns} <= {*source}
    good = good and len(columns) == len(preparation.columns)
    if not good:
        raise FileError(
            "damaged-json",
            f"{what} can't be read",
            got="parts that don't fit each other",
            wanted="the file that Fourfold wrote",
        )
