"""`fourfold compare DATA`, with the seconds of its phases as JSON on the last line.

    uv run python -m benchmarks.phases DATA OUT [--effort quick] [--families dense,convolution]

The phases are those of the process that was started: what it imports (the worker loads JAX meanwhile), reading the
data, the sweep of trainings with its baselines, measures with their retrainings, the model that is kept, and the files
that are written, the report among them.
"""

from __future__ import annotations

import time

STARTED = time.perf_counter()

import argparse  # noqa: E402
import json  # noqa: E402
from collections import defaultdict  # noqa: E402
from collections.abc import Callable  # noqa: E402
from functools import wraps  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

SECONDS: dict[str, float] = defaultdict(float)


def timed(phase: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, whose seconds count for a phase."""

    @wraps(function)
    def measured(*args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            SECONDS[phase] += time.perf_counter() - started

    return measured


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data")
    parser.add_argument("out", type=Path)
    parser.add_argument("--effort", default="quick")
    parser.add_argument("--families")
    given = parser.parse_args()

    import fourfold.cli.commands  # noqa: F401, what the command loads before all else
    from fourfold.loading import load_data
    from fourfold.options import Options
    from fourfold.study.workers import warm_up

    SECONDS["import"] = time.perf_counter() - STARTED
    warm_up()
    families = given.families.split(",") if given.families else None
    options = Options(effort=given.effort, candidates=families)
    dataset = timed("data", load_data)(given.data, None, options)
    started = time.perf_counter()
    from fourfold import comparison
    from fourfold.study.study import Study

    SECONDS["import"] += time.perf_counter() - started
    Study.run = timed("train", Study.run)
    Study.probe = timed("measure", Study.probe)
    comparison._keep = timed("model", comparison._keep)
    comparison.write_study = timed("report", comparison.write_study)
    comparison.run(dataset, options, given.out, source=given.data)
    SECONDS["all"] = time.perf_counter() - STARTED
    print(json.dumps(SECONDS))


if __name__ == "__main__":
    main()
