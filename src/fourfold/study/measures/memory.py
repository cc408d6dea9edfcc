"""Memory: bytes that the compiled program holds at once while it predicts, as the compiler plans it.

    bytes = weights + input + output + the most that intermediates need together

Seconds of the same predictions are measured beside it; they stand in ``timings.json`` and in no evidence.
"""

from __future__ import annotations

from fourfold.evidence.evidence import Evidence
from fourfold.evidence.findings import title
from fourfold.evidence.measurement import Axis, Figure, Measurement
from fourfold.evidence.sentences import Cite, Facts, Sentence
from fourfold.study import examination
from fourfold.study.measure import Inquiry, Measure

SIZES = ("1 example", "256 examples")
MEMORY = "memory to predict {size}"
NAMES = ("memory", "Memory", "How much memory does a prediction take?")
METHOD = "the compiled program's own plan (XLA): weights, input, output, intermediates"


def find(inquiry: Inquiry) -> Measurement:
    examined = examination.found(inquiry.study, inquiry.trials)
    evidence, rows = [], []
    for family in inquiry.trials:
        if family not in examined:
            evidence.append(examination.missing(MEMORY.format(size=SIZES[0]), family))
            continue
        for size, number in zip(SIZES, examined[family]["memory"]):
            kilobytes = float(number) / 1e3
            evidence.append(Evidence(MEMORY.format(size=size), family, kilobytes, "kB", method=METHOD))
            rows.append({"series": family, "group": size, "value": kilobytes})
    figure = Figure(
        "memory",
        "bars",
        "Memory while predicting",
        tuple(rows),
        x=Axis("predicted at once"),
        y=Axis("memory", "kB", log=True),
        note="On this machine's compiler; without the program itself and the libraries.",
    )
    return Measurement(*NAMES, _answer(evidence), (figure,), tuple(evidence))


def _answer(evidence: list[Evidence]) -> str:
    """The least and the most that many rows take."""
    facts = Facts(evidence)
    measure = MEMORY.format(size=SIZES[1])
    found = sorted(facts.about(measure).values(), key=lambda e: e.value or 0.0)
    if not found:
        return ""
    one = MEMORY.format(size=SIZES[0])
    listed = facts.join(
        "; the most in ",
        [
            facts.say(
                "{family}, {many} kB ({one} kB for a single one)",
                family=title(e.subject),
                many=Cite(measure, e.subject),
                one=Cite(one, e.subject),
            )
            for e in [found[0], found[-1]][: len(found)]
        ],
    )
    return Sentence(f"Predicting a batch takes the least memory in {listed}.", listed.numbers)


MEASURE = Measure("memory", find, examination.wants)
