"""What a study will cost, counted before it starts."""

from __future__ import annotations

from dataclasses import dataclass

from fourfold.study.efforts import LONGER
from fourfold.study.measures import hyperparameters
from fourfold.study.study import Study

SECONDS_TO_COMPILE = 6.0
SLOWER = 1.6
"""How many times as long an idle machine may take: what `compare digits` took on the slowest that was measured."""
MEGABYTES, MEGABYTES_OF_A_PROGRAM, MEGABYTES_OF_A_VARIED = 1_130, 50, 15
"""What two processes take while they compile two programs at once, each compiled program, and each with varied
hyperparameters. With the other terms of `price` the memory of both processes, shared pages counted once, was 0.87 to
1.16 times what is said in eight studies of 178 to 50,000 rows, of 1.2 to 2.1 GB, the first time; about a quarter less
where all was compiled before."""


@dataclass(frozen=True)
class Price:
    """What a run will cost; ``most`` are the replicas if the grid grows as far as it may.

    ``minutes`` are those of a fast machine.
    """

    replicas: int
    steps: int
    minutes: float
    megabytes: float
    most: int

    def line(self, cores: int, free: float) -> str:
        """One line that says so, with the option that changes it, of a machine with so many bytes ``free``."""
        fewest, most = max(round(self.minutes), 1), round(SLOWER * self.minutes)
        if most < 2:
            minutes = "about a minute" if most else "under a minute"
        else:
            minutes = f"about {most} minutes" if fewest == most else f"{fewest} to {most} minutes"
        room = f"{free / 1e6:,.0f}"
        short = f", more than the {room} MB that are free: slower, and a family may be lost"
        grown = f" (up to {self.most:,} if the best learning rates lie at the grid's edge)"
        return (
            f"cost: {self.replicas:,} trainings of {self.steps:,} steps, refits and probes included, {minutes} on "
            f"{cores} idle cores the first time{grown if self.most > self.replicas else ''}, about "
            f"{self.megabytes:,.0f} MB of memory{short if free < 1e6 * self.megabytes else ''}; --effort changes it"
        )


def price(study: Study, cores: int) -> Price:
    """Replicas, steps, minutes and memory, from counted operations: of the base grid, probes, hyperparameters."""
    effort = study.effort
    blocks = study.blocks(effort.learning_rates)
    probes, chosen = _probes_of_a_family(study), chosen_of_a_family(study)
    longer = (LONGER - 1) * len(study.probe_runs()) * effort.measures
    replicas = sum(len(block.runs) for block in blocks) + len(study.families) * chosen + of_measures(study)
    seconds, largest = 0.0, 0
    for family in study.families:
        for size in study.sizes(family):
            net = study.net(family, size)
            step = net.seconds_a_step(study.batch)
            runs = len(study.splits) * len(effort.learning_rates) * len(study.choosing)
            runs += (probes + longer + chosen) / len(study.sizes(family))
            seconds += runs * effort.steps * step / cores + SECONDS_TO_COMPILE
            largest = max(largest, net.parameters)
        if family in study.varied:
            programs = hyperparameters.programs(study, family)
            seconds += programs * (hyperparameters.RUNS * effort.steps * step / cores + SECONDS_TO_COMPILE)
    # the rows as read, prepared, and in the worker, and twice on each device; further repeats as prepared
    data = study.prepared.inputs.nbytes * (2 + len(study.repeats) + 2 * cores)
    # weights with two moments, the order of the rows, and twice what is predicted: by the program, and to be written
    steps = study.problem.shape[0] if study.problem.stepwise else 1
    outputs = study.prepared.longest_evaluation() * steps * study.problem.units
    replica = 4 * (3 * largest + effort.longest * study.batch + 2 * outputs)
    programs = sum(len(study.sizes(family)) for family in study.families)
    megabytes = MEGABYTES + MEGABYTES_OF_A_PROGRAM * programs + (data + study.capacity * replica) / 1e6
    megabytes += MEGABYTES_OF_A_VARIED * _varied(study)
    a_rate = sum(len(block.runs) for block in study.blocks(effort.learning_rates[:1]))
    most = replicas + 2 * effort.extensions * a_rate  # at both ends, each time
    return Price(replicas, effort.steps, seconds / 60, megabytes, most)


def chosen_of_a_family(study: Study) -> int:
    """How many runs a family has in chosen settings: those of the seeds that didn't choose, and all refits."""
    return (2 * len(study.seeds) - len(study.choosing)) * len(study.prepared.answering)


def of_measures(study: Study) -> int:
    """The trainings that measures ask for beside the sweep: of the probes, and with varied hyperparameters."""
    return len(study.families) * _probes_of_a_family(study) + _varied(study) * hyperparameters.RUNS


def _varied(study: Study) -> int:
    """The programs of all families with varied hyperparameters."""
    return sum(hyperparameters.programs(study, family) for family in study.varied)


def _probes_of_a_family(study: Study) -> int:
    return len(study.probe_runs()) * study.effort.probes(study.problem.layout != "flat")
