"""The study in words: the data, what was inferred about it, the plan, the candidates, all evidence."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from fourfold.core.naming import called, several, worded
from fourfold.evidence.evidence import ONE_SIDED
from fourfold.evidence.sentences import TARGET
from fourfold.report import format as fmt
from fourfold.report.parts import Cell, Column, Fact, Row, Table
from fourfold.report.scores import Study, trained, works

FILES = (
    Fact("report.html", "this page"),
    Fact("table.csv", "the table of results, for a spreadsheet"),
    Fact("results.json", "everything that this page draws"),
    Fact("predictions.npz", "what every model predicted for every test example"),
    Fact("timings.json", "the seconds"),
    Fact("model/", "the trained network and the preparation of its inputs"),
    Fact("model/model.py", "the network as code that runs under Fourfold and Keras"),
)


def plural(count: float, one: str, many: str = "") -> str:
    """
    >>> plural(1, "seed"), plural(1797, "row")
    ('1 seed', '1,797 rows')
    """
    return f"{fmt.integer(count)} {one if count == 1 else many or one + 's'}"


def example(data: dict[str, Any]) -> str:
    """What one of the examples is called; a study of before it was said is asked for its layout."""
    return data.get("each") or called(str(data.get("layout") or ""))


def named(data: dict[str, Any]) -> str:
    """What the data are called; of an absolute path, which fills lines, the last part.

    >>> named({"name": "/home/me/lab/vowels.ts"}), named({"name": "lab/vowels.ts"}), named({"name": "C:\\\\vowels.ts"})
    ('vowels.ts', 'lab/vowels.ts', 'vowels.ts')
    """
    name = str(data.get("name") or "")
    path = PureWindowsPath(name) if PureWindowsPath(name).drive else PurePosixPath(name)
    return (path.is_absolute() and path.name) or name


def subject(data: dict[str, Any], task: dict[str, Any]) -> tuple[str, ...]:
    """The data in a few words."""
    shape = _shape(data)
    steps, one = bool(task.get("stepwise")), example(data)
    count = plural(data["rows"], one, several(one))
    count += f" of {of}" if (of := _parts(data)) else ""
    count += f", {fmt.integer(data['test_rows'])} of them for tests" if data.get("test_rows") else ""
    count += ", weighted" * bool(data.get("weighted")) + ", in order of time" * bool(data.get("time_ordered"))
    layout = str(data.get("layout") or "")
    read = data.get("tokens") or ("input" if shape == "1" else "inputs") * (layout == "flat")
    inputs = f"{shape} {read}" if shape and read else f"{layout} {shape}".strip()
    inputs = f"up to {inputs} each" if data.get("tokens") else inputs  # and not so many different ones
    words, each = [count, inputs], " of each step" if steps else ""
    classes, targets = task.get("classes"), task.get("targets")
    of_target = f" of {name}" if (name := _target(data)) else ""
    if classes:
        labels = task.get("kind") == "multilabel"
        return (*words, plural(len(classes), *(("label",) if labels else ("class", "classes"))) + of_target + each)
    if targets and task.get("score") == "mase":
        return (*words, _forecast(targets))
    return (*words, plural(len(targets), "target") if targets else str(task.get("kind") or "") + of_target + each)


def _parts(data: dict[str, Any]) -> str:
    """The series or groups that the examples are of; "" where each stands alone. Windows to forecast from are grouped
    by when they are, which says less than whose.

    >>> _parts({"rows": 900, "groups": 80, "series": 12}), _parts({"rows": 400, "groups": 20}), _parts({"rows": 400})
    ('12 series', '20 groups', '')
    """
    if "series" in data:
        return f"{fmt.integer(data['series'])} series" if data["series"] > 1 else ""
    groups = data.get("groups") or data["rows"]
    return plural(groups, "group") if groups < data["rows"] else ""


def _shape(data: dict[str, Any]) -> str:
    """The shape of one example; "" where it is not known."""
    return " × ".join(map(fmt.integer, data.get("shape") or ()))


def _target(data: dict[str, Any]) -> str:
    """The name of the column that is the target; "" where it has none, there are several, or it says no more than what
    a target is."""
    name = next((str(note["value"]) for note in data.get("inferred") or () if note["what"] == "target"), "")
    return "" if name.casefold() in ("class", "label", "target") else name


def _forecast(targets: list[str]) -> str:
    """The horizon, from the names of a target's steps.

    >>> _forecast(["+1", "+2"]), _forecast(["sales+1", "visits+1"])
    ('forecast of 2 steps', 'forecast of 1 step, 2 targets')
    """
    names, steps = ({name.rpartition("+")[part] for name in targets} for part in (0, 2))
    several_of_them = f", {plural(len(names), 'target')}" if len(names) > 1 else ""
    return f"forecast of {plural(len(steps), 'step')}{several_of_them}"


def protocol(plan: dict[str, Any]) -> tuple[str, ...]:
    """The plan in a few words."""
    augment = plan.get("augment")
    return (
        f"{plan['effort']} effort",
        _split(plan),
        *([f"training images augmented: {', '.join(augment)}"] if augment else []),
        plural(len(plan["seeds"]), "seed"),
        plural(len(plan["learning_rates"]), "learning rate"),
        plural(plan["replicas"], "training run"),
    )


def _split(plan: dict[str, Any]) -> str:
    if plan["protocol"] != "cross-validation":
        return "held-out test part"
    if plan.get("rolling_origin"):
        return f"rolling origin, {plural(plan['folds'], 'test part')}"
    repeats = plan.get("repeats") or 1
    return f"{plan['folds']}-fold cross-validation" + (f", {repeats} times" if repeats > 1 else "")


def _settings(plan: dict[str, Any]) -> str:
    """What is chosen for each family, as the subject of a sentence; "" where there is one of everything."""
    several_of = {"size": plan.get("sizes") or (), "learning rate": plan["learning_rates"]}
    chosen = [what for what, offered in several_of.items() if len(offered) > 1]
    return f"{' and '.join(chosen)} {'is' if len(chosen) == 1 else 'are'} chosen" if chosen else ""


def _chosen(plan: dict[str, Any]) -> str:
    """On which rows settings are chosen, if any are."""
    settings, folds = _settings(plan), plan.get("validation_folds") or 1
    if not settings:
        return "one size, one learning rate: neither is chosen"
    if folds > 1:
        return f"the {settings} over {folds} folds of the other rows, which validate in turn"
    return f"the {settings} on validation data, inside each training part"


def _choosing(plan: dict[str, Any]) -> str:
    """Which seeds choose size and learning rate, where it is not all of them."""
    settings, choosing = _settings(plan), plan.get("choosing_seeds") or plan["seeds"]
    if choosing == plan["seeds"] or not settings:
        return ""
    return f"; {settings} with {', '.join(map(str, choosing))} alone"


def data_facts(data: dict[str, Any], task: dict[str, Any]) -> tuple[Fact, ...]:
    """What the study took the data for."""
    kind = str(task.get("kind") or "")
    facts = [
        Fact("Data", "" if named(data) == (name := str(data.get("name") or "")) else name),
        Fact(several(example(data)).capitalize(), fmt.integer(data["rows"])),
        Fact("For tests", fmt.integer(data["test_rows"]) if data.get("test_rows") else ""),
        Fact("Layout", str(data.get("layout") or "")),
        Fact(f"Shape of one {example(data)}", _shape(data)),
        Fact("Task", f"{kind} of each step" if task.get("stepwise") else kind),
        Fact("Labels" if kind == "multilabel" else "Classes", _some(task.get("classes"))),
        Fact("Targets", "" if kind == "multilabel" else _some(task.get("targets"))),
        Fact("Output layer", str(task.get("output") or "")),
        Fact("Loss", str(task.get("loss") or "")),
        Fact("Score", str(task.get("score") or "")),
        Fact("Fingerprint", str(data.get("fingerprint") or "")),
    ]
    return tuple(fact for fact in facts if fact.value)


def _some(names: list[str] | None) -> str:
    words = [str(name) for name in names or ()]
    return ", ".join(words[:12]) + (f" and {len(words) - 12} more" if len(words) > 12 else "")


def inferred(data: dict[str, Any]) -> Table:
    """What the program inferred, why, and the option that overrides it."""
    columns = (Column("What"), Column("Taken as"), Column("Because"), Column("Change it with"))
    rows = tuple(
        Row(tuple(Cell(str(item.get(key) or "")) for key in ("what", "value", "because", "option")))
        for item in data.get("inferred") or ()
    )
    return Table("Inferred from the data", columns, rows)


def findings(data: dict[str, Any]) -> Table:
    """What was found wrong or odd in the data before training; what can make the answer wrong comes first."""
    columns = (Column("Finding"), Column("Do this"), Column("Bears on the answer"))
    found = sorted(data.get("findings") or (), key=lambda item: not item.get("important"))
    rows = tuple(
        Row(
            (
                Cell(str(item.get("what") or "")),
                Cell(str(item.get("do") or "")),
                Cell("yes" if item.get("important") else "no"),
            )
        )
        for item in found
    )
    return Table("Found in the data", columns, rows)


def design_facts(plan: dict[str, Any], scale: fmt.ScoreScale) -> tuple[Fact, ...]:
    """The plan of the study."""
    rates = ", ".join(fmt.rate(rate) for rate in plan["learning_rates"])
    margin = scale.difference(plan.get("margin")).lstrip("+")
    facts = [
        Fact("Effort", str(plan["effort"])),
        Fact("Protocol", _split(plan), _chosen(plan)),
        Fact("Estimand", str(plan.get("estimand") or ""), "what every score and its interval speak of"),
        Fact(
            "Seeds",
            f"{len(plan['seeds'])}: number {', '.join(map(str, plan['seeds']))}",
            "of initial weights and the order of the examples" + _choosing(plan),
        ),
        Fact(
            "Learning rates",
            rates,
            "the same grid for every family" if len(plan["learning_rates"]) > 1 else "the same for every family",
        ),
        Fact("Budget of a run", f"{plural(plan['steps'], 'step')} of {plural(plan['batch'], 'example')}"),
        Fact("Sizes", ", ".join(str(size) for size in plan.get("sizes") or ())),
        Fact("Most parameters", fmt.integer(plan.get("parameter_cap")), "one cap for all families"),
        Fact("Practical margin", margin, "a smaller difference counts as none"),
        Fact("Training runs", fmt.integer(plan.get("replicas")), "refits of the chosen settings not counted"),
    ]
    return tuple(fact for fact in facts if fact.value and fact.value != fmt.MISSING)


def candidates(results: dict[str, Any], study: Study) -> Table:
    """One candidate a family: how it reads an example, what it is made of."""
    columns = (
        Column("Family"),
        Column(worded("Reads a row as", example(results["data"]))),
        Column("Architecture"),
        Column("Size"),
        Column("Parameters", numeric=True),
        Column("Learning rate", numeric=True),
        Column("Rates that work", numeric=True),
        Column("Status"),
    )
    rows = tuple(
        Row(
            (
                Cell(study.titles[row["family"]]),
                Cell(str(row.get("reads") or "")),
                Cell(str(row.get("architecture") or "")),
                Cell(str(row.get("size") or "")),
                Cell(fmt.integer(row.get("parameters"))),
                Cell(fmt.rate(row.get("learning_rate"))),
                Cell(works(row)),
                Cell(str(row["status"])),
            ),
            kind="family" if trained(row) else "failed",
            colour=study.colours[row["family"]],
            chosen=row["family"] == study.chosen,
        )
        for row in results["families"]
    )
    return Table("The candidates", columns, rows)


def evidence(results: dict[str, Any]) -> Table:
    """Everything that was measured, as the verdict read it."""
    columns = (
        Column("Measure"),
        Column("Of"),
        Column("Value", numeric=True),
        Column("Interval", numeric=True),
        Column("Unit"),
        Column("Method"),
        Column("Source"),
    )
    target = str((results["data"].get("task") or {}).get("unit") or TARGET)
    each = example(results["data"])
    rows = tuple(_evidence_row(row, target, each) for row in results.get("evidence") or ())
    return Table("All evidence", columns, rows)


def _evidence_row(row: dict[str, Any], target: str, each: str) -> Row:
    """``target`` is what stands for the target's unit, ``each`` for a row."""
    interval = row.get("interval")
    span = f"{fmt.plain(interval[0])} to {fmt.plain(interval[1])}" if interval and len(interval) == 2 else ""
    if interval and ONE_SIDED in str(row.get("method") or ""):
        span = f"{fmt.plain(interval[0])} or more"
    value = fmt.plain(row.get("value"))
    if row.get("value") is None and row.get("reason"):
        value = f"not applicable: {row['reason']}"
    return Row(
        (
            Cell(worded(str(row.get("measure") or ""), each)),
            Cell(str(row.get("subject") or "")),
            Cell(value),
            Cell(span),
            Cell(str(row.get("unit") or "").replace(TARGET, target)),
            Cell(str(row.get("method") or "")),
            Cell(str(row.get("source") or "")),
        )
    )
