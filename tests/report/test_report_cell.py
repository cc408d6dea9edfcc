"""What a notebook shows of a comparison: the verdict and the table of its report, without the page around them."""

from html.parser import HTMLParser

import pytest
from report_samples import SAMPLES, choose, hostile

from fourfold.comparison import Comparison
from fourfold.report.escape import visible
from fourfold.report.page import build


class Text(HTMLParser):
    """The words, the names of the elements, and whether each is closed."""

    def __init__(self, markup):
        super().__init__()
        self.words, self.tags, self.open = [], [], []
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def cell(sample, folder):
    results, timings = sample()
    found = Text(Comparison(results, timings or {}, folder)._repr_html_())
    assert found.open == []
    return build(results, timings), " ".join("".join(found.words).split()), found.tags


@pytest.mark.parametrize("name", SAMPLES)
def test_says_verdict_table_doubts_and_where_the_report_is(name, tmp_path):
    page, words, tags = cell(SAMPLES[name], tmp_path)
    said = [page.verdict.sentence, *page.verdict.why, *page.verdict.doubts, str(tmp_path / "report.html")]
    said += [text for row in page.summary.rows for c in row.cells for text in (c.text, c.note)]
    assert [text for text in said if " ".join(visible(text).split()) not in words] == []
    rows = sum(tag == "tr" for tag, _ in tags)
    assert rows == 1 + len(page.summary.rows)


@pytest.mark.parametrize("sample", [choose, hostile])
def test_runs_nothing_and_has_no_colour_of_its_own(sample, tmp_path):
    _, _, tags = cell(sample, tmp_path)
    assert {tag for tag, _ in tags} <= {"div", "p", "strong", "ul", "li", "table", "thead", "tbody", "tr", "th", "td",
                                        "br", "small", "code"}  # fmt: skip
    assert {attribute for _, attributes in tags for attribute in attributes.items()} <= {
        ("style", "text-align: left")
    }
