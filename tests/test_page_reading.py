"""Our own HTML read back as runs and tables."""

from __future__ import annotations

from helpers.page.reading import Run, read_markup


def test_runs_keep_bold_and_subscript():
    (runs,), tables = read_markup("<p><strong>PM<sub>2.5</sub></strong> 28 &lt; 30</p>")
    assert runs == [
        Run("PM", frozenset({"bold"})),
        Run("2.5", frozenset({"bold", "sub"})),
        Run(" 28 < 30"),
    ]
    assert tables == []


def test_paragraphs_are_kept_apart_and_space_is_collapsed():
    paragraphs, _ = read_markup("<div>\n  <p>one\n two</p><p>three</p>\n</div>")
    assert ["".join(run.text for run in p).strip() for p in paragraphs] == ["one two", "three"]


def test_table_has_caption_head_body_and_no_pictures():
    html = (
        '<table><caption>C <span>x</span></caption><thead><tr><th scope="col">A</th><th>B</th><th>S</th></tr></thead>'
        '<tbody><tr><th scope="row">r<br>s</th><td><span aria-hidden="true">✓</span>met</td>'
        "<td><svg><text>9</text></svg></td></tr></tbody></table><p>note</p>"
    )
    paragraphs, (table,) = read_markup(html)
    assert table.caption == "C x"
    assert table.head == [["A", "B", "S"]]
    assert table.body == [["r s", "met", ""]]
    assert (table.filled.head, table.filled.body) == ([["A", "B"]], [["r s", "met"]])
    assert "".join(run.text for run in paragraphs[0]) == "note"


def test_hidden_void_elements_do_not_hide_what_follows():
    (runs,), _ = read_markup('<p><img src="data:," alt=""><svg><path d="M0 0"/></svg>seen</p>')
    assert "".join(run.text for run in runs) == "seen"
