"""What a candidate is, and the ways in which the families turn an input into positions.

A candidate is data: a family's name, how it reads each layout, and a function from an input symbol to features.
The study puts the output layer on top. All families get one cap on parameters; the width is the knob. Settings
are departures from a family's recipe: without any, it is the recipe.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import cycle, islice
from typing import Any

from fourfold.core.naming import several
from fourfold.core.symbols import Symbol
from fourfold.initializers import RandomNormal
from fourfold.layers import (
    AveragePooling1D,
    CarryMask,
    Concatenate,
    Cropping1D,
    Dropout,
    Embedding,
    GlobalMaxPooling1D,
    Masking,
    Maximum,
    MaxPooling1D,
    Multiply,
    Permute,
    ReLU,
    Rescaling,
    Reshape,
    ZeroPadding1D,
    ZeroPadding2D,
)

EMBEDDING_WIDTH = 16
PERMUTED = " in an order that each seed and split permutes"
SMALL_DATA = 1_000  # rows below which the recipes regularise more
MANY_WORDS = 1_000  # of a vocabulary, from which on most are rare: learnt by heart, and seldom seen twice in one place
MOST_COLUMNS = 64  # of a table, that are read one by one
FEWEST_GROUPS = 16  # of numbers, beside categories
SPREAD = 0.5
"""The standard deviation with which attention's vectors of places start, and those of a text's tokens beside them."""
LOWEST = -1e9  # stands in the place of padding where a maximum is taken


@dataclass(frozen=True)
class Problem:
    """What an architecture must fit: the layout, one sample's shape, the output units, rows to learn from.

    Shapes: flat (F,), sequence (T, C), image (H, W, C), text (T,). ``masked``: the series have unequal lengths,
    and a step whose numbers are all 0 is padding. ``stepwise``: each step has outputs of its own. ``numeric``: the
    target is numbers, no classes or labels. ``forecast``: it is what follows the last step. ``levels``: how many of a
    table's last columns are 1 for one level of the first category, the second, ...
    """

    layout: str
    shape: tuple[int, ...]
    units: int
    rows: int
    vocabulary: int = 0
    masked: bool = False
    stepwise: bool = False
    numeric: bool = False
    forecast: bool = False
    levels: tuple[int, ...] = ()

    @property
    def numbers(self) -> int:
        """The columns of a table that are no levels of a category."""
        return self.shape[0] - sum(self.levels)

    @property
    def by_category(self) -> bool:
        """Whether a table that is read in columns is read by its categories, and not by their levels: where there is
        room for each and, beside them, for the numbers or some groups of them."""
        room = MOST_COLUMNS - len(self.levels)
        return bool(self.levels) and room >= min(self.numbers, FEWEST_GROUPS)

    def of_length(self, length: int) -> Problem:
        """The same for inputs of another length: columns, among them as large a share of categories, steps, rows of an
        image, tokens."""
        count = round(len(self.levels) * length / self.shape[0])
        levels = [*islice(cycle(self.levels), count)]
        while sum(levels) > length:
            levels.pop()
        return replace(self, shape=(length, *self.shape[1:]), levels=tuple(levels))

    @property
    def place(self) -> str:
        """What is read one after the other: the tokens of a text (characters, or words), or steps."""
        return "token" if self.layout == "text" else "step"

    @property
    def small(self) -> bool:
        return self.rows < SMALL_DATA

    @property
    def many_words(self) -> bool:
        return self.vocabulary >= MANY_WORDS

    @property
    def averaged(self) -> bool:
        """Whether words are read by the mean of their vectors: of many, few are seen twice in one place. Not where each
        has an answer."""
        return self.many_words and not self.stepwise

    @property
    def embedding(self) -> int:
        """The parameters of the vectors of a text's vocabulary, which all families have alike."""
        return self.vocabulary * EMBEDDING_WIDTH

    @property
    def dtype(self) -> str:
        return "int32" if self.layout == "text" else "float32"


def no_factors(problem: Problem, width: int) -> dict[str, tuple[Any, Any]]:
    return {}


@dataclass(frozen=True)
class Candidate:
    """One family's architecture.

    ``build(x, problem, width, **settings)`` gives the features (N, F) under the output layer, of a stepwise problem
    (N, T', F) with a vector for each step or frame of steps, or (N, F) of the whole series; ``step`` is what the width
    is a multiple of; ``reads`` and ``describe`` say in words what the input becomes and what the layers are.
    ``factors(problem, width)`` names settings worth varying, each with two levels of which the first is the recipe's.
    ``ordered_columns`` says that the family reads a table's columns in an order, which is arbitrary: each seed
    then permutes them.
    """

    family: str
    title: str
    build: Callable[..., Symbol]
    reads: Callable[[Problem], str]
    describe: Callable[..., str]
    factors: Callable[[Problem, int], dict[str, tuple[Any, Any]]] = no_factors
    step: int = 1
    ordered_columns: bool = False

    def permutes(self, problem: Problem) -> bool:
        """Whether each run gives it the columns in an order of its own. Those that are read by their categories the
        network permutes itself."""
        return self.ordered_columns and problem.layout == "flat" and not problem.by_category


def as_sequence(
    x: Symbol, problem: Problem, longest: int, masked: bool = False, spread: float | None = None
) -> Symbol:
    """All but a table (`columns`) as a sequence (N, T, C) of at most about ``longest`` steps.

    An image becomes its rows; a series longer than that is cut into frames of equal length; tokens are embedded
    (``spread``: see `embedded`), and padding is ``masked``.
    """
    if problem.layout == "image":
        height, columns, channels = problem.shape
        return framed(Reshape((height, columns * channels))(x), height, columns * channels, longest)
    if problem.layout == "text":
        return tokens(x, problem, longest, masked, spread)
    return series(x, problem, longest)


def tokens(
    x: Symbol, problem: Problem, longest: int, masked: bool = False, spread: float | None = None
) -> Symbol:
    """A text (N, T) as vectors (N, T', C) of its tokens, of a longer one of at most about ``longest`` frames of f.

    A frame has the vectors of its tokens side by side (C = f E), or, where they are ``averaged``, their mean and their
    maximum (C = 2 E).
    """
    steps = problem.shape[0]
    frame = frame_length(steps, longest)
    vectors = embedded(x, problem, masked and frame == 1, spread)
    if frame == 1:
        return vectors
    if problem.averaged:
        whole = in_whole_frames(vectors, steps, frame)
        frames = Concatenate()([AveragePooling1D(frame)(whole), MaxPooling1D(frame)(whole)])
    else:
        frames = framed(vectors, steps, EMBEDDING_WIDTH, longest)
    return without_padding(frames, x, problem, longest) if masked else frames


def embedded(x: Symbol, problem: Problem, masked: bool = False, spread: float | None = None) -> Symbol:
    """A text (N, T) as vectors (N, T, E), of which training drops a fifth where there are many words.

    ``spread`` is the standard deviation that they start with, else 0.03.
    """
    start = "uniform" if spread is None else RandomNormal(stddev=spread)
    x = Embedding(problem.vocabulary, EMBEDDING_WIDTH, start, mask_zero=masked)(x)
    return Dropout(0.2)(x) if problem.many_words else x


def without_padding(vectors: Symbol, x: Symbol, problem: Problem, longest: int) -> Symbol:
    """The vectors of frames of a text x, (N, T', C), those of padding masked."""
    return Masking()(Multiply()([vectors, real_frames(x, problem.shape[0], longest)]))


def real_frames(x: Symbol, steps: int, longest: int) -> Symbol:
    """1 for each frame of a text (N, T) that holds a token, else 0: (N, T', 1), made of layers that Keras has.

    The first one is always real, so that means and maxima over frames are numbers.
    """
    frame = frame_length(steps, longest)
    real = in_whole_frames(Reshape((steps, 1))(ReLU(max_value=1.0)(Rescaling(1.0)(x))), steps, frame)
    if frame > 1:
        real = MaxPooling1D(frame)(real)
    others = frame_count(steps, longest) - 1
    first = Rescaling(0.0, 1.0)(Cropping1D((0, others))(real))
    return Maximum()([real, ZeroPadding1D((0, others))(first)])


def series(x: Symbol, problem: Problem, longest: int) -> Symbol:
    """A series in at most about ``longest`` frames; where lengths differ, frames of padding are masked."""
    steps, channels = problem.shape
    x = framed(x, steps, channels, longest)
    return Masking()(x) if problem.masked else x


def carried(x: Symbol, source: Symbol) -> Symbol:
    """x with the source's mask, where it has one, and 0 at its padding."""
    return x if source.mask is None else CarryMask()([x, source])


def highest(x: Symbol, masked: bool) -> Symbol:
    """The maximum over the steps (N, T, C), padding left out."""
    return GlobalMaxPooling1D()(CarryMask(LOWEST)(x) if masked else x)


def framed(x: Symbol, steps: int, channels: int, longest: int) -> Symbol:
    """A sequence (N, T, C) in frames of f = ceil(T / longest) steps: (N, T / f, f C), padded with zeros."""
    frame = frame_length(steps, longest)
    if frame == 1:
        return x
    return Reshape((frame_count(steps, longest), frame * channels))(in_whole_frames(x, steps, frame))


def in_whole_frames(x: Symbol, steps: int, frame: int) -> Symbol:
    """A sequence (N, T, C) with zeros behind it, as many as the last frame lacks."""
    return ZeroPadding1D((0, -steps % frame))(x) if steps % frame else x


def frame_length(steps: int, longest: int) -> int:
    """The least steps that a frame must have for there to be at most ``longest`` frames."""
    return -(-steps // longest)


def frame_count(steps: int, longest: int) -> int:
    """How many steps `framed` leaves."""
    return -(-steps // frame_length(steps, longest))


def of_a_frame(problem: Problem, longest: int) -> str:
    """What a frame of a sequence is, in words."""
    steps = counted(frame_length(problem.shape[0], longest), problem.place)
    return f"{steps}, the mean and maximum of each" if problem.averaged else steps


def patches(x: Symbol, shape: tuple[int, ...], side: int) -> tuple[Symbol, int]:
    """An image (N, H, W, C) in patches of side x side: (N, patches, side side C), and their number."""
    height, width, channels = shape
    rows, columns = -(-height // side), -(-width // side)
    if (rows * side, columns * side) != (height, width):
        x = ZeroPadding2D(((0, rows * side - height), (0, columns * side - width)))(x)
    x = Reshape((rows, side, columns, side, channels))(x)
    x = Permute((1, 3, 2, 4, 5))(x)
    return Reshape((rows * columns, side * side * channels))(x), rows * columns


def learned_places() -> RandomNormal:
    """Learned positions start large enough to tell places apart from the first step on."""
    return RandomNormal(stddev=SPREAD)


def counted(number: int, what: str) -> str:
    """
    >>> counted(1, "column"), counted(16, "column")
    ('1 column', '16 columns')
    """
    return f"{number} {what if number == 1 else several(what)}"
