"""HTML page → PDF, by headless Chromium from the same page; there is no second template.

The page gets the packaged Chinese faces for printing, cut down to its characters: a host without Chinese fonts prints
no boxes, and text copied from the PDF has the characters of the page. (From a system font with radicals Chromium writes
U+2F00-block look-alikes for 一, 日 or 示, which no search finds.)
"""

from __future__ import annotations

import base64
import io
import os
import shutil
import subprocess
import tempfile
from importlib.resources import files
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from helpers.errors import RunError
from helpers.messages import message, parts
from helpers.page.accessible_pdf import make_accessible

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
FACES = {"Noto Sans SC": "NotoSansSC-Regular.otf", "Noto Serif SC": "NotoSerifSC-Regular.otf"}
_FLAGS = (
    "--headless",
    "--no-sandbox",  # the page is our own and has neither script nor address; containers lack user namespaces
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
    "--virtual-time-budget=10000",
)


def find_browser() -> str:
    """Return the path of a Chromium: ``FIVE_BATTLES_BROWSER`` if set, else the first on the search path.

    Raises
    ------
    RunError
        No browser is installed. Install the package ``chromium`` or set ``FIVE_BATTLES_BROWSER``.
    """
    named = os.environ.get("FIVE_BATTLES_BROWSER")
    for candidate in [named] if named else BROWSERS:
        if path := shutil.which(candidate):
            return path
    found = message("page.no_browser_at", path=named) if named else message("page.no_browser")
    raise RunError(found, **parts("page.browser", names=", ".join(BROWSERS)))


def embed_faces(html: str) -> str:
    """Return the page with the faces it names embedded, each cut down to the characters of the page."""
    characters = {ord(character) for character in html}
    rules = [
        f'@font-face{{font-family:"{family}";src:url(data:font/otf;base64,{_cut_face(file, characters)})}}'
        for family, file in FACES.items()
        if family == "Noto Sans SC" or 'class="briefing style-formal' in html
    ]
    return html.replace("</head>", f"<style>{''.join(rules)}</style></head>", 1)


def _cut_face(file: str, characters: set[int]) -> str:
    # Spacing features stay, so that punctuation closes up; ligatures go, so that "fi" is copied as two letters.
    options = Options(layout_features=["kern", "palt", "halt", "chws", "ccmp", "mark"], hinting=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    stream = io.BytesIO()
    with TTFont(str(files("pylopdf_fonts_zh_cn") / file)) as font:
        subsetter.subset(font)
        font.save(stream)
    return base64.b64encode(stream.getvalue()).decode("ascii")


def print_pdf(html: str, *, timeout_s: float = 120) -> bytes:
    """Print a page to A4 with page numbers, tagged as PDF/UA-1 asks (:mod:`helpers.page.accessible_pdf`).

    A PDF carries its time of making, so only the HTML is reproducible to the byte.

    Parameters
    ----------
    html
        A page of :func:`helpers.page.render.render`.
    timeout_s
        Seconds after which the browser is given up.

    Returns
    -------
    The bytes of the PDF.

    Raises
    ------
    RunError
        No browser, or the browser wrote no PDF. The message holds the browser's last line.
    """
    browser = find_browser()
    with tempfile.TemporaryDirectory(prefix="five-battles-") as folder:
        page, pdf = Path(folder) / "page.html", Path(folder) / "page.pdf"
        page.write_text(embed_faces(html), encoding="utf-8")
        command = [
            browser,
            *_FLAGS,
            f"--user-data-dir={folder}/profile",
            f"--print-to-pdf={pdf}",
            page.as_uri(),
        ]
        try:
            done = subprocess.run(command, capture_output=True, timeout=timeout_s, check=False)
        except subprocess.TimeoutExpired:
            late = parts("page.pdf_late", browser=browser, seconds=f"{timeout_s:g}")
            raise RunError(**late) from None
        if not pdf.is_file() or done.returncode:
            last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no message"]
            raise RunError(**parts("page.no_pdf", browser=browser, detail=last[0]))
        return make_accessible(pdf.read_bytes(), html)
