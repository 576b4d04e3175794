"""The demonstration's pages say what they said when they were last accepted."""

from __future__ import annotations

import pytest

from golden_pages import FOLDER, NOT_BUILT, PAGES, difference, golden_file, page_words
from page_text import page_lines

MOST_BYTES = 2_000_000


def case(period: str, name: str, lang: str) -> object:
    """A page; one known to fail must fail until it is taken out of the list."""
    is_known = (period, name) in NOT_BUILT
    marks = [pytest.mark.xfail(reason="cannot be built yet", strict=True)] if is_known else []
    return pytest.param(period, name, lang, marks=marks, id=f"{period}-{name}-{lang}")


@pytest.mark.parametrize(("period", "name", "lang"), [case(*page) for page in PAGES])
def test_a_page_says_what_was_accepted(demonstration, period, name, lang):
    words = page_words(demonstration, period, name, lang)
    if (period, name) not in NOT_BUILT:
        found = difference(period, name, lang, words)
        assert not found, f"\n{found}"


def test_each_golden_file_belongs_to_a_page_and_all_are_small():
    files = {path for path in FOLDER.rglob("*") if path.is_file()}
    assert files == {golden_file(*page) for page in PAGES if page[:2] not in NOT_BUILT}
    assert sum(path.stat().st_size for path in files) < MOST_BYTES


def test_a_changed_page_is_told_line_by_line_with_the_remedy():
    period, name, lang = PAGES[0]
    words = golden_file(period, name, lang).read_text(encoding="utf-8")
    assert difference(period, name, lang, words) == ""
    told = difference(period, name, lang, words.replace("2025-12-31", "2025-12-30", 1))
    assert "-数据截至: 2025-12-31\n+数据截至: 2025-12-30" in told
    assert told.endswith('`make golden`, and a changed number under "Numbers" in CHANGELOG.md.')


def test_lines_of_a_page_hold_words_and_no_drawing_link_checksum_or_version():
    html = """<header><dl class="edition"><div><dt>版本</dt><dd>0.1.0</dd></div><div><dt>数据截至</dt><dd>2025</dd></div></dl></header>
    <nav><a>目录</a></nav><h2><span class="section-number">一、</span>问题</h2><p>一句<b>话</b>。<br>又一句。</p>
    <figure><figcaption><span class="caption-title">图1 标题</span><span class="measure">单位</span></figcaption>
    <svg><title>标题</title><desc>说明</desc><g><text>轴</text></g></svg><p class="small">来源</p></figure>
    <table><caption>表</caption><thead><tr><th>甲</th><th>乙</th></tr></thead>
    <tbody><tr><td>1 <span aria-hidden="true">✕</span></td><td><svg><desc>x</desc></svg></td></tr>
    <tr><td>0123456789ab</td><td>3</td></tr></tbody></table></main>"""
    assert page_lines(html, "zh") == [
        "数据截至: 2025",
        "## 一、问题",
        "一句话。又一句。",
        "[figure] 图1 标题",
        "单位",
        "[alt] 说明",
        "来源",
        "[table] 表",
        "  甲 | 乙",
        "  1 |",
        "  # | 3",
    ]
    long = "<header></header><table>" + "<tr><td>1</td></tr>" * 61 + "</table></main>"
    assert page_lines(long, "zh")[-1] == "  … 20 more rows"
