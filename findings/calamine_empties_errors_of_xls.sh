#!/bin/sh
# Good guess: a reader of workbooks gives a spreadsheet error (#DIV/0!, #N/A) of an old .xls as it does of an .xlsx: as
#   something that is no number.
# Truth (python-calamine 0.9.1): Sheet.to_python gives an error cell as an empty text, the very answer for a cell nobody
#   filled in, in .xls and in .xlsx alike; and a cell shown as 73.5% as 0.735, for formats are not given. A share that
#   could not be computed cannot be told from one that was not measured, nor 0.735 from 73.5 %.
# Why users here care: departments still send .xls. "Not reported" where the sheet shows #DIV/0!, or 0.7 % of a cover of
#   73.5 %, would stand in a briefing. Guard: sources/cell_formats.py, tests/test_sources_cells.py (f1, f30 of xls, ods).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m pip install --quiet --root-user-action=ignore --target "$folder" python-calamine==0.9.1 xlwt==1.3.0 XlsxWriter==3.2.9
PYTHONPATH="$folder" FOLDER="$folder" "${PYTHON:-python3}" - <<'CODE'
import os
from importlib.metadata import version
from pathlib import Path

import xlsxwriter
import xlwt
from python_calamine import CalamineWorkbook

old, new = (Path(os.environ["FOLDER"], f"shares.{ending}") for ending in ("xls", "xlsx"))
book = xlwt.Workbook()
sheet = book.add_sheet("shares")
sheet.write(0, 0, 0.735, xlwt.easyxf(num_format_str="0.0%"))
sheet.row(0).set_cell_error(1, "#DIV/0!")
sheet.row(0).set_cell_blank(2)
sheet.write(0, 3, 1)
book.save(str(old))
book = xlsxwriter.Workbook(str(new))
sheet = book.add_worksheet("shares")
sheet.write_number(0, 0, 0.735, book.add_format({"num_format": "0.0%"}))
sheet.write_formula(0, 1, "=1/0", None, "#DIV/0!")
sheet.write_number(0, 3, 1)
book.close()
print("python-calamine", version("python-calamine"))
for path in (old, new):
    (row,) = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("shares").to_python()
    print(path.suffix, "shows 73.5%, #DIV/0!, nothing, 1:", row)
    assert row == [0.735, "", "", 1.0], row
CODE
