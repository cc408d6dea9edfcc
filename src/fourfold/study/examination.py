"""Examinations: one trained network of each family, looked at on rows that it was not trained on.

All families are looked at on one split and with one seed, so on the same test rows. The arrays are computed
quantities; seconds lie in a file of their own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fourfold.core.files import load_sealed, save_sealed, write_whole
from fourfold.core.streams import Stream
from fourfold.data.splits import Split
from fourfold.errors import OptionError
from fourfold.evidence.evidence import Evidence
from fourfold.study import maps
from fourfold.study.blocks import Block, prepared_of, replica_of
from fourfold.study.inside import Inside, Pulled, bytes_of, on_device, seconds_of
from fourfold.study.prepared import Prepared

if TYPE_CHECKING:
    from fourfold.study.runner import Task
    from fourfold.study.study import Study
    from fourfold.study.trials import Trials

VERSION = 7
"""Counts changes of what is computed: examinations of another version are made again."""

Arrays = dict[str, np.ndarray]
BATCH = 256
EXAMPLES = 6
LOOKED_AT = 64
"""Rows whose gradients are taken, the examples among them."""

REDRAWS = 5
ALIKE = 0.5
"""A map that correlates more than this with that of random weights tells nothing of what was learnt."""

MOST_SHIFTS = 5


@dataclass(frozen=True)
class Examination:
    """What one trained network of a family does: ``block`` is its training, ``rows`` how many test rows are moved.

    The arrays, for N = at most 64 test rows, the first of them ``example_rows``, and places P... of the input:

        seed (), split ()               those of the run, whose test rows these are
        rows (N,), outputs (N, units)   which rows, and the outputs of the trained graph
        maps (N, P...)                  |d output of the predicted class / d input|, summed over channels; of a table
                                        times what its prepared column varies
        lengths (N,)                    the places of each row, where these are steps or tokens: the rest is padding
        maps_alike, attention_alike, filters_alike      rank correlation with the maps of random weights
        by_lag (T,), by_distance (D,)   shares of the maps by lag to the last step, by pixels from their centre
        shift_rows (R,), shift_steps (S,), shift_outputs (1 + S, directions, R, units)      first: not moved
        layers (L,), gradient_start (L,), gradient_end (L,)     norm of the loss's gradient by layer
        lag_start (T,), lag_end (T,)    root mean square over rows of the norm of d loss / d input by lag
        attention (N, T), attention_distance, attention_entropy (blocks,), uniform_distance (), attention_grid
        filters (k..., C, F)            the kernel of the first convolution
        memory (2,)                     bytes in use while 1 and 256 rows are predicted
    """

    block: Block
    rows: int

    @property
    def data(self) -> str:
        return self.block.data

    @property
    def family(self) -> str:
        return self.block.family

    def path(self, folder: Path) -> Path:
        content = asdict(self) | {"version": VERSION}
        key = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
        return folder / "blocks" / f"examined-{self.family}-{key}.npz"

    def run(self, folder: Path) -> None:
        """Trains the network if its block is not on disk, and looks at it; called in a worker."""
        trained = self.block.load(folder)
        if trained is None:
            self.block.run(folder)
            trained = self.block.load(folder)
        assert trained is not None
        prefix = "weight:"
        weights = {name[len(prefix) :]: a for name, a in trained.items() if name.startswith(prefix)}
        arrays, seconds = examine(self, prepared_of(folder, self.block.data), weights)
        write_whole(self._seconds_path(folder), json.dumps(seconds).encode(), parents=False)
        save_sealed(self.path(folder), arrays)

    def load(self, folder: Path) -> Arrays | None:
        return load_sealed(self.path(folder))

    def seconds(self, folder: Path) -> dict[str, float]:
        """Seconds to predict so many rows, by their number as text; empty where nothing was measured."""
        try:
            return json.loads(self._seconds_path(folder).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}

    def _seconds_path(self, folder: Path) -> Path:
        return self.path(folder).with_suffix(".seconds.json")


def wants(study: Study, trials: Mapping[str, Trials]) -> list[Task]:
    """One examination a family: what every measure that looks at trained networks asks for."""
    return list(study.examinations(trials).values())


def found(study: Study, trials: Mapping[str, Trials]) -> dict[str, Arrays]:
    """The examinations by family, as far as they are on disk."""
    loaded = {family: task.load(study.folder) for family, task in study.examinations(trials).items()}
    return {family: arrays for family, arrays in loaded.items() if arrays is not None}


def missing(measure: str, family: str) -> Evidence:
    """Evidence that says that a family's network could not be looked at."""
    return Evidence(measure, family, None, reason="its examination failed")


def source(arrays: Arrays, rows: str = "rows") -> str:
    """What stands behind an examination, in words."""
    return f"one trained network, {len(arrays[rows])} test rows"


def example_rows(prepared: Prepared, split: Split) -> np.ndarray:
    """A few test rows that no model chose: the first of each class or set of labels, or even ranks of the target."""
    targets = prepared.targets[0, split.test]
    if np.issubdtype(targets.dtype, np.integer):
        _, places = np.unique(targets, axis=0, return_index=True)
    else:
        places = np.argsort(np.nanmean(targets, axis=-1), kind="stable")[
            np.linspace(0, len(targets) - 1, min(EXAMPLES, len(targets))).astype(int)
        ]
    return split.test[places[:EXAMPLES]]


def examine(task: Examination, prepared: Prepared, weights: Arrays) -> tuple[Arrays, dict[str, float]]:
    """The arrays of an examination, and the seconds of its predictions."""
    block, (run,) = task.block, task.block.runs
    net, split = block.net, prepared.splits[run.split]
    replica = replica_of(block, run, net, prepared, prepared.longest_evaluation())
    inside = Inside(net, block.absolute, prepared.class_weights)

    def inputs_of(rows: np.ndarray) -> np.ndarray:
        inputs = prepared.inputs[int(replica.fold)][rows]
        return inputs if replica.order is None else inputs[:, replica.order]

    draw = np.random.default_rng([run.seed, run.split, 2])
    examples = example_rows(prepared, split)
    count = min(LOOKED_AT, len(split.test), len(split.train))
    others = draw.permutation(np.setdiff1d(split.test, examples))
    rows = np.concatenate([examples, others])[:count]
    start = {**replica.weights, **replica.fixed}
    lengths = _lengths(inputs_of(rows), block)
    answer = inside.of_answer(weights, inputs_of(rows), lengths)
    if not np.isfinite(answer.by_inputs).all():
        raise OptionError(
            "not-finite",
            "a trained network can't be looked at",
            got=f"gradients of {block.family} that are no numbers",
            wanted="a training that did not diverge",
            do="see its learning rates in the report",
        )
    redrawn = [
        inside.of_answer(net.trained.init(Stream(1_000_003 + i)), inputs_of(rows), lengths)
        for i in range(REDRAWS)
    ]
    arrays: Arrays = {"seed": np.array(run.seed), "split": np.array(run.split)}
    arrays |= {"rows": rows, "outputs": answer.outputs}
    arrays |= _looks(answer, redrawn, inputs_of(rows), block, replica.order)
    if block.problem.layout == "flat":
        arrays["maps"] = _as_columns_vary(arrays["maps"], prepared.inputs[int(replica.fold)][split.train])
    if answer.attention:
        arrays |= _attention(answer, redrawn, block.problem.shape, arrays.get("lengths"))
    kernel = inside.first_filters()
    if kernel is not None:
        before, after = (values[kernel].reshape(1, -1) for values in (start, weights))
        arrays |= {
            "filters": weights[kernel],
            "filters_alike": np.array(maps.rank_correlation(before, after)),
        }
    learnt_from = draw.choice(split.train, count, replace=False)
    targets = prepared.targets[int(replica.labels)][learnt_from]
    for moment, values in (("start", start), ("end", weights)):
        arrays |= _gradients(inside, moment, values, inputs_of(learnt_from), targets, block)
    moved = draw.permutation(split.test)[: task.rows]
    shifted, seconds = _predictions(
        inside, weights, inputs_of(np.resize(moved, max(BATCH, len(moved)))), block
    )
    if "shift_outputs" in shifted:
        shifted["shift_outputs"] = shifted["shift_outputs"][:, :, : len(moved)]
        shifted["shift_rows"] = moved
    return arrays | shifted, seconds


def _looks(
    answer: Pulled, redrawn: list[Pulled], inputs: np.ndarray, block: Block, order: np.ndarray | None
) -> Arrays:
    """Where the answer's gradients lie, and how much they look like those of random weights."""
    layout = block.problem.layout

    def by_place(pulled: Pulled) -> np.ndarray:
        size = np.abs(pulled.by_inputs)
        if layout != "flat":
            return size.sum(axis=-1)
        return size if order is None else size[:, np.argsort(order)]

    own, arrays, real = by_place(answer), {}, None
    if layout == "image":
        arrays["by_distance"] = maps.by_distance(own)
    if layout in ("sequence", "text"):
        arrays["lengths"] = lengths = _lengths(inputs, block)
        arrays["by_lag"], real = maps.by_lag(maps.normalised(own), lengths), maps.within(lengths, own.shape[1])
    alike = [maps.rank_correlation(own, by_place(other), real) for other in redrawn]
    return arrays | {"maps": own.astype(np.float32), "maps_alike": np.array(np.mean(alike))}


def _as_columns_vary(gradients: np.ndarray, learnt_from: np.ndarray) -> np.ndarray:
    """What a change of each column by its standard deviation does, from what one by 1 does (N, F).

    Numbers are standardised; levels, and what says that a value is missing, are 0 or 1. One that occurs in a single
    row has the weights that it started with: the gradient by it is as large as that by others, and answers hardly
    depend on it.
    """
    return gradients * learnt_from.std(axis=0, dtype=np.float64).astype(np.float32)


def _attention(
    answer: Pulled, redrawn: list[Pulled], shape: tuple[int, ...], lengths: np.ndarray | None
) -> Arrays:
    tokens, real = answer.attention[0].shape[-1], None
    if lengths is not None:  # in tokens, which may be frames of several steps
        real = maps.within(-(-lengths // -(-shape[0] // tokens)), tokens)
    reached = maps.rollout(answer.attention, real)
    grid = maps.token_grid(tokens, shape)
    distances = maps.token_distances(grid)
    alike = [maps.rank_correlation(reached, maps.rollout(other.attention, real), real) for other in redrawn]
    return {
        "attention": reached.astype(np.float32),
        "attention_alike": np.array(np.mean(alike)),
        "attention_grid": np.array(grid),
        "attention_distance": np.array([maps.attention_distance(p, distances, real) for p in answer.attention]),
        "uniform_distance": np.array(maps.uniform_distance(distances, real)),
        "attention_entropy": np.array([maps.attention_entropy(p, real) for p in answer.attention]),
    }


def _gradients(
    inside: Inside, moment: str, weights: Arrays, inputs: np.ndarray, targets: np.ndarray, block: Block
) -> Arrays:
    """The loss's gradient by layer, and by lag where there are steps: those of an image are its rows of pixels."""
    pulled = inside.of_loss(weights, inputs, targets)
    norms = inside.by_layer(pulled.by_weights)
    arrays = {"layers": np.array(list(norms)), f"gradient_{moment}": np.array(list(norms.values()))}
    if block.problem.layout != "flat":
        squares = (pulled.by_inputs.astype(np.float64) ** 2).sum(axis=tuple(range(2, pulled.by_inputs.ndim)))
        lengths = _lengths(inputs, block)
        arrays[f"lag_{moment}"] = np.sqrt(maps.by_lag(squares, lengths))
    return arrays


def _lengths(inputs: np.ndarray, block: Block) -> np.ndarray:
    """The steps of each row, without padding."""
    if block.problem.layout == "flat":
        return np.ones(len(inputs), int)
    steps = inputs.shape[1]
    if block.problem.layout != "text" and not block.problem.masked:
        return np.full(len(inputs), steps)
    real = inputs.reshape(*inputs.shape[:2], -1).any(axis=-1)
    return np.maximum((real * np.arange(1, steps + 1)).max(axis=1), 1)


def _predictions(
    inside: Inside, weights: Arrays, inputs: np.ndarray, block: Block
) -> tuple[Arrays, dict[str, float]]:
    """Outputs for translated rows, bytes and seconds. ``inputs`` holds at least a batch."""
    placed = on_device(weights)
    one, many = (inside.predictor(placed, inputs[:size]) for size in (1, BATCH))
    seconds = {
        str(size): seconds_of(program, placed, inputs[:size]) for size, program in ((1, one), (BATCH, many))
    }
    arrays: Arrays = {"memory": np.array([bytes_of(one), bytes_of(many)])}

    def outputs_of(rows: np.ndarray) -> np.ndarray:
        padded = np.resize(rows, (-(-len(rows) // BATCH) * BATCH, *rows.shape[1:]))
        parts = [np.asarray(many(placed, padded[i : i + BATCH])) for i in range(0, len(padded), BATCH)]
        return np.concatenate(parts)[: len(rows)]

    axes = {"image": (1, 2), "sequence": (1,), "text": (1,)}.get(block.problem.layout, ())
    axes = () if block.problem.stepwise else axes  # targets would move along
    steps = shifts(min((inputs.shape[axis] for axis in axes), default=0))
    if steps:
        still = np.repeat(outputs_of(inputs)[None], 2 * len(axes), axis=0)
        moved = [
            np.stack(
                [
                    outputs_of(maps.translated(inputs, axis, sign * step))
                    for axis, sign in product(axes, (1, -1))
                ]
            )
            for step in steps
        ]
        arrays |= {"shift_steps": np.array(steps), "shift_outputs": np.stack([still, *moved])}
    return arrays, seconds


def shifts(length: int) -> list[int]:
    """By how many places inputs are moved: 1, 2, 4, ... up to half of the length, at most five of these.

    >>> shifts(8), shifts(1000), shifts(1)
    ([1, 2, 4], [1, 4, 16, 64, 256], [])
    """
    powers = [2**i for i in range(max(length // 2, 0).bit_length())]
    if len(powers) <= MOST_SHIFTS:
        return powers
    places = np.linspace(0, len(powers) - 1, MOST_SHIFTS).round().astype(int)
    return [powers[place] for place in places]
