"""Is the answer right where it is known? Verdicts on the tasks of known answer, and what certifies the answers.

    python -m benchmarks.known_answers FOLDER [--effort standard] [--only TASK ...]
    python -m benchmarks.known_answers FOLDER --draws 10 [--effort quick]
    python -m benchmarks.known_answers FOLDER --certify [--steps 3000] [--families recurrent]

The first prints each verdict beside the right answers. With ``--draws`` each task is drawn anew so many times and
compared from end to end, without the measures, which decide nothing, and the verdicts are counted. With ``--certify``
every family is trained long on the task (three seeds, size M, the grid of learning rates, 2,000 fresh test rows), and
the gap between the families that solve it and the best of the others must be above 10 points. An hour or two on
two cores; FOLDER keeps what was trained.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fourfold.comparison import compare
from fourfold.data import from_arrays
from fourfold.data.synthetic import TASKS, Synthetic
from fourfold.evidence.findings import title
from fourfold.study import tested
from fourfold.study.candidates import CANDIDATES
from fourfold.study.efforts import EFFORTS
from fourfold.study.study import Study

SEEDS, TEST_ROWS, GAP = 3, 2_000, 0.10
DRAWS_SEED = 1_000
"""The seed of the first of the rows drawn anew; training and fresh test rows of the tasks have smaller ones."""
RIGHT: dict[str, tuple[str, ...]] = {
    "moved-motifs": ("convolution",),
    "key-value-recall": ("attention",),
    "flip-flop": ("recurrent", "attention"),
    "flat-features": ("dense",),
    "noise": (),
}
"""The families that are the answer to each task; none: no family beats the baseline."""


@dataclass(frozen=True)
class Certificate:
    """Mean test accuracy of each family after long training, and of the best constant guess."""

    scores: dict[str, float]
    chance: float

    def gap(self, solving: tuple[str, ...]) -> float:
        """The worst of the solving families minus the best of the others; without any, the best minus chance."""
        others = max(score for family, score in self.scores.items() if family not in solving)
        return min(self.scores[family] for family in solving) - others if solving else others - self.chance


def certify(task: Synthetic, folder: Path, steps: int, families: list[str]) -> Certificate:
    """Trains the families on the task's rows, longer than any effort does, and tests them on fresh rows."""
    x, y = task.examples(task.rows, 0)
    x_test, y_test = task.examples(TEST_ROWS, 1)
    data = from_arrays(
        x, y, x_test=x_test, y_test=y_test, layout=task.layout, task="classification", name=task.name
    )
    effort = replace(EFFORTS["standard"], name="certification", sizes=("M",), steps=steps, seeds=SEEDS)
    study = Study(data, effort, list(range(SEEDS)), 0, folder, tuple(families))
    rows = tested.tested(study.prepared)
    target = tested.truth(data, study.preparations, rows)
    scores = {}
    for family, trials in study.run().items():
        predicted = tested.of_trials(study, trials.answers())
        wrong = tested.losses(data.task, predicted.values, target, np.ones(len(rows)))
        scores[family] = 1 - float(wrong.mean())
    return Certificate(scores, float(np.bincount(target.astype(int)).max() / len(target)))


def outcome(verdict: dict, right: tuple[str, ...]) -> str:
    """``right``, ``open`` (undecided, which is no error), or ``wrong``."""
    kind, family = verdict["kind"], verdict["family"]
    if kind == "undecided":
        return "open"
    if not right or kind == "none":
        return "right" if not right and kind == "none" else "wrong"
    named = verdict["equivalents"] if kind == "equivalent" else [family]
    return "right" if family in right and set(named) & set(right) else "wrong"


def drawn(task: Synthetic, effort: str, draw: int, folder: Path) -> str:
    """The outcome of a comparison on rows of its own, splits and seeds too."""
    name = f"{effort}, the score alone"
    EFFORTS[name] = replace(EFFORTS[effort], name=name, measures=False)
    x, y = task.examples(task.rows, DRAWS_SEED + draw)
    options = {"layout": task.layout, "task": "classification", "effort": name, "seed": 100 * draw}
    verdict = compare(x, y, out=folder / f"{effort}-{task.name}-{draw}", verbose=False, **options).verdict
    return outcome(verdict, RIGHT[task.name])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the studies lie")
    parser.add_argument("--effort", choices=EFFORTS, default="standard")
    parser.add_argument("--only", nargs="+", choices=RIGHT)
    parser.add_argument("--draws", type=int, help="so many comparisons of each task, each on rows of its own")
    parser.add_argument("--certify", action="store_true", help="train long, and print the gaps")
    parser.add_argument("--steps", type=int, default=3000, help="of a training that certifies")
    parser.add_argument("--families", nargs="+", choices=CANDIDATES, default=list(CANDIDATES), help="to certify")
    options = parser.parse_args()
    tasks = [task for task in TASKS if options.only is None or task.name in options.only]
    if options.certify:
        print(f"Mean accuracy of {SEEDS} seeds after {options.steps} steps, in %, and the gap in points")
        for task in tasks:
            folder = options.folder / f"certify-{task.name}"
            found = certify(task, folder, options.steps, options.families)
            listed = ", ".join(f"{title(family)} {100 * s:.1f}" for family, s in found.scores.items())
            if set(options.families) != set(CANDIDATES):
                print(f"{task.name:18}{listed}; chance {100 * found.chance:.1f}", flush=True)
                continue
            right = RIGHT[task.name]
            gap = found.gap(right)
            held = gap > GAP if right else abs(gap) < GAP / 2
            words = "certified" if held else "NOT certified"
            print(
                f"{task.name:18}{listed}; chance {100 * found.chance:.1f}; gap {100 * gap:.1f}: {words}",
                flush=True,
            )
        return
    print(f"Verdicts at {options.effort} effort")
    if options.draws:
        for task in tasks:
            found = [drawn(task, options.effort, draw, options.folder) for draw in range(options.draws)]
            counts = ", ".join(f"{kind} {found.count(kind)}" for kind in ("right", "open", "wrong"))
            print(f"{task.name:18}{counts}", flush=True)
        return
    for task in tasks:
        folder = options.folder / f"{options.effort}-{task.name}"
        verdict = compare(task.name, effort=options.effort, out=folder, verbose=False).verdict
        answer = " or ".join(map(title, RIGHT[task.name])) or "none"
        print(
            f"{task.name:18}{outcome(verdict, RIGHT[task.name]):8}{answer:26}{verdict['sentence']}",
            flush=True,
        )


if __name__ == "__main__":
    main()
