"""Measures and examples as a study writes them: every kind of figure, every layout of a row, made-up numbers."""

from __future__ import annotations

import math
from typing import Any

FAMILIES = ("dense", "convolution", "recurrent", "attention")
FRACTION, DIFFERENCE, TARGET = "fraction", "difference of fractions", "target's unit"


def axis(title: str = "", unit: str = "", log: bool = False) -> dict[str, Any]:
    return {"title": title, "unit": unit, "log": log}


def figure(name: str, kind: str, title: str, rows: list[dict[str, Any]], **rest: Any) -> dict[str, Any]:
    base = {"name": name, "kind": kind, "title": title, "rows": rows, "columns": [], "note": ""}
    return base | {"x": axis(), "y": axis()} | rest


def measurement(name: str, title: str, *figures: dict[str, Any], reason: str = "") -> dict[str, Any]:
    return {
        "name": name,
        "title": title,
        "question": f"What does {title.lower()} say?",
        "answer": "" if reason else f"{title} says that convolution leads (1.2 to 3.4).",
        "reason": reason,
        "figures": list(figures),
    }


def _bars(
    values: dict[str, tuple[float, ...]], groups: tuple[str, ...], spread: float
) -> list[dict[str, Any]]:
    return [
        {"series": series, "group": group, "value": value, "low": value - spread, "high": value + spread}
        for series, numbers in values.items()
        for group, value in zip(groups, numbers)
    ]


def quality() -> dict[str, Any]:
    auc = dict(zip(FAMILIES, ((0.9992,), (0.9997,), (0.9990,), (0.9978,))))
    loss = dict(zip(FAMILIES, ((0.081,), (0.034,), (0.092,), (0.121,))))
    return measurement(
        "quality",
        "Further scores",
        figure("quality", "bars", "AUC", _bars(auc, ("AUC",), 0.0002), x=axis("score"), y=axis("AUC", FRACTION)),
        figure("quality", "bars", "Log loss", _bars(loss, ("log loss",), 0.02), x=axis("score"), y=axis("log loss", "nats")),
    )


def order() -> dict[str, Any]:
    losses = {
        "dense": (0.001, -0.002, 0.0),
        "convolution": (0.141, 0.06, 0.092),
        "recurrent": (0.083, 0.021, 0.06),
        "attention": (0.032, 0.004, 0.028),
    }
    rows = _bars(losses, ("all positions", "pieces as wholes", "inside pieces"), 0.008)
    title = "What is lost when positions are permuted"
    sides = {"x": axis("what is permuted"), "y": axis("loss", DIFFERENCE)}
    return measurement(
        "order", "Order probe", figure("order", "bars", title, rows, **sides, note="Trained again.")
    )


def sample_efficiency() -> dict[str, Any]:
    ceiling = {"dense": 0.97, "convolution": 0.99, "recurrent": 0.985, "attention": 0.975}
    rows = [
        {"series": f, "x": n, "value": top - 12 / n, "low": top - 14 / n, "high": top - 10 / n}
        for f, top in ceiling.items()
        for n in (144, 359, 718, 1437)
    ]
    sides = {"x": axis("training rows", "count", log=True), "y": axis("accuracy", FRACTION)}
    drawn = figure("sample_efficiency", "lines", "Score by number of training rows", rows, **sides)
    return measurement("sample_efficiency", "Sample efficiency", drawn)


def memorisation() -> dict[str, Any]:
    rows = _bars(
        {"dense": (0.99,), "convolution": (0.62,), "recurrent": (0.87,)}, ("shuffled labels",), 0.005
    )
    rows.append({"series": "attention", "group": "shuffled labels", "value": 0.55})  # without an interval
    return measurement(
        "memorisation",
        "Memorisation",
        figure("m", "bars", "Fit", rows, y=axis("accuracy on training rows", FRACTION)),
    )


def gradients() -> dict[str, Any]:
    layers = ("input", "hidden 1", "hidden 2", "output")
    by_layer = [
        {"series": f, "x": layer, "value": 10.0 ** (-i * k), "low": None, "high": None}
        for k, f in enumerate(FAMILIES)
        for i, layer in enumerate(layers)
    ]
    by_lag = [{"series": "recurrent", "x": lag, "value": 0.8**lag} for lag in range(0, 32, 4)]
    return measurement(
        "gradients",
        "Size of gradients",
        figure("layer", "lines", "By layer", by_layer, x=axis("layer"), y=axis("gradient norm", log=True)),
        figure(
            "lag",
            "lines",
            "By lag",
            by_lag,
            x=axis("lag", "steps"),
            y=axis("share of the gradient", FRACTION),
        ),
    )


def hyperparameters() -> dict[str, Any]:
    names = ("learning rate", "width", "dropout", "depth", "noise")
    rows = _bars(dict.fromkeys(FAMILIES, (0.62, 0.2, 0.04, 0.01, 0.03)), names, 0.02)
    return measurement(
        "hyperparameters",
        "Importance of hyperparameters",
        figure(
            "importance", "bars", "Share of the variation", rows, y=axis("share of the variation", FRACTION)
        ),
    )


def parallelism() -> dict[str, Any]:
    rows = [
        {"family": f, "work": "a n^2 d + b n d^2", "steps at 8": 8 * (f == "recurrent") + 5} for f in FAMILIES
    ]
    return measurement(
        "parallelism",
        "Work and span",
        figure("span", "table", "How the counts grow", rows, columns=["family", "work", "steps at 8"]),
    )


def confusion(classes: int = 10) -> dict[str, Any]:
    def count(family: int, true: int, said: int) -> int:
        return 170 if true == said else (7 * true + 3 * said + family) % 11 * ((true + 2 * said) % 4 == 0)

    figures = [
        figure(
            f"confusion-{family}",
            "matrix",
            f"Confusion of {family}",
            [
                {"row": str(true), "column": str(said), "value": count(i, true, said)}
                for true in range(classes)
                for said in range(classes)
            ],
            x=axis("predicted"),
            y=axis("true"),
        )
        for i, family in enumerate(FAMILIES)
    ]
    return measurement("confusion", "Confusion", *figures)


def unknown() -> dict[str, Any]:
    """A measure that no section knows, with series that are no families, and nothing in its second figure."""
    lines = [
        {
            "series": f"method {k}",
            "x": x,
            "value": k + math.sin(x),
            "low": k - 0.4 + math.sin(x),
            "high": None,
        }
        for k in range(7)
        for x in range(6)
    ]
    return measurement(
        "something_new",
        "Something new",
        figure("lines", "lines", "Seven lines", lines, x=axis("x"), y=axis("value", TARGET)),
        figure("none", "bars", "Nothing", []),
    )


def all_measures() -> list[dict[str, Any]]:
    shift = measurement("shift", "Shift probe", reason="the rows of this table have no positions")
    made = (
        quality,
        order,
        sample_efficiency,
        memorisation,
        gradients,
        hyperparameters,
        parallelism,
        confusion,
        unknown,
    )
    return [make() for make in made] + [shift]


def _digit(offset: int) -> dict[str, Any]:
    pixels = [
        [255 * ((r - 4) ** 2 + (c - 3 - offset) ** 2 in (4, 5, 8, 9)) for c in range(8)] for r in range(8)
    ]
    return {"kind": "image", "pixels": pixels}


SERIES = {
    "kind": "series",
    "channels": ["left", "right"],
    "values": [[round(math.sin(t / (3 + k)), 4) for t in range(64)] for k in range(2)],
}
TABLE = {
    "kind": "table",
    "columns": [f"column {i}" for i in range(14)],
    "values": [f"{i}.5" for i in range(14)],
}
TEXT = {
    "kind": "text",
    "words": [
        "the",
        "worst",
        "film",
        "that",
        "I",
        "have",
        "seen",
        "in",
        "years",
        ",",
        "but",
        "the",
        "music",
        "is",
        "fine",
    ],
}


def _item(title: str, given: dict[str, Any] | None, *maps: Any) -> dict[str, Any]:
    named = [{"title": f"map {i + 1}", "values": values} for i, values in enumerate(maps)]
    return {"title": title, "true": "3", "predicted": "8", "probability": 0.93, "input": given, "maps": named}


def _view(family: str, kind: str, items: list[dict[str, Any]], passed: bool = True) -> dict[str, Any]:
    text = f"Rank correlation with the map of random weights: {0.12 if passed else 0.94}."
    check = {"passed": passed, "value": 0.12 if passed else 0.94, "text": text}
    return {"family": family, "kind": kind, "method": "Gradient times input.", "check": check, "items": items}


def examples() -> dict[str, Any]:
    """Every layout and every kind of view; the last view did not pass its check."""
    grid = [[math.sin(r * c / 6) for c in range(8)] for r in range(8)]
    patches = [[0.1, 0.9, 0.3, 0.0]] * 4
    taps = [[0.2, -0.5, 0.9], [0.0, 0.4, -0.1], [0.7, 0.1, -0.9]]
    said = [{"family": f, "predicted": str(i), "probability": 0.9 - i / 10} for i, f in enumerate(FAMILIES)]
    return {
        "about": "The first row of each class that convolution gets right.",
        "families": [
            _view("dense", "saliency", [_item(f"row {i}", _digit(i % 3), grid) for i in range(4)]),
            _view("attention", "attention", [_item("row 7", _digit(1), patches, patches)]),
            _view("convolution", "filters", [_item(f"layer 1, filter {i}", None, taps) for i in range(4)]),
            _view("recurrent", "saliency", [_item("series 5", SERIES, [0.1, -0.4, 0.9, 0.3]),
                                            _item("series 6", SERIES, [0.0] * 64)]),
            _view("dense", "saliency", [_item("table row 3", TABLE, [(-1) ** i * i / 14 for i in range(14)])]),
            _view("attention", "saliency", [_item("text 2", TEXT, [0.0, -1.0, 0.3, *[0.1] * 11, 0.8])]),
            _view("convolution", "saliency", [_item("row 1", _digit(0), grid)], passed=False),
        ],
        "mistakes": [
            {"title": f"row {i}", "true": "3", "input": given, "said": said, "note": "No family gets it right."}
            for i, given in enumerate((_digit(0), SERIES, TABLE, TEXT))
        ],
    }  # fmt: skip
