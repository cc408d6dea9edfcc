"""The user's own rows, as plain data for a report: what each family looks at in them, and the worst mistakes.

The form is that of `fourfold.report.gallery`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fourfold.data.dataset import Dataset
from fourfold.evidence.sentences import CORRELATION, show
from fourfold.preprocessing.task import Task
from fourfold.study import examination, forecast_examples, step_examples, tested
from fourfold.study.described import numbering
from fourfold.study.examination import ALIKE, REDRAWS, Arrays
from fourfold.study.example_inputs import as_given, short
from fourfold.study.study import Study
from fourfold.study.trials import Trials

MOST_FILTERS, MOST_MISTAKES, MOST_TARGETS = 8, 12, 6

SALIENCY = "Saliency: the absolute gradient of {output} by each number of {input} (Simonyan et al. 2014)."
READ = {
    "flat": "the prepared input times its standard deviation, summed over what a column became",
    "text": "a token's vector, summed over these",
}
"""Of which numbers gradients are taken, by layout."""
ATTENTION = (
    "Attention rollout: how much of each token reaches the mean over the last block's tokens, attention followed "
    "through the blocks (Abnar and Zuidema 2020)."
)
NO_FAMILY = "No family gets it right."
NO_CLASS = "no class, as its probabilities are no numbers"
FILTERS, AVERAGED = "The first convolution's filters with the largest norms", "; their channels are averaged"


def examples(study: Study, trials: Mapping[str, Trials]) -> dict[str, Any] | None:
    """``results["examples"]``; None where no trained network was looked at."""
    found = examination.found(study, trials)
    if not found:
        return None
    if study.dataset.task.stepwise:
        about = f"{step_examples.ABOUT} {numbering(study.dataset, 'steps')}"
        return {"about": about, "families": [], "mistakes": _mistaken_series(study, trials)}
    views = [view for family, arrays in found.items() for view in _Views(study, family, arrays).all()]
    return {"about": _about(study), "families": views, "mistakes": _mistakes(study, trials)}


def _about(study: Study) -> str:
    task = study.dataset.task
    if task.kind == "regression":
        ranks = "the mean of the targets" if task.several else "the target"
        ranks += ", each scaled by its window" if study.dataset.forecast is not None else ""
        picked, worst = f"at even ranks of {ranks}", f"with the largest mean {_error(study.dataset)} of all families"
    elif task.kind == "multilabel":
        picked, worst = "the first of each set of labels", "whose labels all families together tell worst"
    else:
        picked, worst = (
            "the first of each class",
            "whose true class all families together thought least likely",
        )
    rows = numbering(study.dataset)
    if study.dataset.forecast is not None:
        rows = forecast_examples.about(study.dataset.forecast)
    return (
        f"Test rows that no model chose: {picked}, the same for all families, whose networks were not trained on them. "
        f"The worst mistakes are the test rows {worst}. {rows}"
    ).rstrip()


def _error(dataset: Dataset) -> str:
    """In words what numbers' worst mistakes are ranked by, see `tested.measured_in`."""
    if dataset.forecast is not None:
        return "error, over the scale of its series,"
    apart = dataset.task.several and not dataset.task.one_unit
    return "error, in standard deviations of each target," if apart else "error"


# ---- what a family looks at --------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Views:
    """The views of one family's examination."""

    study: Study
    family: str
    arrays: Arrays

    def all(self) -> list[dict[str, Any]]:
        views = [self._view("saliency", self._saliency(), "maps_alike", self._rows("maps", "saliency"))]
        if "attention" in self.arrays:
            views.append(
                self._view("attention", ATTENTION, "attention_alike", self._rows("attention", "attention"))
            )
        if "filters" in self.arrays:
            coloured = self.study.problem.layout == "image" and self.study.problem.shape[-1] > 1
            method = f"{FILTERS}{AVERAGED if coloured else ''}."
            views.append(self._view("filters", method, "filters_alike", self._filters()))
        return views

    def _saliency(self) -> str:
        """What a map of saliency is: of which output, by what of the input (see `Inside.of_answer`)."""
        task = self.study.dataset.task
        if task.kind == "regression":
            output = "the sum of the outputs, one for each target," if task.several else "the output"
        else:
            output = f"the output of the {'most probable label' if task.kind == 'multilabel' else 'predicted class'}"
        read = READ.get(self.study.problem.layout, "the prepared input, summed over channels")
        return SALIENCY.format(output=output, input=read)

    def _view(self, kind: str, method: str, alike: str, items: list[dict[str, Any]]) -> dict[str, Any]:
        value = float(self.arrays[alike])
        passed = value <= ALIKE
        against = (
            "the random numbers that training started from"
            if kind == "filters"
            else f"the maps of {REDRAWS} networks with random weights"
        )
        text = f"Rank correlation with {against}: {show(value, CORRELATION)}" + (
            "." if passed else f", above {ALIKE:g}: it shows what was there before training, and is left out."
        )
        check = {"passed": passed, "value": short(value), "text": text}
        shown = items if passed else []
        return {"family": self.family, "kind": kind, "method": method, "check": check, "items": shown}

    def _rows(self, name: str, title: str) -> list[dict[str, Any]]:
        study, arrays = self.study, self.arrays
        repeat, split = study.repeat_of(int(arrays["seed"])), int(arrays["split"])
        count = len(examination.example_rows(study.prepared, repeat.prepared.splits[split]))
        outputs = tested.activated(arrays["outputs"], study.dataset.task.output)
        values = tested.predicted(study.prepared, repeat.preparations[split], outputs, arrays["rows"])
        items = []
        for row, found, value in list(zip(arrays["rows"].tolist(), arrays[name], values))[:count]:
            given, along = self._looked_at(row, value, self._along(found, row))
            items.append(
                {
                    "title": _title(study, row),
                    "true": _true(study, row),
                    **_said(study, row, value),
                    "input": given,
                    "maps": [{"title": title, "values": _rounded(along)}],
                }
            )
        return items

    def _looked_at(
        self, row: int, value: np.ndarray, along: np.ndarray
    ) -> tuple[dict[str, Any], np.ndarray]:
        """A row as it is given, a window with what followed and what was forecast; and a map that lies along it."""
        dataset = self.study.dataset
        if dataset.forecast is None:
            return as_given(self.study, row, along)
        window, windows = np.asarray(dataset.inputs)[row], dataset.forecast.windows
        return forecast_examples.with_map(windows, window, dataset.target[row], self.family, value, along)

    def _along(self, found: np.ndarray, row: int) -> np.ndarray:
        """A map of tokens as a picture, or as one number a place of the input; other maps as they are."""
        shape = self.study.problem.shape
        if found.shape == shape[: found.ndim] and (found.ndim > 1 or len(shape) < 3):
            return found
        grid = tuple(self.arrays["attention_grid"].tolist())
        if len(shape) == 3:
            return found.reshape(grid if len(grid) == 2 else (-1, 1))
        return np.repeat(found, -(-shape[0] // len(found)))[: shape[0]]

    def _filters(self) -> list[dict[str, Any]]:
        kernel = self.arrays["filters"]
        norms = np.sqrt((kernel.reshape(-1, kernel.shape[-1]) ** 2).sum(axis=0))
        items = []
        for number in np.argsort(-norms, kind="stable")[:MOST_FILTERS].tolist():
            taps = kernel[..., number]
            picture = taps.mean(axis=-1) if taps.ndim == 3 else taps.T
            items.append(
                {
                    "title": f"layer 1, filter {number + 1}",
                    "true": "",
                    "predicted": "",
                    "probability": None,
                    "input": None,
                    "maps": [{"title": "filter", "values": _rounded(picture)}],
                }
            )
        return items


# ---- mistakes ----------------------------------------------------------------------------------------------


def _mistakes(study: Study, trials: Mapping[str, Trials]) -> list[dict[str, Any]]:
    """The test rows that the families together are most wrong about."""
    rows = tested.tested(study.prepared)
    truth = tested.truth(study.dataset, study.preparations, rows)
    predicted = {
        family: tested.of_trials(study, found.answers()).values.mean(axis=0)
        for family, found in trials.items()
    }
    values, task = np.stack(list(predicted.values())), study.dataset.task  # (families, n, K)
    if task.kind == "regression":
        errors = np.abs(values - truth.reshape(len(truth), -1)) / tested.measured_in(study.dataset, rows)
        wrong = errors.mean(axis=(0, 2))
        right = (errors == 0).all(axis=2)
    elif task.kind == "multilabel":
        wrong = np.abs(values - truth).mean(axis=(0, 2))
        right = ((values > tested.HALF) == truth).all(axis=2)
    else:
        told = np.take_along_axis(values, truth[None, :, None], axis=2)[..., 0]
        wrong = 1 - np.nan_to_num(told).mean(axis=0)
        right = ~tested.wrong(task, values, truth)
    worst = [i for i in np.argsort(-wrong, kind="stable").tolist() if not right[:, i].all()]
    return [
        {
            "title": _title(study, int(rows[i])),
            "true": _true(study, int(rows[i])),
            "input": _mistaken(study, int(rows[i]), {family: value[i] for family, value in predicted.items()}),
            "said": [
                {"family": family, **_said(study, int(rows[i]), value[i])} for family, value in predicted.items()
            ],
            "note": "" if right[:, i].any() or task.kind == "regression" else NO_FAMILY,
        }
        for i in worst[:MOST_MISTAKES]
    ]


def _mistaken(study: Study, row: int, predicted: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """A row as it is given; a window with what followed and what was forecast."""
    forecast = study.dataset.forecast
    if forecast is None:
        return as_given(study, row)[0]
    window = np.asarray(study.dataset.inputs)[row]
    return forecast_examples.beside_naive(forecast.windows, window, study.dataset.target[row], predicted)


def _mistaken_series(study: Study, trials: Mapping[str, Trials]) -> list[dict[str, Any]]:
    """The test series whose steps the families together are most wrong about."""
    rows = tested.tested(study.prepared)
    truth = tested.truth(study.dataset, study.preparations, rows)
    predicted = {
        family: tested.of_trials(study, found.answers()).values.mean(axis=0)
        for family, found in trials.items()
    }
    values, weights = np.stack(list(predicted.values())), study.prepared.weights_of(rows)
    losses = tested.losses_of_steps(study.dataset.task, values, truth, weights, evened=False)  # (families, n)
    worst = [i for i in np.argsort(-losses.mean(axis=0), kind="stable").tolist() if losses[:, i].any()]
    return [
        {
            "title": _title(study, int(rows[i])),
            "true": step_examples.summary(study.dataset.task, truth[i]),
            "input": step_examples.told(
                study.dataset.task, truth[i], {name: value[i] for name, value in predicted.items()}
            ),
            "said": [
                {
                    "family": name,
                    "predicted": step_examples.how_well(study.dataset.task, truth[i], value[i]),
                    "probability": None,
                }
                for name, value in predicted.items()
            ],
            "note": "",
        }
        for i in worst[:MOST_MISTAKES]
    ]


def _title(study: Study, row: int) -> str:
    """Which row, by its id, such as a picture's file, if it has one; of a window its series, and where it begins."""
    forecast, cut, ids = study.dataset.forecast, study.dataset.cut, study.dataset.ids
    if cut is not None:
        label, start = cut.labels[cut.series[row]], int(cut.start[row])
        steps = f"steps {start:,} to {start + cut.window - 1:,}"
        return f"{label}, {steps}" if label else steps
    if forecast is not None:
        return forecast_examples.title(forecast, row)
    return f"row {study.dataset.places[row]:,}" if ids is None else f"row “{ids[row]}”"


def _true(study: Study, row: int) -> str:
    value, task, forecast = study.dataset.target[row], study.dataset.task, study.dataset.forecast
    if forecast is not None and task.several:
        return forecast_examples.summary(forecast.windows, value)
    return _several(task, value) if task.several or task.kind == "regression" else str(value)


def _said(study: Study, row: int, value: np.ndarray) -> dict[str, Any]:
    """A prediction: probabilities (K,), or numbers (K,); of several steps, which are drawn, how far off they are."""
    task, forecast = study.dataset.task, study.dataset.forecast
    if forecast is not None and task.several:
        off = forecast_examples.how_well(forecast.windows, study.dataset.target[row], value)
        return {"predicted": off, "probability": None}
    if task.several or task.kind == "regression":
        return {"predicted": _several(task, value), "probability": None}
    best = int(tested.told_class(task, value))
    if best < 0:
        return {"predicted": NO_CLASS, "probability": None}
    return {"predicted": str(task.classes[best]), "probability": short(value[best])}


def _several(task: Task, value: np.ndarray) -> str:
    """A number, the first of several by their names, or the labels that a row has."""
    if task.kind == "multilabel":
        parts = [label for label, part in zip(task.classes, value) if part > tested.HALF] or ["none"]
    elif task.several:
        parts = [f"{name} {step_examples.number(part)}" for name, part in zip(task.names, value)]
    else:
        return step_examples.number(np.squeeze(value))
    more = len(parts) - MOST_TARGETS
    return ", ".join(parts[:MOST_TARGETS]) + (f" and {more} more" if more > 0 else "")


def _rounded(found: np.ndarray) -> Any:
    """A map as lists, relative to its largest number, in four digits."""
    largest = float(np.abs(found).max()) if found.size else 0.0
    return np.round(found.astype(np.float64) / (largest or 1.0), 4).tolist()
