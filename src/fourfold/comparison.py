"""The main job: data -> study -> evidence -> verdict -> report.

comparison = fourfold.compare(x, y)
comparison.verdict, comparison.table, comparison.model.predict(x_new)
"""

from __future__ import annotations

import inspect
import json
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fourfold.core.files import locked, remove_half_written, save_arrays, write_whole
from fourfold.core.settings import check_platform, usual_settings
from fourfold.data.dataset import Dataset
from fourfold.data.splits import holds_out
from fourfold.errors import OptionError, closest
from fourfold.evidence.doubts_of_training import still_gaining
from fourfold.evidence.evidence import Evidence
from fourfold.evidence.sentences import Facts
from fourfold.interop.source import to_source
from fourfold.keywords import in_keywords, saying_keywords
from fourfold.loading import load_data
from fourfold.options import IN_PYTHON, Options
from fourfold.report import html, table
from fourfold.report.escape import file_name, visible
from fourfold.report.files import load_study, load_timings, write_study
from fourfold.report.progress import Silent, open_progress
from fourfold.study import price, step_times
from fourfold.study.architecture import build
from fourfold.study.blocks import Block, column_order
from fourfold.study.candidates import candidate
from fourfold.study.efforts import DEFAULT_EFFORT, LONGER, TINY
from fourfold.study.efforts import effort as effort_by_name
from fourfold.study.examples import examples
from fourfold.study.folder import STUDY, check_folder, check_place, identity
from fourfold.study.measured import Measured, measure
from fourfold.study.measures import MEASURES
from fourfold.study.results import as_results
from fourfold.study.runner import Done, Task
from fourfold.study.saved_model import SavedModel
from fourfold.study.study import Study
from fourfold.study.trials import Trials
from fourfold.study.workers import check_executor


@dataclass(eq=False, repr=False)
class Comparison:
    """What a comparison found.

    ``results`` is the content of results.json; ``model`` takes raw rows; ``folder``, an absolute path, holds the files.
    """

    results: dict[str, Any]
    timings: dict[str, Any]
    folder: Path
    _model: SavedModel | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.folder = self.folder.absolute()

    @property
    def verdict(self) -> dict[str, Any]:
        """Kind, family, the sentence, reasons, price, doubts."""
        return self.results["verdict"]

    @property
    def table(self) -> list[dict[str, Any]]:
        """The filled table: one row a family; see `fourfold.report.table.rows`."""
        return table.rows(self.results)

    @property
    def evidence(self) -> list[Evidence]:
        return [Evidence.from_dict(item) for item in self.results["evidence"]]

    @property
    def model(self) -> SavedModel:
        """The trained model of the family that the verdict names."""
        if self._model is None:
            self._model = SavedModel.load(self.folder)
        return self._model

    @classmethod
    def load(cls, folder: str | Path) -> Comparison:
        """What the comparison found that left its files in a folder."""
        results, timings = load_study(Path(folder))
        return cls(results, timings or {}, Path(folder))

    def report(self, path: str | Path | None = None) -> Path:
        """Writes the report and returns its path."""
        target = Path(path) if path is not None else self.folder / "report.html"
        write_whole(target, html.render(self.results, self.timings).encode())
        return target

    def __str__(self) -> str:
        return str(self.verdict["sentence"])

    def __repr__(self) -> str:
        return f"<Comparison of {self.results['data']['name']}: {self} {self.folder / 'report.html'}>"

    def _repr_html_(self) -> str:
        return html.render_cell(self.results, self.timings, str(self.folder / "report.html"))


@saying_keywords()
def compare(
    x: Any,
    y: Any = None,
    *,
    out: str | Path | None = None,
    executor: Executor | None = None,
    force: bool = False,
    verbose: bool = True,
    **options: Any,
) -> Comparison:
    """Trains one candidate of each family on your data under one budget and says which to use, and why.

    Args:
        x: an embedded name ("digits"), a path, a data frame that holds the target, or inputs as an array:
            flat (N, F), sequence (N, T, C), image (N, H, W, C).
        y: the target (N,) where ``x`` holds inputs only; (N, K) for several numbers, or for labels that are 0 or 1;
            (N, T) for one of each step of series (N, T, C), lists of arrays where lengths differ.
        out: the folder for report, results and model; a temporary one by default.
        executor: where blocks run, any ``concurrent.futures.Executor``; one local worker by default.
        force: replace a study of other data in ``out``.
        verbose: say on standard error what was inferred, and show progress.
        options: the fields of `Options`, such as target, effort and seeds. ``candidates`` are functions, as in
            ``{"mine": lambda x: Dense(32, activation="relu")(x)}``, beside the four, or a list of families and such
            functions.

    Raises:
        DataError, OptionError, FileError: what is wrong with the data or an option, and what to do.
    """
    unknown = [name for name in options if name not in Options.__dataclass_fields__]
    if unknown:
        names = [*(inspect.unwrap(compare).__kwdefaults__ or ()), *Options.__dataclass_fields__]
        raise OptionError(
            "unknown-option",
            "compare has no such option",
            got=f"{unknown[0]!r}{closest(IN_PYTHON.get(unknown[0], unknown[0]), names)}",
            wanted=", ".join(names),
        )
    check_executor(executor)
    chosen = Options(**options)
    if isinstance(x, (str, Path)) and isinstance(y, str) and not Path(y).is_file():
        chosen, y = replace(chosen, target=y), None
    if out is not None:
        check_place(Path(out), force)  # before the data are read, which may take long
    dataset = load_data(x, y, chosen)
    if verbose:
        for note in [*dataset.notes, *dataset.important]:
            print(visible(in_keywords(str(note))), file=sys.stderr)
    progress = open_progress(quiet=not verbose)
    named = isinstance(x, (str, Path))
    call = (
        ""
        if named and y is None
        else ", ".join([repr(str(x)) if named else "x", *(["y"] if y is not None else [])])
    )
    source = str(x) if named else dataset.name
    with _place(out) as folder:
        return run(
            dataset, chosen, folder, source=source, call=call, force=force, executor=executor, progress=progress
        )


@contextmanager
def _place(out: str | Path | None) -> Iterator[Path]:
    """The folder of a study: a new temporary one where none is named, which goes if the study ends before it trains."""
    if out is not None:
        yield Path(out)
        return
    folder = Path(tempfile.mkdtemp(prefix="fourfold-"))
    try:
        yield folder
    except BaseException:
        if not (folder / "blocks").exists():
            shutil.rmtree(folder, ignore_errors=True)
        raise


def load_model(folder: str | Path) -> SavedModel:
    """The model that a comparison left in its folder. Takes raw rows; ``.network`` is the `Model`."""
    return SavedModel.load(Path(folder))


def plan(dataset: Dataset, options: Options, folder: Path) -> Study:
    """The study that would be run; nothing is trained or written."""
    check_platform()
    effort = effort_by_name(options.effort)
    effort = effort if options.steps is None else replace(effort, steps=options.steps)
    if options.hyperparameters and not effort.measures:
        raise OptionError(
            "measures-of-tiny",
            "nothing but the score is measured at this effort",
            got=f"--hyperparameters and --effort {effort.name}",
            wanted="--effort quick, standard or thorough",
            do="leave out one of them",
        )
    usual = max(effort.seeds, effort.hold_out_seeds) if holds_out(dataset) else effort.seeds
    count = options.seeds if options.seeds is not None else usual
    seeds = [options.seed + i for i in range(count)]
    study = Study(
        dataset,
        effort,
        seeds,
        options.seed,
        folder,
        families=tuple(options.chosen),
        builders=options.builders,
        hyperparameters=options.hyperparameters or effort.hyperparameters,
        augment=options.augmentation,
    )
    if options.steps is None:
        study.effort = effort.over(study.training_rows, study.batch)
    return study


@usual_settings()
def run(
    dataset: Dataset,
    options: Options,
    folder: Path,
    *,
    source: str,
    call: str = "",
    force: bool = False,
    explicit_folder: bool = True,
    executor: Executor | None = None,
    progress: Silent | None = None,
) -> Comparison:
    """Trains what the folder lacks, measures, decides, and writes the folder's files.

    ``source`` is what the command line calls the data; ``call`` is how `compare` is given them, where the command line
    can't be, since they are in memory.
    """
    started = time.perf_counter()
    check_folder(folder, dataset, force)
    study = plan(dataset, options, folder)
    with locked(folder) as check:
        remove_half_written(folder, folder / "blocks", folder / "model")
        write_whole(folder / STUDY, json.dumps(identity(dataset)).encode())
        measured = _measure(study, options, executor, progress or Silent(), check)
        check()
        family = measured.verdict.family
        kept = None
        if family is not None:
            model, kept = _keep(study, measured, family, executor)
            model.save(folder / "model")
            write_whole(
                folder / "model" / "model.py", to_source(model.network.graph, _about(model, kept)).encode()
            )

        def command(**changed: Any) -> str:
            if call or not options.speakable:
                return f"fourfold.compare({call or repr(source)}, {options.keywords(**changed, out=str(folder))})"
            place = ["--out", str(folder)] if explicit_folder else []
            return shlex.join(["fourfold", "compare", source, *options.arguments(**changed), *place])

        shown = examples(study, measured.trials) if options.examples else None
        results = as_results(measured, command(), str(folder), _next(measured, options, command), kept, shown)
        timings = _timings(folder, study, measured.trials, time.perf_counter() - started)
        save_arrays(folder / "predictions.npz", measured.predicted())
        write_study(folder, results, timings)
    return Comparison(results, timings, folder)


def default_folder(dataset: Dataset) -> Path:
    return Path(f"fourfold-{file_name(Path(dataset.name).name.split('.')[0]) or 'data'}")


def _measure(
    study: Study, options: Options, executor: Executor | None, progress: Silent, check: Callable[[], None]
) -> Measured:
    """Runs the study; each family's provisional score is said as it becomes known. ``check``: refuses a folder that has
    gone, as each task ends."""
    grid = dict.fromkeys(study.families, 0)
    for block in study.blocks(study.learning_rates):
        grid[block.family] += len(block.runs)
    chosen = price.chosen_of_a_family(study)
    totals = {family: runs + chosen for family, runs in grid.items()}
    done: dict[str, tuple[int, float, int]] = dict.fromkeys(totals, (0, 0.0, 0))

    def tell(end: Done) -> None:
        check()
        if not isinstance(end.block, Block):
            return
        family, runs = end.block.family, len(end.block.runs)
        count, seconds, kept = done[family]
        kept += runs if end.kept else 0
        done[family] = count, seconds, kept = count + runs, seconds + (end.seconds or 0.0), kept
        progress.update(family, count, max(totals[family], count), seconds, kept)
        if count == grid[family] and not end.failure:
            progress.row(family, study.provisional(family))

    measures = MEASURES if study.effort.measures else ()
    with progress:
        refits = len(totals) * len(study.seeds) * len(study.prepared.answering)
        progress.start(list(totals), totals, refits)
        if measures:
            looks = 2 * len(totals)  # at a trained network, and at the time of its steps
            progress.update("measures", 0, price.of_measures(study) + looks, 0.0)
        trials = study.run(executor, tell)
        further = sum(map(_runs, study.wanted(trials, measures)))
        measured: list[tuple[int, float, int]] = []

        def tell_measures(end: Done) -> None:
            check()
            runs = _runs(end.block)
            measured.append((runs, end.seconds or 0.0, runs if end.kept else 0))
            runs, seconds, kept = map(sum, zip(*measured))
            progress.update("measures", runs, further, seconds, kept)

        study.probe(trials, measures, executor, tell_measures)
    return measure(study, trials, options.margin)


def _runs(task: Task) -> int:
    """The trainings of a task that a measure asks for; what trains nothing counts as one."""
    return len(task.runs) if isinstance(task, Block) else 1


def _keep(
    study: Study, measured: Measured, family: str, executor: Executor | None
) -> tuple[SavedModel, dict[str, Any]]:
    """The median-validation run of the chosen setting, as a model that takes raw rows."""
    size, rate = measured.trials[family].best()
    chosen, weights = study.keep(measured.trials[family], executor)
    planned = study.net(family, size)
    net = build(family, study.problem, size, study.dataset.task.output, planned.width, planned.settings)
    net.model.graph.commit(weights)
    permuted = candidate(family).permutes(study.problem)
    order = column_order(chosen.seed, chosen.split, study.problem.shape[0]) if permuted else None
    kept = {
        "family": family,
        "size": size,
        "learning_rate": rate,
        "seed": chosen.seed,
        "split": chosen.split,
        "folder": "model",
    }
    facts = {"learning_rate": rate, "seed": chosen.seed, "split": chosen.split, "data": study.dataset.name}
    return SavedModel(net, study.preparation_of(chosen), order, facts), kept


def _about(model: SavedModel, kept: dict[str, Any]) -> str:
    return (
        f"The {model.net.family} candidate of a comparison on {visible(model.facts['data'])}.\n"
        f"Learning rate {kept['learning_rate']:g}, seed {kept['seed']}.\n"
        "Under Keras: import from keras, keras.layers and keras.initializers."
    )


def _next(measured: Measured, options: Options, command: Callable[..., str]) -> str | None:
    """The command that would settle an open comparison, or one of too few steps, in this very folder; after tiny effort
    always that of the standard one.

    Open is one that is undecided, or in which a family is ahead of the baseline but not shown to beat it. After a
    quick look the next is the standard effort, whose trainings are longer; one seed says too little to count how many
    are needed. Steps come before seeds, since more seeds of short trainings would answer another question.
    """
    verdict, margin = measured.verdict, measured.findings.margin or 0.0
    facts = Facts(verdict.evidence)
    gain = facts.about("gain over the baseline").get(verdict.family or "")
    ahead = verdict.kind == "none" and gain is not None and (gain.value or 0.0) > margin
    short = bool(still_gaining(facts, margin, verdict.family if verdict.kind == "choose" else None))
    if verdict.kind != "undecided" and not ahead and not short and options.effort != TINY:
        return None
    twice = {"steps": LONGER * measured.study.effort.steps} if short else {}
    if options.effort in (TINY, "quick"):
        return command(effort=DEFAULT_EFFORT, seeds=None, **(twice if options.steps else {}))
    if short:
        return command(**twice)
    seeds = (measured.verdict.settle or {}).get("seeds")
    return command(seeds=seeds) if seeds else None


def _timings(folder: Path, study: Study, trials: dict[str, Trials], total: float) -> dict[str, Any]:
    """Seconds of all runs in this folder so far; what was on disk keeps the seconds it took then."""
    before = load_timings(folder) or {"families": {}, "total_seconds": 0.0}
    total += before["total_seconds"]
    families = {}
    for name in [*study.families, "baselines"]:
        earlier = before["families"].get(name, {"train": 0.0})["train"]
        families[name] = {"train": round(earlier + study.seconds.get(name, 0.0), 3)}
    steps = {task.family: task.load(folder) or [] for task in step_times.of_study(study, trials)}
    examined = study.examinations(trials).items()
    latency = {family: seconds for family, task in examined if (seconds := task.seconds(folder))}
    return {"total_seconds": round(total, 3), "families": families, "steps": steps, "latency": latency}
