"""The commands: arguments -> one call. Heavy imports wait until a command needs them."""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fourfold import __version__
from fourfold.core.machine import (
    ONE_THREAD,
    READ,
    READING,
    TRAIN,
    TRAINING,
    available_memory,
    check_room,
    cores,
    load_under_limits,
)
from fourfold.core.settings import of_a_process
from fourfold.errors import MachineError, OptionError
from fourfold.report.escape import visible
from fourfold.study.efforts import DEFAULT_EFFORT, EFFORTS

from . import ending
from .data_options import DataOptions, Encoding, takes_data

if TYPE_CHECKING:
    from fourfold.data.dataset import Dataset
    from fourfold.options import Options
    from fourfold.study.price import Price

app = typer.Typer(
    name="fourfold",
    help="Fully connected, convolution, recurrent or attention: trains all four on your data and says which, and why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _effort_table() -> str:
    """The efforts as lines of a help text."""
    lines = [
        f"{e.name}: {len(e.learning_rates)} learning rate{'s' * (len(e.learning_rates) > 1)} x {e.seeds} "
        f"seed{'s' * (e.seeds > 1)}, {e.steps_in_words} steps, "
        f"sizes {'/'.join(e.sizes)}, {e.minutes} min on digits"
        for e in EFFORTS.values()
    ]
    return "\b\nWhat an effort means, for each family and split:\n  " + "\n  ".join(lines)


@app.command(
    epilog=_effort_table(), short_help="Train all four on DATA under one budget; say which, and why."
)
@takes_data
def compare(
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FOLDER", help="The folder to write; fourfold-NAME by default.", readable=False
        ),
    ] = None,
    effort: Annotated[str, typer.Option(metavar="NAME", help=f"{', '.join(EFFORTS)}: see below.")] = DEFAULT_EFFORT,
    seed: Annotated[int, typer.Option(metavar="N", help="The first seed, and the seed of the splits.")] = 0,
    seeds: Annotated[int | None, typer.Option(metavar="N", help="How many seeds; more add to an earlier run.")] = None,
    steps: Annotated[
        int | None, typer.Option(metavar="N", help="Steps of each training; the effort's by default.")
    ] = None,
    said: DataOptions,
    augment: Annotated[
        str | None,
        typer.Option(metavar="NAMES", help="Change images in training: shift, flip (left to right), or shift,flip."),
    ] = None,
    margin: Annotated[
        float | None,
        typer.Option(
            metavar="NUMBER", help="The difference that matters, in the score's unit: 0.01 is a point of accuracy."
        ),
    ] = None,
    families: Annotated[
        str | None, typer.Option(metavar="NAMES", help="Which of the four, as in dense,convolution.")
    ] = None,
    hyperparameters: Annotated[
        bool,
        typer.Option("--hyperparameters", help="Measure which hyperparameters matter; always when thorough."),
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="So many workers of this machine, with Dask.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A Dask cluster, as in tcp://host:8786.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would cost, and stop.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Write into a folder that holds something else.")
    ] = False,
    no_examples: Annotated[
        bool, typer.Option("--no-examples", help="Keep your rows out of the report.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress, no notes; only the result.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print results.json instead of the table.")] = False,
) -> None:
    """Train a candidate of each family on DATA under one budget; say which to use, and why."""
    check_room(TRAIN)
    load_under_limits(TRAINING)
    from fourfold.loading import load_data
    from fourfold.study.folder import check_place
    from fourfold.study.workers import warm_up

    if scheduler is not None and workers is not None:
        raise OptionError(
            "two-clusters",
            "--workers starts workers of this machine, --scheduler names a cluster that runs",
            got="both",
            wanted="one of them",
        )
    options = said.options(
        effort=effort,
        seed=seed,
        seeds=seeds,
        steps=steps,
        margin=margin,
        examples=not no_examples,
        candidates=None if families is None else [name.strip() for name in families.split(",")],
        hyperparameters=hyperparameters,
        augment=augment,
    )
    source = said.source
    if out is not None and not dry_run:
        check_place(out, force)  # before the data are read, which may take long
    if not dry_run and workers is None and scheduler is None:
        warm_up()
    dataset = load_data(source, None, options)
    from fourfold.comparison import default_folder, run  # with JAX, after the data are known to be good
    from fourfold.report.progress import open_progress

    folder = out if out is not None else default_folder(dataset)
    say = _Say(quiet or as_json)
    for note in [*dataset.notes, *dataset.important]:
        say(str(note))
    cost = _price(dataset, options, folder)
    say(cost.line(cores(), available_memory()))
    if dry_run:
        if as_json:
            print(json.dumps(asdict(cost), indent=1))
        return
    with _cluster(scheduler, workers) as executor:
        ending.running.append(folder)
        comparison = run(
            dataset,
            options,
            folder,
            source=source,
            force=force,
            explicit_folder=out is not None,
            executor=executor,
            progress=open_progress(quiet=quiet or as_json),
        )
    _print_results(comparison.results, comparison.timings, as_json)


@app.command(short_help="Say what DATA is taken for, and what is wrong with it.")
@takes_data
def inspect(
    *,
    said: DataOptions,
    as_json: Annotated[bool, typer.Option("--json", help="Print plain data instead of sentences.")] = False,
) -> None:
    """Say what DATA is taken for, and what is wrong with it, without training anything."""
    check_room(READ)
    load_under_limits(READING, ONE_THREAD)
    from fourfold.data.judgement.findings import as_lines, as_plain
    from fourfold.loading import load_data

    dataset = load_data(said.source, None, said.options())
    if as_json:
        print(json.dumps(as_plain(dataset), indent=1))
        return
    for line in as_lines(dataset):
        print(visible(line))


@app.command(short_help="Predict new rows with the model of a comparison.")
def predict(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder that compare wrote.", readable=False)],
    data: Annotated[str, typer.Argument(metavar="DATA", help="New rows, in the form of the data that was compared.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FILE",
            help="The file to write, .csv or .parquet; csv on standard output by default, as with -.", readable=False
        ),
    ] = None,
    encoding: Encoding = None,
) -> None:
    """Predict new rows with the model of a comparison, prepared as its training data were."""
    check_room(TRAIN)
    load_under_limits(TRAINING)
    from fourfold.predictions import predict_file
    from fourfold.report.progress import rows_predicted

    say = _Say(silent=False)
    file = None if out is None or str(out) == "-" else out
    if file is None:
        ending.recode(sys.stdout, encoding="utf-8")  # as in a file
    with rows_predicted(quiet=file is None and sys.stdout.isatty()) as hear:  # there the rows are seen
        notes = predict_file(folder, data, sys.stdout if file is None else file, encoding, hear)
    for note in notes:
        say(note)
    if file is not None:
        say(f"wrote {file}")


@app.command(short_help="Write the model of a comparison as an ONNX file.")
def export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder that compare wrote.", readable=False)],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o",
            metavar="FILE", help="The file to write, .onnx; model.onnx in the folder by default.", readable=False
        ),
    ] = None,
) -> None:
    """Write the model of a comparison as an ONNX file, which takes rows as they are; say what goes in and comes out."""
    check_room(TRAIN)
    load_under_limits(TRAINING)
    from fourfold.study.saved_model import SavedModel

    path = folder / "model.onnx" if out is None else out
    made = SavedModel.load(folder).export(path)  # says it where the package onnx is missing, which the next line needs
    from fourfold.study.onnx_model import described

    for line in described(made):
        print(visible(line))
    _Say(silent=False)(f"wrote {path}")


@app.command(short_help="Draw the report again, and print its table.")
def report(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder that compare wrote.", readable=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print results.json instead of the table.")] = False,
) -> None:
    """Draw the report of a finished comparison again, and print its table."""
    from fourfold.report.files import as_written, draw, load_study, lying_in

    results, timings = load_study(folder, to_draw=True)
    with as_written(folder):
        here = lying_in(folder, results)
        try:
            draw(folder, here, timings)
        except (MachineError, OSError):  # what was found can be read where nothing may be written
            _print_results(results if as_json else here, timings, as_json)
            raise
        _print_results(results if as_json else here, timings, as_json)


@app.command(short_help="Say what a family is, when to use it, what to tune.")
def explain(
    family: Annotated[str, typer.Argument(metavar="FAMILY", help="dense, convolution, recurrent or attention.")],
    study: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER", help="A folder that compare wrote, or one that holds such folders.", readable=False
        ),
    ] = Path("."),
) -> None:
    """Say what a family is, when to use it and what to tune; with the numbers of the last study here."""
    from fourfold.report.explain import explain as text
    from fourfold.report.explain import last_study

    results, unread = last_study(study)
    for line in text(family, results).splitlines():
        print(visible(line))
    for line in unread:
        _Say(silent=False)(line)


def _version(value: bool) -> None:
    if value:
        print(f"fourfold {__version__}")
        raise typer.Exit()


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def _cluster(scheduler: str | None, workers: int | None) -> AbstractContextManager[Executor | None]:
    """Where blocks run: a cluster if there is one, else None for the local worker."""
    if scheduler is None and workers is None:
        return nullcontext()
    from fourfold.study.cluster import Cluster

    return Cluster(scheduler, workers)


class _Say:
    """Prints lines to standard error, or nothing."""

    def __init__(self, silent: bool) -> None:
        self.silent = silent

    def __call__(self, line: str) -> None:
        if not self.silent:
            print(visible(line), file=sys.stderr)


def _price(dataset: Dataset, options: Options, folder: Path) -> Price:
    from fourfold.comparison import plan
    from fourfold.study.price import price

    return price(plan(dataset, options, folder), cores())


def _print_results(results: dict[str, Any], timings: dict[str, Any] | None, as_json: bool) -> None:
    if as_json:
        print(json.dumps(results, indent=1))
        return
    from rich.console import Console

    from fourfold.report import terminal

    class Piped(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    terminal.render(results, timings, Piped())


def main() -> None:
    """Runs the command line and ends the process with the exit code of what happened."""
    os.environ.update(of_a_process())
    ending.run(app)
