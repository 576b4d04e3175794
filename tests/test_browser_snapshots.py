"""How the pages look, against pictures kept in ``data/snapshots``: small, grey, and compared with a tolerance.

The pages carry the packaged faces, so the fonts of the machine play no part. A wanted change of looks is taken over by
``FIVE_BATTLES_SNAPSHOTS=write python -m pytest tests/test_browser_snapshots.py``; look at the pictures before keeping them.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from browser import open_browser
from helpers.page.index import Report, index_page
from helpers.page.printing import embed_faces
from page_example import report

pytestmark = pytest.mark.browser
FOLDER = Path(__file__).parent / "data" / "snapshots"
WIDTH, BLOCK = 200, 10  # pixels of a thumbnail and of a block of it
MEAN, WORST = 3.0, 40.0  # levels of grey, of 255: over the whole picture, and over its most different block
# Page, width of the window, media, height kept in the windows' pixels.
SHOTS = {
    "zh-desktop": ("zh", 1280, "screen", 3200),
    "zh-phone": ("zh", 320, "screen", 1600),
    "zh-paper": ("zh", 612, "print", 900),
    "en-paper": ("en", 656, "print", 900),
    "zh-formal": ("formal", 612, "print", 1800),
    "index": ("index", 1280, "screen", 1200),
}


@pytest.fixture(scope="module")
def look(tmp_path_factory):
    """Give the thumbnail of a page as levels of grey, optionally without its style sheets."""
    folder = tmp_path_factory.mktemp("looks")
    made: dict[str, Path] = {}

    def address(name: str) -> str:
        if name not in made:
            made[name] = folder / f"{name}.html"
            made[name].write_text(embed_faces(html_of(name)), encoding="utf-8")
        return made[name].as_uri()

    with open_browser() as chromium:

        def take(shot: str, *, dressed: bool = True) -> np.ndarray:
            name, width, media, height = SHOTS[shot]
            page = chromium.new_page(viewport={"width": width, "height": height})
            page.goto(address(name))
            page.emulate_media(media=media)
            if not dressed:
                page.evaluate("() => document.querySelectorAll('style').forEach(one => one.remove())")
            page.evaluate("() => document.fonts.ready")
            picture = Image.open(io.BytesIO(page.screenshot()))
            page.close()
            size = (WIDTH, round(picture.height * WIDTH / picture.width))
            return np.asarray(picture.convert("L").resize(size, Image.Resampling.BOX))

        yield take


def html_of(name: str) -> str:
    """The page of a name."""
    if name == "index":
        facts = [report(lang).facts for lang in ("zh", "en")]
        return index_page([Report(f"{fact['lang']}.html", fact) for fact in facts])
    return report("zh", style="formal").html if name == "formal" else report(name).html


def distance(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Mean difference of two pictures, and that of their most different block; infinite where their sizes differ."""
    if one.shape != other.shape:
        return float("inf"), float("inf")
    difference = np.abs(one.astype(float) - other.astype(float))
    rows, columns = (side - side % BLOCK for side in difference.shape)
    blocks = difference[:rows, :columns].reshape(rows // BLOCK, BLOCK, columns // BLOCK, BLOCK)
    return float(difference.mean()), float(blocks.mean(axis=(1, 3)).max())


@pytest.mark.parametrize("shot", SHOTS)
def test_page_looks_as_it_did(look, shot):
    picture, file = look(shot), FOLDER / f"{shot}.png"
    if os.environ.get("FIVE_BATTLES_SNAPSHOTS") == "write":
        FOLDER.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(file, optimize=True)
    mean, worst = distance(picture, np.asarray(Image.open(file)))
    assert mean <= MEAN and worst <= WORST, f"{shot}: mean {mean:.1f}, worst block {worst:.1f}"


def test_another_look_is_noticed(look):
    kept = np.asarray(Image.open(FOLDER / "zh-desktop.png"))
    mean, worst = distance(look("zh-desktop", dressed=False), kept)
    assert mean > MEAN and worst > WORST


def test_pages_stay_readable_in_greyscale(look):
    """On a black-and-white laser the paper has both ink and white, and more than two levels between."""
    picture = look("zh-paper")
    assert picture.max() >= 250 and picture.min() <= 90
    assert len(np.unique(picture // 32)) >= 5
