"""Charts of measures: any figure (bars, lines, matrix, table) -> a Vega-Lite spec without transforms, and its table.

Figures are the plain data of `Figure.to_dict` (fourfold/evidence/measurement.py). Families keep their colour and shape;
other series take the colours that are left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from fourfold.report import format as fmt
from fourfold.report.beside import side_by_side
from fourfold.report.matrix import matrices
from fourfold.report.names import told_apart
from fourfold.report.parts import Cell, Chart, Column, Panel, Row, Table
from fourfold.report.quantity import Quantity
from fourfold.report.scores import Study
from fourfold.report.series import Series, ends_of, known, marks, scaled
from fourfold.report.vega import domain, layer, plain, view

MANY_GROUPS, FEW_SERIES = 4, 2  # more groups and more series of bars than these: a panel for each series
ROOM = 22  # letters of the names beside bars
MANY_LINES = 5  # more lines than these, or several with bands: a panel for each, the others behind it in grey


def charts(measurement: dict[str, Any], study: Study) -> tuple[Chart, ...]:
    """The charts of one measurement: the first carries its question and answer, the others stand below it."""
    found: list[Chart] = []
    name, title, figures = measurement["name"], measurement["title"], measurement.get("figures") or ()
    for kind, same in groupby(figures, key=lambda figure: figure["kind"]):
        if kind == "matrix":
            found += matrices(list(same), study)
        elif kind == "table":
            found += [table(figure, study) for figure in same]
        else:
            for _, alike in groupby(same, key=lambda figure: figure["name"]):
                there: list[dict[str, Any]] = [figure for figure in alike if known(figure)]
                found.append(_drawn(DRAWN[kind], there, title, study))
    found = [chart for chart in found if chart.panels or chart.table.rows]
    about = {"question": measurement.get("question") or "", "reading": measurement.get("answer") or ""}
    if not found:
        return (Chart(name, title, about["reading"], (), Table(title, (), ()), question=about["question"]),)
    return tuple(
        _placed(chart, name if i == 0 else f"{name}-{i}", title, about if i == 0 else None)
        for i, chart in enumerate(found)
    )


def _drawn(draw: Callable[..., Chart], figures: list[dict[str, Any]], title: str, study: Study) -> Chart:
    """One figure as it is; several of one name as panels of one chart."""
    if len(figures) < 2:
        return draw(*figures, study) if figures else Chart("", "", "", (), Table("", (), ()))
    return side_by_side([draw(figure, study, figures) for figure in figures], figures, title, study)


def _placed(chart: Chart, name: str, title: str, about: dict[str, str] | None) -> Chart:
    """The chart under the heading of its measure, or, as a further one, under its own."""
    if about is None:
        return replace(chart, name=name, minor=True)
    caption = chart.title if chart.title != title else ""
    about = about | {"reading": " ".join(filter(None, (about["reading"], chart.reading)))}
    return replace(chart, name=name, title=title, caption=caption, **about)


def bars(figure: dict[str, Any], study: Study, beside: Sequence[dict[str, Any]] = ()) -> Chart:
    """A mark for each value with its interval, and a bar from zero where zero is near.

    Figures ``beside`` this one are drawn in the same colours and, of the same quantity, on the same scale.
    """
    rows, quantity = known(figure), Quantity.of(figure["y"], study.scale)
    series = Series(rows, study, beside)
    groups = list(dict.fromkeys(str(row.get("group") or "") for row in rows))
    values = [end for row in scaled(figure, beside) for end in ends_of(row)]
    from_zero = bool(values) and not quantity.log and min(map(abs, values)) < 0.6 * max(map(abs, values))
    span = domain(
        [quantity.plotted(value) for value in (*values, *([0.0] if from_zero else []))], quantity.log
    )
    apart = len(groups) > MANY_GROUPS and len(series.names) > FEW_SERIES
    shares = [[name] for name in series.names] if apart else [series.names] if rows else []
    panels = []
    for names in shares:
        mine = [row for row in rows if str(row["series"]) in names]
        spec = _bar_view(mine, series, quantity, span, from_zero, by_group=apart or len(groups) > 1)
        label = "; ".join(_in_words(row, series, quantity, len(groups) > 1) for row in mine)
        panel = Panel("", spec, f"{figure['title']}: {label}")
        panels.append(_of_series(panel, series, names[0]) if apart else panel)
    key = series.key if len(groups) > 1 and not apart and len(series.names) > 1 else ()
    return Chart("", figure["title"], "", tuple(panels), _bar_table(figure, rows, series, quantity, groups), key,
                 note=figure.get("note") or "")  # fmt: skip


def _of_series(panel: Panel, series: Series, name: str) -> Panel:
    return Panel(series.titles[name], panel.spec, panel.label, colour=series.colours[name])


def _in_words(row: dict[str, Any], series: Series, quantity: Quantity, with_group: bool) -> str:
    name = series.titles[str(row["series"])]
    group = f", {row.get('group')}" if with_group else ""
    return f"{name}{group} {quantity.text(row['value'])}"


def _bar_view(
    rows: list[dict[str, Any]],
    series: Series,
    quantity: Quantity,
    span: list[float],
    from_zero: bool,
    by_group: bool,
) -> dict[str, Any]:
    """Groups from top to bottom, in each the series side by side; or the series alone."""
    names = [name for name in series.names if any(str(row["series"]) == name for row in rows)]
    places = list(
        dict.fromkeys(
            str(row.get("group") or "") if by_group else series.titles[str(row["series"])] for row in rows
        )
    )
    drawn_as = told_apart(places, ROOM)
    x = quantity.axis(span)
    layers: list[dict[str, Any]] = []
    if from_zero:
        layers.append(plain([{"zero": 0}], "rule", "zero", {"x": {"field": "zero", **x}}))
    y: dict[str, Any] = {"field": "place", "type": "nominal", "title": None, "sort": None,
                         "scale": {"domain": [*drawn_as.values()]},
                         "axis": {"labelLimit": 150, "grid": not from_zero}}  # fmt: skip
    beside: dict[str, Any] = {"y": y}
    if by_group and len(names) > 1:
        beside["yOffset"] = {"field": "series", "type": "nominal", "sort": None, "scale": {"domain": names}}
    for row in rows:
        name = str(row["series"])
        place = str(row.get("group") or "") if by_group else series.titles[name]
        point = {"series": name, "place": drawn_as[place]}
        point |= marks(row, quantity)
        colour = series.colours[name]
        if from_zero:
            ends = {"x": {"field": "value", **x}, "x2": {"datum": 0}}
            bar = layer([point], "rule", colour, {**beside, **ends})
            bar["mark"] |= {"opacity": 0.25, "strokeWidth": 13}
            layers.append(bar)
        if point["low"] is not None:
            layers.append(
                layer(
                    [point], "rule", colour, {**beside, "x": {"field": "low", **x}, "x2": {"field": "high"}}
                )
            )
        layers.append(layer([point], "point", colour, {**beside, "x": {"field": "value", **x}}))
    height = len(places) * (16 * len(names) + 12 if "yOffset" in beside else 32)
    return view(layers, height + 4)


def _bar_table(
    figure: dict[str, Any],
    rows: list[dict[str, Any]],
    series: Series,
    quantity: Quantity,
    groups: list[str],
) -> Table:
    with_group, heading = len(groups) > 1, figure["x"]["title"] or "what"
    with_interval = any(fmt.is_number(row.get(end)) for row in rows for end in ("low", "high"))
    columns = [
        Column(series.heading),
        *([Column(heading[:1].upper() + heading[1:])] if with_group else []),
        Column(quantity.title, numeric=True),
        *([Column("Interval", numeric=True)] if with_interval else []),
    ]
    body = tuple(
        Row(
            (
                Cell(series.titles[str(row["series"])]),
                *([Cell(str(row.get("group") or ""))] if with_group else []),
                Cell(quantity.text(row["value"])),
                *([Cell(quantity.span(row.get("low"), row.get("high")))] if with_interval else []),
            ),
            colour=series.colours[str(row["series"])],
        )
        for row in rows
    )
    return Table(figure["title"], tuple(columns), body)


def lines(figure: dict[str, Any], study: Study, beside: Sequence[dict[str, Any]] = ()) -> Chart:
    """A line for each series with its points, a band where there are intervals; ``beside`` as of `bars`."""
    rows, quantity = known(figure), Quantity.of(figure["y"], study.scale)
    series, across = Series(rows, study, beside), Quantity.of(figure["x"], study.scale)
    numeric = all(fmt.is_number(row["x"]) for row in rows)
    ends = [quantity.plotted(end) for row in scaled(figure, beside) for end in ends_of(row)]
    y = quantity.axis(domain(ends, quantity.log))
    x = _across(rows, across, numeric)
    points = {
        name: [
            {"x": across.plotted(row["x"]) if numeric else str(row["x"])} | marks(row, quantity)
            for row in rows
            if str(row["series"]) == name
        ]
        for name in series.names
    }
    if numeric:
        points = {name: sorted(line, key=lambda point: point["x"]) for name, line in points.items()}
    label = {name: _from_to(name, rows, series, quantity, across) for name in series.names}
    panels = []
    banded = any(point["low"] is not None for line in points.values() for point in line)
    if len(series.names) > (1 if banded else MANY_LINES):
        for name in series.names:
            behind = [_context(line, x, y) for other, line in points.items() if other != name]
            spec = view([*behind, *_line_layers({name: points[name]}, series, x, y)], 170)
            panels.append(_of_series(Panel("", spec, f"{figure['title']}: {label[name]}"), series, name))
    elif rows:
        spec = view(_line_layers(points, series, x, y), 280)
        panels.append(Panel("", spec, f"{figure['title']}: {'; '.join(label.values())}"))
    key = series.key if len(panels) == 1 else ()
    table = _line_table(figure, rows, series, quantity, across, numeric)
    return Chart("", figure["title"], "", tuple(panels), table, key, note=figure.get("note") or "")


def _from_to(
    name: str, rows: list[dict[str, Any]], series: Series, quantity: Quantity, across: Quantity
) -> str:
    mine = [row for row in rows if str(row["series"]) == name]
    if all(fmt.is_number(row["x"]) for row in mine):
        mine.sort(key=lambda row: row["x"])
    first, last = (
        f"{quantity.text(row['value'])} at {_place(row['x'], across)}" for row in (mine[0], mine[-1])
    )
    return f"{series.titles[name]} from {first} to {last}"


def _place(x: Any, across: Quantity) -> str:
    return across.bare(x) if fmt.is_number(x) else str(x)


def _across(rows: list[dict[str, Any]], across: Quantity, numeric: bool) -> dict[str, Any]:
    if not numeric:
        places = list(dict.fromkeys(str(row["x"]) for row in rows))
        axis = {"labelAngle": 0 if len(places) <= 6 else -45, "labelLimit": 90}
        scale = {"domain": places}
        return {"type": "ordinal", "title": across.title, "sort": None, "scale": scale, "axis": axis}
    places = sorted({place for row in rows if (place := across.plotted(row["x"])) is not None})
    log = across.log and bool(places) and places[0] > 0
    if log:
        scale = {"type": "log", "domain": [places[0] / 1.15, places[-1] * 1.15], "nice": False}
        title = f"{across.title} (log scale)"
        return {"type": "quantitative", "title": title, "scale": scale,
                "axis": {"values": places, "format": "~s" if places[-1] >= 1e4 else "~r"}}  # fmt: skip
    few = {"values": places} if len(places) <= 8 else {"tickCount": 6}
    scale = {"zero": False, "nice": False, "padding": 8}
    return {"type": "quantitative", "title": across.title, "scale": scale, "axis": few}


def _context(line: list[dict[str, Any]], x: dict[str, Any], y: dict[str, Any]) -> dict[str, Any]:
    return plain(line, "line", "context", {"x": {"field": "x", **x}, "y": {"field": "value", **y}})


def _line_layers(
    points: dict[str, list[dict[str, Any]]], series: Series, x: dict[str, Any], y: dict[str, Any]
) -> list[dict[str, Any]]:
    layers, at = [], {"field": "x", **x}
    for name, line in points.items():
        bounded = [point for point in line if point["low"] is not None]
        if bounded:
            band = layer(bounded, "area", series.colours[name],
                         {"x": at, "y": {"field": "low", **y}, "y2": {"field": "high"}})  # fmt: skip
            layers.append(band)
    for name, line in points.items():
        mean = {"x": at, "y": {"field": "value", **y}}
        layers.append(layer(line, "line", series.colours[name], mean))
        layers.append(layer(line, "point", series.colours[name], mean))
    return layers


def _line_table(
    figure: dict[str, Any],
    rows: list[dict[str, Any]],
    series: Series,
    quantity: Quantity,
    across: Quantity,
    numeric: bool,
) -> Table:
    places = list(dict.fromkeys(row["x"] for row in rows))
    places = sorted(places) if numeric else places
    at = {(str(row["series"]), row["x"]): row for row in rows}
    columns = (
        Column(across.title or "At", numeric=numeric),
        *(Column(series.titles[name], numeric=True) for name in series.names),
    )
    body = tuple(
        Row(
            (
                Cell(_place(place, across)),
                *(quantity.cell(at.get((name, place))) for name in series.names),
            )
        )
        for place in places
    )
    return Table(f"{figure['title']}: {quantity.title}", columns, body)


def table(figure: dict[str, Any], study: Study) -> Chart:
    """The rows as they are; families by their titles, numbers in the unit of y, or to four digits."""
    columns, rows = figure["columns"], figure["rows"]
    quantity = Quantity.of(figure.get("y") or {}, study.scale)
    text = quantity.text if quantity.unit else fmt.plain
    named = {study.titles[family]: colour for family, colour in study.colours.items()} | study.colours
    numbers = [any(fmt.is_number(row.get(title)) for row in rows) for title in columns]
    body = []
    for row in rows:
        first = str(row.get(columns[0]) or "")
        cells = [Cell(study.titles.get(first, first))]
        given = [row.get(title) for title in columns[1:]]
        cells += [Cell("" if one is None else text(one) if fmt.is_number(one) else str(one)) for one in given]
        body.append(Row(tuple(cells), colour=named.get(first)))
    heads = tuple(
        Column(title[:1].upper() + title[1:], numeric=number) for title, number in zip(columns, numbers)
    )
    return Chart("", figure["title"], "", (), Table(figure["title"], heads, tuple(body)),
                 note=figure.get("note") or "")  # fmt: skip


DRAWN = {"bars": bars, "lines": lines}
