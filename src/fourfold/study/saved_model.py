"""The model that a study leaves: a network, the preparation it was trained with, and nothing executable.

Files in the folder ``model``: ``preparation.json``, ``weights.npz``, ``model.py`` for people, and ``model.json``,
which is written last and holds the checksums of the others.
"""

from __future__ import annotations

import hashlib
import io
import json
import warnings
import zipfile
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from fourfold.core.files import write_whole
from fourfold.core.permission import permitted
from fourfold.core.settings import check_platform
from fourfold.data import NewRows, read_inputs
from fourfold.errors import FileError, FourfoldError, nearest
from fourfold.evidence.findings import title
from fourfold.models import Model, onnx_files
from fourfold.preprocessing.preparation import Preparation
from fourfold.preprocessing.table import row_count
from fourfold.study.architecture import CAPS, Architecture, build
from fourfold.study.candidates import CANDIDATES, Problem, own
from fourfold.study.scored import Scored

FORMAT = 3
"""Fully connected networks were others in format 1, and those that read no table in format 2, too; the rest is as it
was."""
PREDICTION_ROWS, FEWEST_PREDICTION_ROWS = 4096, 64
LARGEST_LAYER = 10**9  # numbers; a file that asks for more is not one that Fourfold wrote


@dataclass(frozen=True, eq=False, repr=False)
class SavedModel:
    """Takes raw rows, as the user has them, and gives predictions in the user's units.

    ``network`` is the `Model` inside, ``preparation`` what comes before it; ``order`` is the order in which the
    network reads a table's columns, where that matters.
    """

    net: Architecture
    preparation: Preparation
    order: np.ndarray | None
    facts: dict[str, Any]

    def __repr__(self) -> str:
        of = f" of {self.facts['data']!r}" if "data" in self.facts else ""
        return f"<SavedModel{of}: {title(self.net.family)}, {self.net.parameters:,} parameters>"

    @property
    def network(self) -> Model:
        return self.net.model

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes, or labels, in the order of the columns of `predict_proba`; of numbers none."""
        return self.preparation.task.classes

    def prepared_outputs(self, inputs: Any) -> np.ndarray:
        """The network's outputs (N, units) for rows in the form of ``NewRows.inputs``."""
        if not row_count(inputs):
            return np.empty((0, self.preparation.task.units), np.float32)
        prepared = self.preparation.inputs(inputs)
        if self.order is not None:
            prepared = prepared[:, self.order]
        rows = len(prepared)
        padding = np.repeat(prepared[:1], padded(rows) - rows, axis=0)
        prepared = np.concatenate([prepared, padding])
        return self.network.predict(prepared, batch_size=PREDICTION_ROWS, verbose=0)[:rows]

    def outputs(self, raw: Any) -> np.ndarray:
        """The network's outputs (N, units) for raw rows: an array, a data frame, a file or a name."""
        return self.prepared_outputs(self._rows(raw).inputs)

    def predict(self, raw: Any) -> np.ndarray:
        """Labels, or numbers in the target's unit (N,), (N, K) of several.

        Of a forecast ``raw`` is the history, and a line is a series: the horizon's steps (S, H), in each the targets.
        Where steps have targets (N, T), None or NaN behind the end of a series.
        """
        rows = self._rows(raw)
        found = self.preparation.decode(self.prepared_outputs(rows.inputs), rows.inputs)
        return found if rows.placed is None else rows.placed.grid(rows.by_step(found), rows.steps)

    def predict_proba(self, raw: Any) -> np.ndarray:
        """The probability of each of the ``classes`` (N, K), of steps with targets (N, T, K)."""
        rows = self._rows(raw)
        found = self.preparation.probabilities(self.prepared_outputs(rows.inputs))
        if rows.placed is None:
            return found
        each = rows.by_step(found).T
        return np.stack([rows.placed.grid(one, rows.steps) for one in each], axis=-1)

    def score(self, raw: Any) -> Scored:
        """How good the model is on raw rows that have their target, by the score of the comparison: a ``value`` and its
        ``interval``, in words when printed.

        Of a forecast ``raw`` is a history: windows are scored whose next steps stand in it, too, behind those that the
        model was compared on.
        """
        rows, scored = self._rows(raw), Scored(self.preparation)
        scored.add(rows, self.prepared_outputs(rows.inputs), self.prepared_outputs)
        return scored

    def _rows(self, raw: Any) -> NewRows:
        """New rows; what is noticed of them, such as words that were never seen, is a warning."""
        rows = read_inputs(raw, self.preparation)
        for note in replace(rows.noticed, notes=()).said():  # without what is only said of how they were read
            warnings.warn(str(note), stacklevel=3)
        return rows

    def __reduce__(self) -> Any:
        """Pickled as the network's recipe and its weights; compiled programs stay behind."""
        net = self.net
        recipe = (net.family, net.problem, net.size, net.output, net.width, net.settings)
        weights = {path: np.asarray(value) for path, value in self.network.graph.values().items()}
        return rebuilt, (recipe, weights, self.preparation, self.order, self.facts)

    def export(self, filepath: str | Path) -> Any:
        """Writes an ``.onnx`` file that takes rows as they are and gives predictions; gives its model.

        What goes in and comes out: `onnx_model.onnx_of`.

        Errors: `OptionError` for another ending, and where the package onnx is missing.
        """
        path = onnx_files.path_of(filepath)
        onnx_files.check_onnx()
        from fourfold.study.onnx_model import onnx_of

        made = onnx_of(self)
        write_whole(path, made.SerializeToString())
        return made

    def save(self, folder: Path) -> None:
        weights = io.BytesIO()
        arrays = {path: np.asarray(value) for path, value in self.network.graph.values().items()}
        np.savez(weights, **arrays)  # type: ignore[arg-type]
        files = {"preparation.json": self.preparation.to_json().encode(), "weights.npz": weights.getvalue()}
        problem = self.net.problem
        facts = {
            "format": FORMAT,
            "family": self.net.family,
            "size": self.net.size,
            "width": self.net.width,
            "settings": dict(self.net.settings),
            "problem": {
                "layout": problem.layout,
                "shape": list(problem.shape),
                "units": problem.units,
                "rows": problem.rows,
                "vocabulary": problem.vocabulary,
                "numeric": problem.numeric,
                "forecast": problem.forecast,
                "levels": list(problem.levels),
            },
            "output": self.preparation.task.output,
            "order": None if self.order is None else [int(column) for column in self.order],
            "checksums": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
            **self.facts,
        }
        for name, content in files.items():
            write_whole(folder / name, content)
        write_whole(folder / "model.json", (json.dumps(facts, indent=1) + "\n").encode())

    @classmethod
    def load(cls, folder: Path) -> SavedModel:
        """Reads what `save` wrote, from its folder or that of the comparison; whatever else the files may be, they are
        refused."""
        check_platform()
        folder = _folder_of_model(folder)
        facts = _facts(folder / "model.json")
        contents = {}
        for name in ("preparation.json", "weights.npz"):
            contents[name] = _read(folder / name)
            if hashlib.sha256(contents[name]).hexdigest() != facts["checksums"].get(name):
                raise _damaged(folder / name, "its checksum is not the one in model.json")
        preparation = Preparation.from_json(
            contents["preparation.json"].decode("utf-8", "replace"), str(folder / "preparation.json")
        )
        stored = facts["problem"]
        problem = Problem(
            stored["layout"],
            tuple(stored["shape"]),
            stored["units"],
            stored["rows"],
            stored["vocabulary"],
            preparation.masked,
            preparation.task.stepwise,
            stored.get("numeric", False),
            stored.get("forecast", False),
            tuple(stored.get("levels", ())),
        )
        if problem.units != preparation.task.units:
            raise _damaged(folder / "model.json", "outputs that don't fit the target")
        settings = tuple(facts["settings"].items())
        try:
            net = build(facts["family"], problem, facts["size"], facts["output"], facts["width"], settings)
        except (FourfoldError, ValueError, TypeError, RecursionError) as error:
            raise _damaged(folder / "model.json", f"its layers can't be built: {error}") from error
        _set_weights(net, contents["weights.npz"], folder / "weights.npz")
        order = None if facts["order"] is None else np.asarray(facts["order"], np.int64)
        return cls(net, preparation, order, {key: facts[key] for key in facts.keys() - _OWN})


def _folder_of_model(folder: Path) -> Path:
    """Where the model of a comparison lies: the folder ``model`` in its folder, or that folder itself.

    A folder with results is that of a comparison, though its model may be gone.
    """
    inside = folder / "model"
    return inside if inside.is_dir() or (folder / "results.json").exists() else folder


def rebuilt(
    recipe: tuple, weights: dict[str, np.ndarray], preparation: Preparation, order: Any, facts: dict[str, Any]
) -> SavedModel:
    """A model from the arguments of `build` and trained weights."""
    net = build(*recipe)
    net.model.graph.commit(weights)
    return SavedModel(net, preparation, order, facts)


def padded(rows: int) -> int:
    """The rows that are predicted at once for so many: few different numbers, so that few programs compile.

    >>> [padded(rows) for rows in (1, 64, 65, 3000, 10_000)]
    [64, 64, 128, 4096, 12288]
    """
    if rows > PREDICTION_ROWS:
        return -(-rows // PREDICTION_ROWS) * PREDICTION_ROWS
    return max(FEWEST_PREDICTION_ROWS, 1 << (rows - 1).bit_length())


_OWN = {"format", "family", "size", "width", "settings", "problem", "output", "order", "checksums"}


def _facts(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(_read(path))
        if type(facts["format"]) is int and facts["format"] != FORMAT and not _is_as_before(facts):
            raise FileError(
                "model-format",
                f"{path} was written by another version of Fourfold",
                got=f"format {facts['format']}",
                wanted=f"format {FORMAT}",
                do="use that version, or run fourfold compare again",
            )
        problem = facts["problem"]
        numbers = [
            facts["width"],
            *problem["shape"],
            problem["units"],
            problem["rows"],
            problem["vocabulary"],
            *problem.get("levels", []),
            *(facts["order"] or []),
        ]
        good = (
            type(facts["format"]) is int
            and _known(facts["family"], facts["size"], facts["settings"])
            and problem["layout"] in ("flat", "sequence", "image", "text")
            and facts["output"] in ("softmax", "sigmoid", "linear", "softplus", "tanh")
            and all(type(n) is int and 0 <= n < 2**31 for n in numbers)
            and all(type(problem.get(name, False)) is bool for name in ("numeric", "forecast"))
            and facts["width"] * prod(problem["shape"]) <= LARGEST_LAYER
            and isinstance(facts["checksums"], dict)
        )
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(path, str(error)) from None
    if not good:
        raise _damaged(path, "a value is not one that Fourfold writes")
    return facts


def _is_as_before(facts: dict[str, Any]) -> bool:
    """Whether a model of an earlier format is built now as it was then."""
    if facts["family"] == "dense":
        return facts["format"] == 2 and facts["problem"]["layout"] == "flat"
    return facts["format"] in (1, 2)


def _known(family: Any, size: Any, settings: Any) -> bool:
    """A family's recipe, or a user's own candidate described by its layers."""
    if family in CANDIDATES:
        return size in CAPS and settings == {}
    return isinstance(family, str) and size == own.SIZE and isinstance(dict(settings)["layers"], str)


def _set_weights(net: Architecture, content: bytes, path: Path) -> None:
    expected = {name: handle.shape for name, handle in net.model.graph.handles.items()}
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (ValueError, zipfile.BadZipFile, EOFError) as error:
        raise _damaged(path, str(error)) from None
    shapes = {name: array.shape for name, array in arrays.items()}
    if shapes != expected:
        wrong = sorted(
            name for name in shapes.keys() | expected.keys() if shapes.get(name) != expected.get(name)
        )
        raise _damaged(path, f"weights that don't fit the network: {', '.join(wrong[:5])}")
    net.model.graph.commit(arrays)


def _read(path: Path) -> bytes:
    try:
        with permitted():
            return path.read_bytes()
    except OSError as error:
        raise FileError(
            "no-model",
            f"{path} can't be read ({error.strerror})",
            wanted="a folder that fourfold compare wrote",
            do=_meant(path.parent) or "fourfold compare DATA --out FOLDER, then use FOLDER",
        ) from error


def _meant(folder: Path) -> str:
    """What to do where there is no such folder, but one beside it of nearly this name that holds a model."""
    beside = {model.parents[1].name for model in folder.parent.glob("*/model/model.json")}
    found = [] if folder.exists() else nearest(folder.name, sorted(beside))
    return f"use {folder.parent / found[0]}" if found else ""


def _damaged(path: Path, why: str) -> FileError:
    return FileError(
        "damaged-model",
        f"{path} is damaged ({why})",
        wanted="the file that fourfold compare wrote",
        do="run fourfold compare again",
    )
