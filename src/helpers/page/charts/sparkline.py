"""The trend in a table cell: 84 × 24 pixels, without axis, hidden from screen readers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from helpers.errors import SchemaError
from helpers.messages import fault
from helpers.page.charts import colours
from helpers.page.charts.inputs import runs

_WIDTH, _HEIGHT, _PAD = 84, 24, 3


def sparkline(values: Sequence[float], target: float | None = None) -> str:
    """Return an inline SVG of a short series: solid line, gaps left open, a dot on the last value.

    The cells beside it say the same in numbers, hence ``aria-hidden``. It needs no library and no font.

    Parameters
    ----------
    values
        One value a period, NaN where there is none; the same periods in every row of the scorecard.
    target
        Drawn as a dashed line.

    Raises
    ------
    SchemaError
        An infinite value or target. Mend the results row.
    """
    numbers = [math.nan if value is None else float(value) for value in values]
    goal = [] if target is None or math.isnan(target) else [float(target)]
    if any(map(math.isinf, numbers + goal)):
        raise SchemaError(**fault("a sparkline with an infinite value, expected numbers or NaN"))
    finite = [value for value in numbers if not math.isnan(value)] + goal
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    step = (_WIDTH - 2 * _PAD) / max(len(numbers) - 1, 1)

    def place(position: int, value: float) -> tuple[str, str]:
        share = (value - low) / (high - low) if high > low else 0.5
        return f"{_PAD + position * step:.1f}", f"{_HEIGHT - _PAD - share * (_HEIGHT - 2 * _PAD):.1f}"

    parts = []
    if goal:
        y = place(0, goal[0])[1]
        parts.append(
            f'<path d="M0 {y}H{_WIDTH}" stroke="{colours.neutral("target")}" stroke-dasharray="3 2"/>'
        )
    usable = [not math.isnan(value) for value in numbers]
    for stretch in runs(usable):
        points = [place(i, numbers[i]) for i in range(stretch.start, stretch.stop)]
        path = "L".join(" ".join(point) for point in points)
        tail = "h0.1" if len(points) == 1 else ""  # a lone value shows as a point
        parts.append(
            f'<path d="M{path}{tail}" stroke="{colours.series(0)}" stroke-width="1.5" stroke-linecap="round"/>'
        )
    if any(usable):
        last = max(i for i, is_usable in enumerate(usable) if is_usable)
        x, y = place(last, numbers[last])
        parts.append(f'<circle cx="{x}" cy="{y}" r="2.5" fill="{colours.series(0)}"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sparkline" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-hidden="true" fill="none">{"".join(parts)}</svg>'
    )
