"""Font, bytes, size and colours of the figures."""

from __future__ import annotations

import itertools

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from helpers import registry
from helpers.errors import SchemaError
from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.inline import inline_svg

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB
VISIONS = {
    "normal": np.eye(3),
    "protan": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deutan": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "tritan": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip


def lab(colour: str, vision: str = "normal") -> np.ndarray:
    """CIE L*a*b* (D65) of a colour as seen with a kind of colour vision."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(VISIONS[vision] @ linear, 0, 1)
    xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    t = xyz @ linear / np.array([0.95047, 1.0, 1.08883])
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def ciede2000(one: np.ndarray, other: np.ndarray) -> float:
    """Colour difference after Sharma, Wu and Dalal 2005."""
    chroma = (np.hypot(*one[1:]) + np.hypot(*other[1:])) / 2
    g = 0.5 * (1 - np.sqrt(chroma**7 / (chroma**7 + 25**7)))
    a1, a2 = one[1] * (1 + g), other[1] * (1 + g)
    c1, c2 = np.hypot(a1, one[2]), np.hypot(a2, other[2])
    h1, h2 = np.degrees(np.arctan2(one[2], a1)) % 360, np.degrees(np.arctan2(other[2], a2)) % 360
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    hue = (h1 + turn / 2) % 360 if c1 * c2 else h1 + h2
    dl, dc, dh = other[0] - one[0], c2 - c1, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    l_mean, c_mean = (one[0] + other[0]) / 2, (c1 + c2) / 2
    t = (
        1 - 0.17 * np.cos(np.radians(hue - 30)) + 0.24 * np.cos(np.radians(2 * hue))
        + 0.32 * np.cos(np.radians(3 * hue + 6)) - 0.20 * np.cos(np.radians(4 * hue - 63))
    )  # fmt: skip
    sl = 1 + 0.015 * (l_mean - 50) ** 2 / np.sqrt(20 + (l_mean - 50) ** 2)
    sc, sh = 1 + 0.045 * c_mean, 1 + 0.015 * c_mean * t
    rotation = (
        -2
        * np.sqrt(c_mean**7 / (c_mean**7 + 25**7))
        * np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2))))
    )
    return float(np.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + rotation * (dc / sc) * (dh / sh)))


def least_distance(set_: list[str]) -> float:
    return min(
        ciede2000(lab(a, vision), lab(b, vision))
        for a, b in itertools.combinations(set_, 2)
        for vision in VISIONS
    )


def test_ciede2000_reproduces_a_published_pair() -> None:
    # Sharma, Wu and Dalal 2005, table 1, pair 1
    assert ciede2000(np.array([50, 2.6772, -79.7751]), np.array([50, 0, -82.7485])) == pytest.approx(
        2.0425, abs=1e-4
    )


def test_classes_and_series_stay_apart_for_every_colour_vision() -> None:
    aqi = [colours.aqi_level(level)[0] for level in range(1, 7)]
    water = [colours.water_class(number)[0] for number in range(1, 7)]
    series = [colours.series(position) for position in range(4)]
    marks = [colours.status_mark(code) for code in ("met", "on_track", "at_risk", "off_track", "no_data")]
    assert least_distance(aqi) > 12
    assert least_distance(water) > 13
    assert least_distance(series) > 23
    assert least_distance(marks) > 13


def test_aqi_levels_darken_step_by_step_in_greyscale() -> None:
    lightness = [lab(colours.aqi_level(level)[0])[0] for level in range(1, 7)]
    assert all(before - after > 7 for before, after in itertools.pairwise(lightness))


def test_ramps_darken_step_by_step() -> None:
    for battle in registry.palette().battles:
        lightness = [lab(step)[0] for step in colours.ramp(battle)]
        assert all(before - after > 10 for before, after in itertools.pairwise(lightness))


def test_text_on_a_class_is_readable() -> None:
    fills = [colours.aqi_level(i) for i in range(1, 7)] + [colours.water_class(i) for i in range(1, 7)]
    assert min(colours.contrast(fill, text) for fill, text in fills) >= 4.5


def test_marks_and_text_stand_out_from_paper() -> None:
    marks = [colours.series(i) for i in range(4)] + [colours.neutral(name) for name in ("target", "axis")]
    assert min(colours.contrast(mark, "white") for mark in marks) >= 3
    assert (
        min(colours.contrast(colours.neutral(name), "white") for name in ("ink", "second_text", "muted"))
        >= 4.5
    )


def figure_with(text: str, figure_id: str = "probe") -> bytes:
    with style.figure_style(figure_id):
        figure = style.new_figure()
        figure.text(0.5, 0.5, text)
    return style.render_svg(figure, figure_id)


def test_size_is_exact_in_both_formats() -> None:
    with style.figure_style("probe"):
        figure = style.new_figure()
    raw = style.render_svg(figure, "probe")
    assert b'width="576pt" height="244.8pt" viewBox="0 0 576 244.8"' in raw
    png = style.render_png(figure, "probe", dpi=200)
    assert (int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")) == (1600, 680)


def test_chinese_is_drawn_with_the_packaged_face_and_as_text() -> None:
    raw = figure_with("细颗粒物 PM2.5 μg/m³ Ⅲ类 −3 ～ ≤").decode()
    assert "细颗粒物 PM2.5 μg/m³ Ⅲ类 −3 ～ ≤</text>" in raw
    assert f"'{style.FONT_FAMILY}'" in raw
    assert style.load_font().family_name == "Noto Sans SC"
    assert style.load_font().style_name == "Regular"


@pytest.mark.parametrize("lacking", ["PM₂.₅", "\U0001f3ed", "a\x07b"])
def test_a_missing_glyph_is_an_error_in_both_formats(lacking: str) -> None:
    with pytest.raises(SchemaError, match="characters of Noto Sans SC"):
        figure_with(lacking)
    with style.figure_style("probe"):
        figure = style.new_figure()
        figure.text(0, 0, lacking)
    with pytest.raises(SchemaError, match="other characters"):
        style.render_png(figure, "probe", dpi=30)


def test_settings_of_the_session_are_put_back_and_do_not_leak_in() -> None:
    before = figure_with("甲")
    with mpl.rc_context({"font.size": 30, "svg.fonttype": "path", "text.parse_math": True}):
        assert figure_with("甲") == before
        assert mpl.rcParams["font.size"] == 30


def test_dollar_signs_are_not_formulas() -> None:
    assert "$x$ &lt;b&gt;" in figure_with("$x$ <b>").decode()


def test_shortened_text_fits() -> None:
    assert style.shorten("短", 1.0) == "短"
    cut = style.shorten("伊通河新立城水库入口断面", 1.0)
    assert cut.endswith("…") and style.text_width(cut) <= 1.0
    assert style.text_width("汉") == pytest.approx(10.5 / 72, rel=0.05)


def test_inline_markup_drops_what_xml_cannot_hold() -> None:
    svg = inline_svg(figure_with("甲"), figure_id="probe", title="a\x00b\ud800", description='"<&>"')
    assert '<title id="probe-title">ab</title>' in svg
    assert '<desc id="probe-desc">"&lt;&amp;&gt;"</desc>' in svg
    assert "<?xml" not in svg and "DOCTYPE" not in svg and "<style" not in svg
