"""Take the picture of page one that the README shows: page_one.py REPORT.html PICTURE.png, from the demonstration.

The report comes from ``make report``; what is not marked as simulated is refused, so no picture can pass for a finding.
"""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

WIDTH, HEIGHT, SCALE, COLOURS = 860, 1040, 1.25, 48
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main(report: Path, picture: Path) -> None:
    """Draw the top of a report and keep it with few colours, well under 150 kB."""
    page_text = report.read_text(encoding="utf-8")
    if "（模拟）" not in page_text and "(simulated)" not in page_text:
        raise SystemExit(f"{report} is not marked as simulated; take a report of the demonstration")
    browser_path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=SCALE)
        page.goto(report.resolve().as_uri())
        drawn = page.screenshot()
        browser.close()
    Image.open(io.BytesIO(drawn)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
        picture, optimize=True
    )
    sys.stdout.write(f"{picture}: {picture.stat().st_size / 1000:.0f} kB\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
