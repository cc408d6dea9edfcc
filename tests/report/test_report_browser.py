"""report.html in headless Chromium: drawn, silent, inert, and as narrow as a phone."""

import json
import re
import shutil
import subprocess
from collections import Counter
from html import unescape

import pytest
from report_samples import SAMPLES, choose, hostile, regression

from fourfold.report import html
from fourfold.report.page import build

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
pytestmark = pytest.mark.skipif(
    BROWSER is None, reason=f"no browser: none of {', '.join(BROWSERS)} is installed"
)


class Browser:
    """Opens files and returns the document after the scripts ran, and what the console said."""

    def __init__(self, folder):
        self.folder = folder

    def open(self, text, *options, name="report.html"):
        (self.folder / name).write_text(text, encoding="utf-8")
        command = [
            BROWSER,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={self.folder / 'profile'}",
        ]
        command += ["--enable-logging=stderr", "--virtual-time-budget=10000", "--dump-dom", *options]
        done = subprocess.run([*command, (self.folder / name).as_uri()], capture_output=True, timeout=120)
        log = done.stderr.decode("utf-8", "replace")
        return done.stdout.decode(), [line for line in log.splitlines() if "CONSOLE" in line]


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    return Browser(tmp_path_factory.mktemp("browser"))


@pytest.mark.parametrize("name", SAMPLES)
def test_draws_every_chart_and_says_nothing(browser, name):
    results, timings = SAMPLES[name]()
    dom, console = browser.open(html.render(results, timings))
    assert console == []
    page = build(results, timings)
    panels = [panel for chart in page.charts for panel in chart.panels]
    panels += [
        panel for example in (page.gallery.examples if page.gallery else ()) for panel in example.panels
    ]
    drawn = re.findall(r'data-drawn="yes"[^>]*><div [^>]*aria-hidden="true"[^>]*><svg', dom)
    assert len(drawn) == len(panels) > 0
    assert dom.count("mark-symbol role-mark") >= len(panels) / 2  # points, not only axes
    assert "NaN" not in re.sub(r"<script.*?</script>", "", dom, flags=re.S)


def test_names_with_markup_are_text(browser):
    dom, console = browser.open(html.render(*hostile()))
    body = re.sub(r"<(script|style).*?</\1>", "", dom, flags=re.S)
    assert "<img src=x" not in body and "&lt;img src=x onerror=alert(1)&gt;\\x1b[31m\\u202e" in body
    assert "\x1b" not in body and "\u202e" not in body
    assert dom.count("<script") == html.render(*choose()).count("<script") and console == []


ATTACKS = """
<script>document.documentElement.dataset.script = "ran"</script>
<img src=x onerror="document.documentElement.dataset.handler = 'ran'">
<style>:root { --attack: ran }</style><p style="color: red">styled</p>
"""


def test_markup_that_slipped_through_would_not_run(browser):
    dom, console = browser.open(html.render(*choose()).replace("<main>", ATTACKS + "<main>"))
    assert 'data-script="ran"' not in dom and 'data-handler="ran"' not in dom and 'data-drawn="yes"' in dom
    refused = [line for line in console if "Content Security Policy" in line]
    assert len(refused) >= 5  # the script, the handler, the image, the style, the style attribute


OPENING = """<!doctype html><iframe src="report.html{anchor}" width="{width}" height="900"></iframe><pre></pre><script>
addEventListener("load", () => setTimeout(async () => {{
  const frame = document.querySelector("iframe"), page = frame.contentDocument, root = page.documentElement;
"""
FRAME = """
  const style = (what) => getComputedStyle(page.querySelector(what));
  const found = {{
    ground: style("body").backgroundColor,
    overflow: {{}},
    scale: {{}},
    hidden: {{}},
    numbers: {{}},
    broken: {{}},
    paper: {{}},
    rows: {{}},
    bars: {{}},
    heard: [],
    moved: {{}},
    examples: {{}},
  }};
  for (const moment of ["beforeprint", "afterprint"]) {{
    frame.contentWindow.dispatchEvent(new Event(moment));
    const open = (what) => [...page.querySelectorAll(what)].map((details) => details.open);
    found.paper[moment] = [open(".chart details:not(.more)"), open("details.evidence")];
  }}
  for (const details of page.querySelectorAll(".more")) details.open = true;
  await new Promise((resolve) => setTimeout(resolve, 500));
  found.drawn = page.querySelectorAll("[data-drawn]").length;
  found.heard = [...page.querySelectorAll("[data-drawn]")].map((chart) => [
    chart.getAttribute("role"), chart.getAttribute("aria-label"), chart.querySelector("svg").closest("[aria-hidden]") !== null
  ]);
  found.line = style("#curves .mark-line path[stroke='var(--c0)']").stroke;
  const dashes = () => [...page.querySelectorAll("pre code")].flatMap((code) => {{
    const walk = page.createTreeWalker(code, NodeFilter.SHOW_TEXT), found = [];
    while (walk.nextNode()) for (const option of walk.currentNode.data.matchAll(/--(?=[a-z])/g)) {{
      const range = page.createRange();
      range.setStart(walk.currentNode, option.index);
      range.setEnd(walk.currentNode, option.index + 3);
      found.push(range);
    }}
    return found;
  }});
  for (const width of [320, 350, 360, 370, 380, 390, 600, 768, 1024]) {{
    frame.width = width;
    found.overflow[width] = root.scrollWidth - root.clientWidth;
    found.scale[width] = [...page.querySelectorAll(".score")].map((cell) => [
      cell.querySelectorAll(".bar").length, cell.querySelector(".ticks")?.getClientRects().length ?? 0
    ]);
    found.bars[width] = [...page.querySelectorAll(".score .bar")].map((bar) => bar.getBoundingClientRect().width);
    const candidates = [...page.querySelectorAll("[aria-labelledby=table-candidates] tbody tr")];
    found.rows[width] = candidates.map((row) => row.getBoundingClientRect().height);
    const names = candidates.map((row) => row.querySelector("th").getBoundingClientRect());
    const box = page.querySelector("[aria-labelledby=table-candidates]");
    box.scrollLeft = 1000;
    found.moved[width] = names.map((name, i) => name.left - candidates[i].querySelector("th").getBoundingClientRect().left);
    box.scrollLeft = 0;
    const lists = [...page.querySelectorAll(".examples")];
    found.examples[width] = lists.map((list) => [
      new Set([...list.children].map((card) => card.getBoundingClientRect().top)).size, list.children.length, list.tabIndex
    ]);
    const findings = page.querySelector("[aria-labelledby=table-findings]");
    found.broken[width] = dashes().map((range) => new Set([...range.getClientRects()].map((r) => r.top)).size - 1);
    found.hidden[width] = findings ? findings.scrollWidth - findings.clientWidth : 0;
    const numbers = page.querySelector("[aria-labelledby=table-numbers]");
    found.numbers[width] = numbers.scrollWidth - numbers.clientWidth;
  }}
"""
CLOSING = """
  document.querySelector("pre").textContent = JSON.stringify(found);
}}, 3000));</script>"""


def measured(browser, text, *options, width=900, anchor="", script=FRAME):
    """What ``script`` found in the page, in a frame of that width."""
    (browser.folder / "report.html").write_text(text, encoding="utf-8")
    frame = (OPENING + script + CLOSING).format(width=width, anchor=anchor)
    dom, console = browser.open(frame, "--allow-file-access-from-files", *options, name="frame.html")
    assert console == []
    found = re.search(r"<pre>(\{.*?\})</pre>", dom)
    assert found, console
    return json.loads(found[1])


@pytest.mark.parametrize("name", ["regression", "hostile"])
def test_never_scrolls_sideways(browser, name):
    found = measured(browser, html.render(*SAMPLES[name]()), width=320)
    assert found["drawn"] > 0
    assert set(found["overflow"].values()) == {0}


def test_on_a_phone_bars_have_their_scale_and_findings_are_read_whole(browser):
    results, timings = regression()
    results["data"]["findings"][0]["what"] = "442 tested rows can show differences of about 4.4 % of the error; " * 3
    found = measured(browser, html.render(results, timings), width=390)
    bars = [(bar, 0) for bar, _ in found["scale"]["1024"]]
    assert [tuple(cell) for cell in found["scale"]["1024"]] == bars and any(bar for bar, _ in bars)
    for width in ("390", "600", "768"):
        assert [tuple(cell) for cell in found["scale"][width]] == [(bar, bar) for bar, _ in bars]
    assert all(len(set(widths)) == 1 for widths in found["bars"].values())
    assert [found["hidden"][width] for width in ("390", "600", "768", "1024")] == [0, 0, 0, 0]


def test_on_a_desk_what_a_baseline_reads_hides_no_column_of_the_numbers(browser):
    results, timings = choose()
    for baseline in results["baselines"]:
        baseline["reads"] = "log(1 + count) of the 1,000 n-grams of 1 to 2 words that tell y apart best"
    results["families"][3]["learns"] = False
    found = measured(browser, html.render(results, timings), width=1024)
    assert found["numbers"]["1024"] == 0 < found["numbers"]["320"]


def test_on_a_phone_no_option_of_a_command_is_broken_after_its_dashes(browser):
    found = measured(browser, html.render(*choose()), width=390)["broken"].values()
    assert all(found) and not any(map(sum, found))


def test_on_a_phone_tables_and_examples_are_read_sideways_with_the_names_of_rows_in_sight(browser):
    results, timings = choose()
    for family in results["families"]:
        family["architecture"] = "Conv1D(28, 7), Conv1D(56, 5), each BatchNormalization and relu; average over time; " * 2
    found = measured(browser, html.render(results, timings), width=390)
    lines = 16 * 0.875 * 1.55  # pixels of a line
    assert 0 < max(found["rows"]["390"]) < 9 * lines
    assert found["moved"]["390"] == [0] * len(found["rows"]["390"])
    many = [(rows, tab) for rows, cards, tab in found["examples"]["390"] if cards > 1]
    assert many and set(many) == {(1, 0)}  # one line of cards, which the keyboard reaches
    assert any(rows > 1 for rows, *_ in found["examples"]["1024"])


def test_a_screen_reader_hears_what_a_chart_shows_and_none_of_its_marks(browser):
    text = html.render(*choose())
    heard = measured(browser, text)["heard"]
    labels = Counter(unescape(label) for label in re.findall(r'role="img" aria-label="([^"]+)" data-chart', text))
    assert {role for role, *_ in heard} == {"img"} and all(hidden for *_, hidden in heard)
    assert Counter(unescape(label) for _, label, _ in heard) == labels and len(labels) > 5


def test_on_paper_charts_have_their_tables_and_evidence_is_left_to_its_file(browser):
    text = html.render(*choose())
    assert '<p class="on-paper note">All evidence, ' in text
    paper = measured(browser, text)["paper"]
    charts, evidence = paper["beforeprint"]
    assert len(charts) > 5 and all(charts) and evidence == [False]
    assert paper["afterprint"] == [[False] * len(charts), [False]]


def test_charts_follow_the_light_and_the_dark_theme(browser):
    text = html.render(*choose())
    light = measured(browser, text, "--blink-settings=preferredColorScheme=1")
    dark = measured(browser, text, "--blink-settings=preferredColorScheme=0")
    assert light["line"] == "rgb(0, 114, 178)" and dark["line"] == "rgb(86, 180, 240)"
    assert light["ground"] == "rgb(251, 250, 247)" and dark["ground"] == "rgb(20, 23, 27)"


FOLDS = """
  const all = [...page.querySelectorAll(".more")], charts = [...page.querySelectorAll("[data-chart]")];
  const shown = (element) => element.getClientRects().length > 0;
  const settled = () => new Promise((resolve) => setTimeout(resolve, 400));
  const touch = async (name) => {{ page.querySelector(name + " > .more > summary").click(); await settled(); }};
  const widen = async (width) => {{ frame.width = width; turn(); await settled(); }};
  const turn = () => frame.contentWindow.dispatchEvent(new Event("resize")); // without a screen there are no frames that bring it
  const print = async () => {{ // paper is laid out once no promise is left to keep
    frame.contentWindow.dispatchEvent(new Event("beforeprint"));
    for (let i = 0; i < 1000; i++) await null;
    return state();
  }};
  const room = (holder) => holder.getBoundingClientRect().width - holder.querySelector("svg").getBoundingClientRect().width;
  const state = () => ({{
    open: all.filter((details) => details.open).map((details) => details.parentElement.id),
    controls: all.filter((details) => shown(details.firstElementChild)).length,
    drawn: charts.filter((holder) => holder.dataset.drawn).length,
    misfits: charts.filter((holder) => holder.dataset.drawn && !holder.closest("details:not([open])") && Math.abs(room(holder)) > 1)
      .map((holder) => holder.dataset.chart),
    unseen: [...page.querySelectorAll(":is(h2, h3, .question, .question + .reading):not(.more *)")].filter((e) => !shown(e)).length,
    height: root.scrollHeight,
  }});
  const found = {{ all: all.length, charts: charts.length, top: page.querySelector("{anchor}" || "h1").getBoundingClientRect().top, first: state() }};
  if (!"{anchor}") {{
    await touch("#sample_efficiency"); found.opened = state();
    await touch("#sample_efficiency"); await touch("#order"); await widen(844); found.turned = state();
    await widen(390); found.back = state();
    await touch("#sample_efficiency"); found.again = state();
    found.paper = await print();
    frame.contentWindow.dispatchEvent(new Event("afterprint")); await settled(); found.after = state();
    frame.contentWindow.location.hash = "#gradients-1"; await settled(); found.linked = state();
  }}
"""


def test_on_a_phone_what_stands_behind_the_answers_is_opened_by_touch_by_links_and_by_turning(browser):
    found = measured(browser, html.render(*choose()), width=390, script=FOLDS)
    every, charts = found["all"], found["charts"]
    first = found["first"]
    assert (first["open"], first["controls"], first["drawn"], first["unseen"]) == ([], every, 0, 0)
    assert found["opened"]["open"] == ["sample_efficiency"] and found["opened"]["drawn"] > 0
    assert found["opened"]["height"] > first["height"] + 300
    turned = found["turned"]
    assert (len(turned["open"]), turned["controls"], turned["drawn"]) == (every, 0, charts)
    assert turned["height"] > 2 * first["height"]
    assert found["back"]["open"] == ["order"] and found["again"]["open"] == ["order", "sample_efficiency"]
    assert len(found["paper"]["open"]) == every and found["paper"]["drawn"] == charts
    assert found["after"]["open"] == ["order", "sample_efficiency"]
    assert found["linked"]["open"] == ["order", "sample_efficiency", "gradients"]
    for moment in ("opened", "turned", "back", "again", "after", "linked"):
        assert found[moment]["misfits"] == [], moment


def test_on_paper_a_phone_that_opened_nothing_prints_every_chart(browser):
    script = FOLDS[: FOLDS.index('  if (!"{anchor}")')] + """
  found.paper = await print();
"""
    found = measured(browser, html.render(*choose()), width=390, script=script)
    assert found["first"]["drawn"] == 0 < found["paper"]["drawn"] == found["charts"]
    assert len(found["paper"]["open"]) == found["all"]


def test_on_a_wide_screen_all_is_open_without_a_control(browser):
    found = measured(browser, html.render(*choose()), width=1024, anchor="#sample_efficiency", script=FOLDS)["first"]
    assert found["controls"] == 0 and found["drawn"] > 0 and found["misfits"] == []


@pytest.mark.parametrize(("anchor", "opened"), [("#gradients-1", ["gradients"]), ("#sample_efficiency", ["sample_efficiency"]), ("#part-bias", [])])
def test_on_a_phone_a_link_to_a_measure_or_into_it_opens_it(browser, anchor, opened):
    found = measured(browser, html.render(*choose()), width=390, anchor=anchor, script=FOLDS)
    assert found["first"]["open"] == opened and -2 < found["top"] < 60
    assert bool(found["first"]["drawn"]) == bool(opened)
