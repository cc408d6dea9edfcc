"""Data sets that need no file: five real ones of scikit-learn, and the tasks of known answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import synthetic
from .dataset import Column, Note, Table
from .source import Source


@dataclass(frozen=True)
class Embedded:
    """A name, what it is in a few words, and how to get it."""

    name: str
    about: str
    load: Callable[[], Source]


def _digits() -> Source:
    from sklearn.datasets import load_digits  # scikit-learn takes a second to import

    bunch: Any = load_digits()
    images = bunch.images[..., None].astype(np.float32)
    return Source(
        "digits", images, target=bunch.target.astype(np.float64), target_name="digit", layout="image"
    )


def _table(name: str, target_name: str) -> Callable[[], Source]:
    def load() -> Source:
        from sklearn import datasets

        bunch = getattr(datasets, f"load_{name.replace('-', '_')}")()
        names = [str(feature) for feature in bunch.feature_names]
        table = Table({feature: bunch.data[:, f].astype(np.float64) for f, feature in enumerate(names)})
        columns = tuple(Column(feature, "number") for feature in names)
        if "target_names" not in bunch:
            return Source(name, table, columns, bunch.target.astype(np.float64), "number", target_name)
        labels = np.asarray(bunch.target_names, dtype=object)[bunch.target]
        return Source(name, table, columns, labels, "category", target_name)

    return load


def _synthetic(task: synthetic.Synthetic) -> Callable[[], Source]:
    def load() -> Source:
        x, y = task.examples(task.rows, 0)
        note = Note(f"known answer: {task.answer}", task.about)
        return Source(task.name, x, target=y.astype(np.float64), layout=task.layout, notes=(note,))

    return load


EMBEDDED: tuple[Embedded, ...] = (
    Embedded("digits", "1,797 images of 8 x 8 pixels, ten digits", _digits),
    Embedded("iris", "150 flowers, 4 measures, three species", _table("iris", "species")),
    Embedded("wine", "178 wines, 13 measures, three growers", _table("wine", "grower")),
    Embedded("breast-cancer", "569 tumours, 30 measures, two kinds", _table("breast-cancer", "diagnosis")),
    Embedded(
        "diabetes", "442 patients, 10 measures, progress after a year", _table("diabetes", "progression")
    ),
    *(Embedded(task.name, task.about, _synthetic(task)) for task in synthetic.TASKS),
)
