"""The page: everything a report says, as plain data, before anything is drawn.

``build`` reads ``results`` (and, where there are any, ``timings``) and returns a ``Page``: sentences, tables
as header and cells, charts as Vega-Lite specs with their tables. It is pure: no clock, no file, no
randomness. The renderers print a page and compute nothing.
"""

from __future__ import annotations

import shlex
import sys
from typing import Any

from fourfold.core.naming import several, worded
from fourfold.evidence.names import OVER_GUESS
from fourfold.report import citation, design, scores, seconds, sections, summary
from fourfold.report import format as fmt
from fourfold.report.gallery import gallery
from fourfold.report.parts import Command, Page, Verdict

LABELS = {
    "choose": "One family is best",
    "equivalent": "A tie: take one of them",
    "undecided": "No clear winner yet",
    "none": "None is shown to beat the baseline",
}
OPENERS = {"darwin": "open", "win32": "start"}


def build(
    results: dict[str, Any], timings: dict[str, Any] | None = None, *, platform: str = sys.platform
) -> Page:
    """Everything that the report on a study says.

    ``results`` is the content of ``results.json`` (schema 1), ``timings`` that of ``timings.json`` or
    ``None``; ``platform`` (as ``sys.platform``) picks the command that opens the report.
    """
    study = scores.read(results, timings)
    task, data, plan = results["data"].get("task") or {}, results["data"], results["design"]
    table = scores.table(results, study)
    steps = seconds.steps(timings, str(data.get("layout") or ""), study)
    return Page(
        title=f"Which layer for {design.named(data)}?",
        name=design.named(data),
        subject=design.subject(data, task),
        protocol=design.protocol(plan),
        verdict=_verdict(results, study),
        summary=summary.table(results, study, table),
        scores=table,
        groups=sections.groups(results, study, steps),
        left_out=sections.left_out(results),
        gallery=gallery(results.get("examples"), study),
        seconds=seconds.tables(timings, study, drawn=["steps"] if steps else ()),
        candidates=design.candidates(results, study),
        data=design.data_facts(data, task),
        inferred=design.inferred(data),
        findings=design.findings(data),
        design=design.design_facts(plan, study.scale),
        evidence=design.evidence(results),
        commands=_commands(results, platform),
        python=_python(results),
        model=_model(results, study),
        files=design.FILES,
        citation=citation.entry(results),
        sources=citation.sources(results),
        total=fmt.seconds(study.total_seconds) if fmt.is_number(study.total_seconds) else "",
        version=str(results.get("fourfold", "")),
    )


def _verdict(results: dict[str, Any], study: scores.Study) -> Verdict:
    verdict = results["verdict"]
    settle = verdict.get("settle") or {}
    rows = "rows" if results["design"]["protocol"] == "cross-validation" else "test rows"
    return Verdict(
        kind=verdict["kind"],
        label=LABELS[verdict["kind"]],
        sentence=verdict["sentence"],
        family=verdict.get("family") or "",
        why=tuple(verdict.get("why") or ()),
        price=tuple(verdict.get("price") or ()),
        change=verdict.get("change") or "",
        doubts=tuple(verdict.get("doubts") or ()),
        settle=worded(
            ", ".join(f"about {fmt.plain(amount)} {what.replace('rows', rows)}" for what, amount in settle.items()),
            design.example(results["data"]),
        ),
        next=verdict.get("next") or "",
        usage=_usage(results, study.scale.lower_is_better) if verdict["kind"] == "none" else "",
    )


def _usage(results: dict[str, Any], lower_is_better: bool) -> str:
    """The line of code of the baseline that no family beats; "" where it is not shown to beat a guess itself."""
    baseline = scores.to_beat(results, lower_is_better)
    for row in results.get("evidence") or ():
        if row["measure"] == OVER_GUESS and row["interval"] and row["interval"][0] <= 0:
            return ""
    return str(baseline.get("usage") or "") if baseline else ""


def _commands(results: dict[str, Any], platform: str) -> tuple[Command, ...]:
    folder = str(results["folder"])
    separator = "\\" if platform == "win32" else "/"
    opener = OPENERS.get(platform, "xdg-open")
    return (
        Command("Open the report", f"{opener} {shlex.quote(folder + separator + 'report.html')}"),
        Command("Predict", f"fourfold predict {shlex.quote(folder)} NEWDATA --out predictions.csv"),
        Command("Reproduce", str(results["command"])),
    )


def _python(results: dict[str, Any]) -> str:
    remarks = {
        f"model.predict({several(design.example(results['data']))})": "as they are; prepared as in the study",
        'model.export("model.onnx")': "the same for ONNX Runtime, without Python",
        "model.network": "the trained network: weights, layers, summary()",
    }
    width = max(map(len, remarks))
    load = f"model = fourfold.load_model({str(results['folder'])!r})"
    return "\n".join(["import fourfold\n", load, *(f"{code:{width}}  # {remark}" for code, remark in remarks.items())])


def _model(results: dict[str, Any], study: scores.Study) -> str:
    model = results.get("model")
    if not model:
        return "No model was saved."
    title = study.titles.get(model["family"], model["family"])
    return (
        f"The saved model is of the family “{title}”: learning rate {fmt.rate(model['learning_rate'])}, "
        f"seed {model['seed']}, the run with the median validation score at that setting."
    )
