"""Why the verdict came out so, from what the probes measured. Nothing here decides anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from fourfold.evidence.evidence import Evidence
from fourfold.evidence.findings import Verdict, title
from fourfold.evidence.sentences import Cite, Facts, Sentence

# What a family loses when its inputs are changed: measure, the change in words, and what uses it or does not.
LOSSES = (
    ("loss when positions are permuted", "positions are permuted", "it uses their order", "needs no order"),
    (
        "loss when moved by 1",
        "test inputs are moved by one place",
        "it counts on their place",
        "does not mind",
    ),
)
PASSES = "rows from which it leads"


def explain(verdict: Verdict, evidence: Iterable[Evidence]) -> Verdict:
    """The verdict with a probe among its reasons, where a family was chosen and a probe says why.

    The probe takes the place of the list of scores, which the table repeats: three reasons are enough.

    >>> from fourfold.evidence.sentences import DIFFERENCE
    >>> chosen = Verdict("choose", "convolution", "Choose Convolution.", why=("Scores.", "Difference."),
    ...                  evidence=(Evidence("margin", "study", 0.01, DIFFERENCE),))
    >>> lost = Evidence("loss when positions are permuted", "convolution", 0.14, DIFFERENCE, (0.12, 0.16))
    >>> explain(chosen, [lost]).why[-1]
    'Convolution loses 14.0 points (12.0 to 16.0) when positions are permuted: it uses their order.'
    """
    if verdict.kind != "choose":
        return verdict
    facts = Facts([*verdict.evidence, *evidence])
    probe = next(_probes(verdict, facts), None)
    return verdict if probe is None else replace(verdict, why=(*verdict.why[1:], probe))


def _probes(verdict: Verdict, facts: Facts) -> Iterator[Sentence]:
    family, margin = verdict.family or "", facts.find(Cite("margin", "study"))
    for measure, change, uses, ignores in LOSSES:
        found = facts.about(measure).get(family)
        if found is None or found.interval is None:
            continue
        low, high = found.interval
        end = f": it {ignores}" if 0 <= high < margin else f": {uses}" if low > 0 else ""
        if end:
            yield facts.say(
                "{family} loses {loss} ({low} to {high}) when " + change + end + ".",
                family=title(family),
                loss=Cite(measure, family),
                low=Cite(measure, family, "low", bare=True),
                high=Cite(measure, family, "high", bare=True),
            )
    subject = f"{family} over {verdict.runner_up}"
    if subject in facts.about(PASSES):
        yield facts.say(
            "{family} passes {other} from about {rows} training rows on.",
            family=title(family),
            other=title(verdict.runner_up or ""),
            rows=Cite(PASSES, subject),
        )
