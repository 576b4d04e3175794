"""Controls of a panel in JupyterLab; the only room that knows ipywidgets."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from helpers.explore.look import CheckPanel
from helpers.explore.panels import Panel
from helpers.explore.words import text

_DESCRIPTION = {"zh": "4em", "en": "7.5em"}


def build(panel: Panel) -> widgets.Widget:
    """Lay out the controls of a panel above its figure, table and code, and keep them in step.

    A choice with one option is greyed. What later choices offer follows from the earlier ones.
    """
    lang = panel.run.lang
    options, settled = panel.settle({})
    if not all(options.values()):
        return widgets.HTML(text("panel.nothing", lang))
    controls = {
        name: widgets.Dropdown(
            description=text(f"panel.labels.{name}", lang),
            style={"description_width": _DESCRIPTION[lang]},
            layout=widgets.Layout(width="auto", margin="0"),
        )
        for name in options
    }
    answer = widgets.HTML()
    is_setting = False

    def lay(chosen: dict[str, str]) -> None:
        nonlocal is_setting
        is_setting = True
        options, settled = panel.settle(chosen)
        for name, control in controls.items():
            if control.options != tuple(options[name]):
                control.options = options[name]
            control.value = settled[name]
            control.disabled = len(options[name]) == 1
        is_setting = False
        answer.value = panel.answer(settled)

    def follow(_: Any) -> None:
        if not is_setting:
            lay({name: control.value for name, control in controls.items()})

    lay(settled)
    for control in controls.values():
        control.observe(follow, names="value")
    grid = widgets.GridBox(
        list(controls.values()),
        layout=widgets.Layout(
            grid_template_columns="repeat(auto-fit, minmax(24em, 1fr))",
            grid_gap="4px 16px",
            max_width="54rem",
        ),
    )
    return widgets.VBox([grid, answer])


def build_upload(panel: CheckPanel) -> widgets.Widget:
    """Lay out the place to upload a file above what it holds."""
    upload = widgets.FileUpload(
        description=text("look.upload", panel.lang), multiple=False, layout=widgets.Layout(width="auto")
    )
    answer = widgets.HTML()

    def follow(_: Any) -> None:
        if upload.value:
            answer.value = panel.check(upload.value[0]["name"], bytes(upload.value[0]["content"]))

    upload.observe(follow, names="value")
    return widgets.VBox([upload, answer])
