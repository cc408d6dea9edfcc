"""What the seconds of training steps come to: against length, batch and cores. Never part of the results.

Seconds are of one machine at one time, so no verdict reads them; the evidence that is made of them here is that of
their own sentence alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import mode
from typing import Any, NamedTuple

from fourfold.evidence.evidence import Evidence
from fourfold.evidence.measurement import Axis, Figure, Measurement
from fourfold.evidence.sentences import Cite, Facts, Sentence, enumerated

NAMES = ("step_times", "Time of a training step", "How long does a training step take on this machine?")
TIME, LONGER, LARGER = "time of a step", "growth at twice the length", "growth at twice the batch"
SPEED = "steps a second on {cores} cores"
LENGTHS = {"sequence": "steps of a series", "image": "rows of pixels", "text": "tokens of a text"}
"""What the length of an input is, by layout; the columns of a table are no length."""
HARDLY = 1.05
"""Below so many times, two times are as good as equal: repeats differ by as much."""
DISTURBED = ", more than the cores can give: other programs disturbed these times"


class Setting(NamedTuple):
    length: int
    batch: int
    cores: int


Times = Mapping[tuple[str, Setting], float]
"""Milliseconds a step of a run by family and setting; each core trains a run meanwhile."""


def measured(steps: Mapping[str, Any], layout: str, titles: Mapping[str, str]) -> Measurement | None:
    """What ``steps`` come to, rows by family as `timings.json` has them, for inputs of a layout; None without times.

    ``titles`` are how families are called in the sentence.

    >>> steps = {"dense": [{"length": 8, "batch": 32, "cores": n, "milliseconds": 1 / n} for n in (1, 2)]}
    >>> found = measured(steps, "image", {"dense": "Fully connected"})
    >>> str(found.answer)
    'A training step takes 1.00 ms in Fully connected; on 2 cores, a run on each, steps a second grow 2.0 times.'
    >>> [figure.title for figure in found.figures], measured({"dense": []}, "image", {})
    (['By cores'], None)
    """
    times = {key: value for key, value in _read(steps) if key[0] in titles}
    if not times:
        return None
    lengths, batches, cores = zip(*(setting for _, setting in times))
    own = Setting(mode(lengths), mode(batches), min(cores))  # each further setting differs from it in one number
    all_cores = own._replace(cores=max(cores))
    evidence = [Evidence(TIME, family, value, "ms") for family, value in _at(times, own).items()]
    if layout in LENGTHS:
        evidence += _ratios(LONGER, times, own._replace(length=2 * own.length), own)
    evidence += _ratios(LARGER, times, own._replace(batch=2 * own.batch), own)
    speed = SPEED.format(cores=all_cores.cores)
    evidence += _ratios(speed, times, own, all_cores) if all_cores != own else []
    sides = {"length": LENGTHS.get(layout), "batch": "batch", "cores": "cores"}
    note = _note(times, own, sides["length"])
    figures = [_figure(times, own, side, words, note) for side, words in sides.items() if words]
    drawn = [figure for figure in figures if len({row["x"] for row in figure.rows}) > 1]
    answer = _answer(Facts(evidence), speed, all_cores.cores / own.cores, titles)
    return Measurement(*NAMES, answer, tuple(drawn), tuple(evidence))


def _read(steps: Mapping[str, Any]) -> Iterator[tuple[tuple[str, Setting], float]]:
    """The rows that are whole."""
    for family, rows in steps.items():
        for row in rows if isinstance(rows, list) else ():
            numbers = [row.get(name) for name in (*Setting._fields, "milliseconds")]
            if all(isinstance(number, (int, float)) and number > 0 for number in numbers):
                yield (family, Setting(*numbers[:3])), float(numbers[3])


def _at(times: Times, setting: Setting) -> dict[str, float]:
    return {family: value for (family, there), value in times.items() if there == setting}


def _ratios(measure: str, times: Times, above: Setting, below: Setting) -> list[Evidence]:
    """A family's time in one setting over that in another."""
    base = _at(times, below)
    return [
        Evidence(measure, family, value / base[family], "times")
        for family, value in _at(times, above).items()
        if family in base
    ]


def _figure(times: Times, own: Setting, side: str, words: str, note: str) -> Figure:
    """The times of the settings that differ from the study's own in one number."""
    rows = [
        {"series": family, "x": getattr(setting, side), "value": value}
        for (family, setting), value in times.items()
        if setting._replace(**{side: getattr(own, side)}) == own
    ]
    return Figure(
        "step_times",
        "lines",
        f"By {side}",
        tuple(rows),
        x=Axis(words, "count", log=True),
        y=Axis("time a step", "ms", log=True),
        note=note,
    )


def _note(times: Times, own: Setting, length: str | None) -> str:
    """What is not drawn, for ``length``, what lengths are called, if there are any."""
    fixed = [f"{own.length:,} {length}"] if length else []
    fixed += [f"batches of {own.batch:,}", f"{own.cores} core" + "s" * (own.cores > 1)]
    said = [
        f"Where they do not vary: {enumerated(fixed)}.",
        "Several cores train a run each: a step's time is that of all over their number.",
    ]
    if all((length, batch) == own[:2] for _, (length, batch, _) in times):
        others = "lengths and batches" if length else "batches"
        said.append(f"Other {others} are timed from standard effort on.")
    said.append("Other programs change these times; no verdict reads them.")
    return " ".join(said)


def _answer(facts: Facts, speed: str, cores: float, titles: Mapping[str, str]) -> Sentence:
    """The fastest and the slowest step, and where times grow most; ``cores``: how many times as many ``speed`` has."""
    own = facts.about(TIME)
    if not own:
        return Sentence("")
    order = sorted(own, key=lambda family: own[family].value or 0.0)
    least, most = order[0], order[-1]
    ends = {"fast": titles[least], "least": Cite(TIME, least)}
    words = "A training step takes {least} ms in {fast}"
    if len(own) > 1:
        words = "A training step takes least time in {fast}, {least} ms, and most in {slow}, {most} ms"
        ends |= {"slow": titles[most], "most": Cite(TIME, most)}
    said = [facts.say(words, **ends)]
    where = {
        LONGER: "at twice the length it grows",
        LARGER: "at twice the batch it grows",
        speed: speed.replace("steps a second on", "on") + ", a run on each, steps a second grow",
    }
    said += [_growth(facts, measure, words, titles) for measure, words in where.items() if facts.about(measure)]
    joined = facts.join("; ", said)
    impossible = any((e.value or 0.0) > HARDLY * cores for e in facts.about(speed).values())
    return Sentence(f"{joined}{DISTURBED if impossible else ''}.", joined.numbers)


def _growth(facts: Facts, measure: str, words: str, titles: Mapping[str, str]) -> Sentence:
    """The family with the largest ratio."""
    found = {family: e.value or 0.0 for family, e in facts.about(measure).items()}
    most = max(found, key=lambda family: found[family])
    times = Cite(measure, most)
    if found[most] < HARDLY:
        return facts.say("{words}, {times} at most", words=words.replace("grow", "hardly grow"), times=times)
    of = f" most in {titles[most]}," if len(found) > 1 else ""
    return facts.say("{words}{of} {times}", words=words, of=of, times=times)
