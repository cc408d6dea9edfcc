"""Why the verdict came out so, from what the probes measured. Nothing here decides anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from fourfold.evidence.evidence import Evidence
from fourfold.evidence.findings import Verdict, title
from fourfold.evidence.names import LONGER_GAIN
from fourfold.evidence.sentences import Cite, Facts, Sentence

# What a family loses when its inputs are changed: measure, the change in words, and what uses it or does not.
LOSSES = (
    ("loss when positions are permuted", "positions are permuted", "it uses their order", "needs no order"),
    (
        "loss when moved by 1",
        "test inputs are moved by one place",
        "it counts on their place, or on what moves out",
        "does not mind",
    ),
)
PASSES = "rows from which it leads"


def explain(verdict: Verdict, evidence: Iterable[Evidence]) -> Verdict:
    """The verdict with what probes say: why a family is chosen, or that longer training may take one over the baseline.

    A probe takes the place of the list of scores, which the table repeats: three reasons are enough.

    >>> from fourfold.evidence.sentences import DIFFERENCE
    >>> chosen = Verdict("choose", "convolution", "Choose Convolution.", why=("Scores.", "Difference."),
    ...                  evidence=(Evidence("margin", "study", 0.01, DIFFERENCE),))
    >>> lost = Evidence("loss when positions are permuted", "convolution", 0.14, DIFFERENCE, (0.12, 0.16))
    >>> explain(chosen, [lost]).why[-1]
    'Convolution loses 14.0 points (12.0 to 16.0) when positions are permuted: it uses their order.'
    """
    facts = Facts([*verdict.evidence, *evidence])
    if verdict.kind == "none":
        longer = _longer(verdict, facts)
        return verdict if longer is None else replace(verdict, change=facts.join(" ", [_cited(verdict.change), longer]))
    if verdict.kind != "choose":
        return verdict
    probe = next(_probes(verdict, facts), None)
    return verdict if probe is None else replace(verdict, why=(*verdict.why[1:], probe))


def _cited(words: str) -> Sentence:
    return words if isinstance(words, Sentence) else Sentence(words)


def _longer(verdict: Verdict, facts: Facts) -> Sentence | None:
    """What twice the steps bring the family that is nearest to the baseline, where that may be as much as it lacks."""
    family = verdict.family or ""
    gain = facts.about("gain over the baseline").get(family)
    found = facts.about(LONGER_GAIN).get(family)
    if gain is None or found is None or found.interval is None:
        return None
    low, high = found.interval
    margin = facts.find(Cite("margin", "study"))
    if low <= 0 or (found.value or 0.0) <= margin or (gain.value or 0.0) + high <= 0:
        return None
    return facts.say(
        "Longer training may bring it: twice the steps improve {family} by {more} ({low} to {high}).",
        family=title(family),
        more=Cite(LONGER_GAIN, family),
        low=Cite(LONGER_GAIN, family, "low", bare=True),
        high=Cite(LONGER_GAIN, family, "high", bare=True),
    )


def _probes(verdict: Verdict, facts: Facts) -> Iterator[Sentence]:
    family, margin = verdict.family or "", facts.find(Cite("margin", "study"))
    for measure, change, uses, ignores in LOSSES:
        found = facts.about(measure).get(family)
        if found is None or found.interval is None:
            continue
        low, high = found.interval
        if 0 <= high < margin:
            words = "{family} loses at most {high} when " + f"{change}: it {ignores}."
            yield facts.say(words, family=title(family), high=Cite(measure, family, "high"))
        elif low > 0:
            yield facts.say(
                "{family} loses {loss} ({low} to {high}) when " + f"{change}: {uses}.",
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
