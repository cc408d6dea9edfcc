"""Results as ``compare`` writes them: one study for each verdict, a regression, a failure, a divergence."""

from __future__ import annotations

import copy
import math
from typing import Any

from report_measures import all_measures, confusion, examples

HOSTILE = "<img src=x onerror=alert(1)>\x1b[31m\u202e"
RATES = [0.001, 0.003, 0.01, 0.03]
FAMILIES = {
    "dense": (
        "Fully connected",
        "64 numbers, flattened",
        "[Dense(108), gelu, Dropout(0.1)] x 2",
        20962,
        41800,
        9,
    ),
    "convolution": (
        "Convolution",
        "8 x 8 pixels, 1 channel",
        "[Conv2D(16, 3), BatchNormalization, relu] x 4",
        17418,
        1_190_000,
        14,
    ),
    "recurrent": (
        "Recurrent",
        "8 rows of 8 pixels, top to bottom",
        "GRU(76), last state and maximum",
        20406,
        322_000,
        68,
    ),
    "attention": (
        "Attention",
        "16 patches of 2 x 2 pixels",
        "2 x [4 heads, feed-forward 64], width 32",
        18890,
        618_000,
        31,
    ),
}
METHOD = "95 % interval over rows, folds and seeds (crossed variance components, Student's t)"


def choose() -> tuple[dict[str, Any], dict[str, Any]]:
    """Digits: convolution wins; one learning rate of the recurrent layer diverged; all measures and examples."""
    scores = {"dense": 0.979, "convolution": 0.9914, "recurrent": 0.9735, "attention": 0.9702}
    results = _study("digits", {family: _family(family, score) for family, score in scores.items()})
    lost = results["families"][2]["learning_rates"][3]
    lost.update(validation={"mean": 0.71, "low": 0.42, "high": 0.93}, trained=11, diverged=4)
    results["comparisons"] = [
        {
            "family": f,
            "against": "dense" if f == "convolution" else "convolution",
            "difference": d,
            "low": low,
            "high": high,
        }
        for f, d, low, high in [
            ("dense", -0.0124, -0.019, -0.006),
            ("convolution", 0.0124, 0.006, 0.019),
            ("recurrent", -0.0179, -0.026, -0.010),
            ("attention", -0.0212, -0.030, -0.012),
        ]
    ]
    results["verdict"] = {
        "kind": "choose",
        "family": "convolution",
        "equivalents": [],
        "sentence": "Choose convolution: 99.1 % accuracy, 1.2 points above the next best family.",
        "why": [
            "Convolution is 1.2 points better than fully connected, the runner-up (0.6 to 1.9 points).",
            "All 4 of its learning rates work; of the recurrent layer's, 3 of 4 do.",
            "It beats the best baseline, logistic regression at 97.0 %, by 2.1 points.",
        ],
        "runner_up": "dense",
        "price": ["Fully connected: 1.2 points worse, 28 times fewer FLOPs."],
        "change": "If FLOPs matter more than 1.2 points of accuracy, take fully connected.",
        "doubts": [
            "Three seeds: the spread over seeds is known roughly.",
            "At learning rate 0.03, 4 of 15 runs of the recurrent layer diverged.",
        ],
        "settle": None,
        "next": None,
    }
    return results | {"measures": all_measures(), "examples": examples()}, _timings()


def equivalent() -> tuple[dict[str, Any], dict[str, Any]]:
    scores = {"dense": 0.962, "convolution": 0.961, "recurrent": 0.963, "attention": 0.9615}
    results = _study("breast-cancer", {family: _family(family, score) for family, score in scores.items()})
    results["verdict"] |= {
        "kind": "equivalent",
        "family": "dense",
        "equivalents": list(scores),
        "runner_up": "recurrent",
        "sentence": "A tie: all four families are within 1 point. Take fully connected, the cheapest.",
        "why": ["The largest difference is 0.2 points, inside the margin of 1 point."],
        "price": ["Recurrent: 0.1 points better, 8 times more FLOPs."],
    }
    return results, _timings()


def undecided() -> tuple[dict[str, Any], None]:
    """Recurrent failed; what is left can't be told apart. No timings."""
    scores = {"dense": 0.93, "convolution": 0.951, "recurrent": None, "attention": 0.944}
    results = _study("seeds.csv", {family: _family(family, score) for family, score in scores.items()})
    results["verdict"] |= {
        "kind": "undecided",
        "family": None,
        "runner_up": "",
        "settle": {"seeds": 12, "more rows": 900},
        "sentence": "Undecided: convolution leads by 0.7 points, but the interval holds zero.",
        "why": ["Convolution minus attention: 0.7 points (−0.9 to 2.3)."],
        "next": "fourfold compare seeds.csv --seeds 12 --out fourfold-seeds",
        "doubts": ["The recurrent family failed: out of memory."],
    }
    return results, None


def none() -> tuple[dict[str, Any], dict[str, Any]]:
    scores = {"dense": 0.508, "convolution": 0.494, "recurrent": 0.501, "attention": 0.497}
    results = _study("noise", {family: _family(family, score) for family, score in scores.items()})
    results["baselines"] = [_baseline("majority", 0.503), _baseline("logistic regression", 0.512)]
    results["verdict"] |= {
        "kind": "none",
        "family": "dense",
        "sentence": "None of the four beats the baseline by the margin of 1 point.",
        "why": ["Fully connected, the best, is 0.4 points below logistic regression (−2.1 to 1.3)."],
    }
    return results, _timings()


def regression() -> tuple[dict[str, Any], dict[str, Any]]:
    """Diabetes: RMSE, lower is better; one rate of the dense network diverged in every run."""
    scores = {"dense": 55.3, "convolution": 56.1, "recurrent": 56.8, "attention": 61.9}
    families = {family: _family(family, score, spread=2.6) for family, score in scores.items()}
    results = _study("diabetes", families)
    results["data"]["task"] = {
        "kind": "regression",
        "classes": None,
        "output": "softplus",
        "loss": "mean squared error",
        "score": "RMSE",
        "unit": "mg/dl",
    }
    results["data"] |= {"layout": "flat", "shape": [10], "rows": 442}
    results["design"]["margin"] = 1.1
    results["families"][0]["learning_rates"][3] = {
        "rate": 0.03,
        "validation": None,
        "trained": 0,
        "diverged": 15,
    }
    results["baselines"] = [_baseline("mean", 77.0, 4.0), _baseline("ridge regression", 54.9, 2.5)]
    results["comparisons"] = [
        {"family": "dense", "against": "convolution", "difference": 0.8, "low": -0.8, "high": 2.4},
        {"family": "attention", "against": "dense", "difference": -6.6, "low": -9.3, "high": -3.9},
    ]
    results["verdict"] |= {
        "kind": "undecided",
        "family": None,
        "sentence": "Undecided between three families.",
        "why": ["Fully connected leads by 0.8 mg/dl, less than the interval's half width, 1.6."],
    }
    results["measures"] = [confusion(classes=30)]
    return results, _timings()


def hostile() -> tuple[dict[str, Any], dict[str, Any]]:
    """Every text of a study is markup, a control character or a formula."""
    results, timings = choose()
    hostile = _replace(
        copy.deepcopy(results), skip={"family", "against", "kind", "protocol", "name", "runner_up", "series"}
    )
    hostile["data"]["name"] = HOSTILE
    hostile["folder"] = "=cmd;</script><script>alert(2)</script>"
    hostile["baselines"][0]["name"] = "=HYPERLINK(1)"
    return hostile, timings


def _replace(value: Any, skip: set[str], key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _replace(item, skip, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_replace(item, skip, key) for item in value]
    return HOSTILE + value if isinstance(value, str) and value and key not in skip else value


SAMPLES = {f.__name__: f for f in (choose, equivalent, undecided, none, regression, hostile)}


def _timings() -> dict[str, Any]:
    seconds = {
        "dense": (2.1, 3.4),
        "convolution": (4.0, 21.7),
        "recurrent": (3.2, 17.2),
        "attention": (5.5, 14.9),
    }
    families = {
        family: {"compile": compiled, "train": train} for family, (compiled, train) in seconds.items()
    }
    settings = [(n, b, c) for n, b in ((8, 64), (4, 64), (16, 64), (8, 32), (8, 128)) for c in (1, 2)]
    steps = {
        family: [
            {"length": n, "batch": b, "cores": c, "milliseconds": scale * n * b / 512 / c}
            for n, b, c in settings
        ]
        for family, scale in (("dense", 0.42), ("convolution", 1.6), ("recurrent", 0.8), ("attention", 2.3))
    }
    return {"total_seconds": 71.2, "families": families, "data": 0.4, "baselines": 1.8, "steps": steps,
            "latency": {"dense": {"1": 0.0004}, "attention": {"1": 0.001, "256": 0.004}}}  # fmt: skip


def _baseline(name: str, score: float, spread: float = 0.009) -> dict[str, Any]:
    usage = f"sklearn.pipeline.make_pipeline(StandardScaler(), {name!r}).fit(x, y)"
    interval = {"value": score, "low": score - spread, "high": score + spread, "method": METHOD}
    return {"name": name, "score": interval, "usage": usage}


def _family(family: str, score: float | None, spread: float = 0.007) -> dict[str, Any]:
    title, reads, architecture, parameters, flops, steps = FAMILIES[family]
    row = {
        "family": family,
        "title": title,
        "reads": reads,
        "architecture": architecture,
        "size": "M",
        "parameters": parameters,
        "flops": flops,
        "sequential_steps": steps,
    }
    if score is None:
        return row | {
            "status": "failed: out of memory (needs about 31 GB)",
            "score": None,
            "learning_rates": [],
            "learning_rate": None,
            "learning_rate_share": None,
            "at_edge": False,
            "curve": None,
        }
    worse = 1 if score > 1 else -1
    lag = {"dense": 40, "convolution": 25, "recurrent": 80, "attention": 65}[family]
    rise = 0.002 if family == "attention" else 0.0
    others = [2 * math.exp(-step / lag) + rise * step for step in range(25, 301, 25)]
    start = 140.0 if score > 1 else min(0.12, score)
    steps_seen = list(range(25, 301, 25))
    means = [score + (start - score) * math.exp(-step / lag) for step in steps_seen]
    wide = [spread + abs(start - score) * 0.25 * math.exp(-step / lag) for step in steps_seen]
    loss = {
        "dense": (40, 12, 5, 0),
        "convolution": (10, 1, 0, 1),
        "recurrent": (110, 26, 0, 4),
        "attention": (90, 20, 3, 0),
    }
    grid = []
    for rate, gap in zip(RATES, loss[family]):
        mean = score + worse * gap * spread * 0.25
        grid.append(
            {
                "rate": rate,
                "validation": {"mean": mean, "low": mean - spread * 2, "high": mean + spread * 1.2},
                "trained": 15,
                "diverged": 0,
            }
        )
    ceiling = 1e9 if score > 1 else 1.0
    return row | {
        "status": "trained",
        "score": {
            "value": score,
            "low": score - spread,
            "high": min(score + spread, ceiling),
            "method": METHOD,
        },
        "learning_rates": grid,
        "learning_rate": 0.01,
        "learning_rate_share": 0.75 if family != "convolution" else 1.0,
        "at_edge": family == "attention",
        "curve": {
            "steps": steps_seen,
            "mean": means,
            "low": [m - w for m, w in zip(means, wide)],
            "high": [min(m + w, ceiling) for m, w in zip(means, wide)],
            "training_loss": [2 * math.exp(-step / lag) for step in steps_seen],
            "validation_loss": others,
            "lowest_loss_step": steps_seen[others.index(min(others))],
            "overfits": bool(rise),
        },
    }


def _study(name: str, families: dict[str, dict[str, Any]]) -> dict[str, Any]:
    folder = "fourfold-" + name.split(".")[0]
    return {
        "schema": 1,
        "fourfold": "0.1.0",
        "command": f"fourfold compare {name} --effort quick --seed 0 --out {folder}",
        "folder": folder,
        "data": {
            "name": name,
            "fingerprint": "sha256:5b41c0ffee",
            "rows": 1797,
            "layout": "image",
            "shape": [8, 8, 1],
            "task": {
                "kind": "classification",
                "classes": [str(digit) for digit in range(10)],
                "output": "softmax",
                "loss": "categorical crossentropy",
                "score": "accuracy",
            },
            "findings": [
                {
                    "slug": "duplicates",
                    "what": f"12 rows occur twice {HOSTILE}",
                    "do": "remove them",
                    "important": True,
                },
                {"slug": "constant", "what": "a column is constant", "do": "", "important": False},
            ],
            "inferred": [
                {"what": "target", "value": "species", "because": "the last column", "option": "--target"},
                {
                    "what": "task",
                    "value": "classification",
                    "because": "10 distinct values",
                    "option": "--task",
                },
            ],
        },
        "design": {
            "effort": "quick",
            "protocol": "cross-validation",
            "folds": 5,
            "repeats": 1,
            "seeds": [0, 1, 2],
            "learning_rates": RATES,
            "steps": 300,
            "batch": 64,
            "sizes": ["M"],
            "parameter_cap": 30000,
            "margin": 0.01,
            "estimand": "expected accuracy on fresh examples of this procedure, mean over training sets",
            "replicas": 240,
        },
        "families": list(families.values()),
        "baselines": [
            _baseline("majority", 0.102),
            _baseline("logistic regression", 0.97),
            _baseline("boosted trees", 0.966),
        ],
        "comparisons": [],
        "evidence": [
            {
                "measure": "score",
                "subject": family,
                "value": row["score"]["value"],
                "unit": "fraction",
                "interval": [row["score"]["low"], row["score"]["high"]],
                "method": METHOD,
                "source": "test rows",
                "reason": None,
            }
            for family, row in families.items()
            if row["score"]
        ]
        + [
            {
                "measure": "calibration error",
                "subject": "dense",
                "value": None,
                "unit": "",
                "interval": None,
                "method": "",
                "source": "",
                "reason": "fewer than 500 test rows",
            }
        ],
        "verdict": {
            "kind": "choose",
            "family": None,
            "equivalents": [],
            "sentence": "",
            "why": [],
            "runner_up": "",
            "price": [],
            "change": "",
            "doubts": ["Three seeds: the spread over seeds is known roughly."],
            "settle": None,
            "next": None,
        },
        "model": {"family": "convolution", "learning_rate": 0.01, "seed": 1, "folder": "model"},
        "examples": None,
    }
