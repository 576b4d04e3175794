"""The command ``cnstandards``: indices of a file, the vectors, the tables."""

from __future__ import annotations

import argparse
import csv
import io
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cnstandards.messages import LANGUAGES, Refused, both, say

if TYPE_CHECKING:
    import pandas as pd

EDITIONS = ("in_force", "2012", "2026")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when all is well, 1 when a vector is wrong, 2 when the input was refused."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    asked = _parser().parse_args(arguments)
    try:
        code = {"aqi": _aqi, "verify": _verify, "tables": _tables}[asked.verb](asked)
        sys.stdout.flush()
    except Refused as refused:
        print(refused.sentence(asked.lang), file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever reads has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cnstandards", description=both("help"))
    verbs = parser.add_subparsers(dest="verb", required=True)
    aqi = verbs.add_parser("aqi", help=both("help_aqi"), description=both("help_aqi"))
    aqi.add_argument("file", metavar="FILE.csv", type=Path, help=both("help_file"))
    aqi.add_argument("--edition", choices=EDITIONS, default="in_force", help=both("help_edition"))
    aqi.add_argument("--out", metavar="FILE", type=Path, help=both("help_out"))
    verify = verbs.add_parser("verify", help=both("help_verify"), description=both("help_verify"))
    tables = verbs.add_parser("tables", help=both("help_tables"), description=both("help_tables"))
    tables.add_argument("name", nargs="?", metavar="NAME")
    for verb in (aqi, verify, tables):
        verb.add_argument("--lang", choices=LANGUAGES, default="zh", help=both("help_lang"))
    return parser


def _aqi(asked: argparse.Namespace) -> int:
    from cnstandards.wide import read_daily

    found = read_daily(asked.file)
    if asked.out and asked.out.exists() and asked.out.samefile(asked.file):
        raise Refused("same_file", file=asked.out)
    text = _index_rows(found.days, found.table, asked.edition, asked.lang)
    if asked.out is None:
        print(text, end="")
    else:
        try:  # with the mark by which spreadsheets know UTF-8
            asked.out.write_text(text, encoding="utf-8-sig", newline="\n")
        except OSError:
            raise Refused("unwritable", file=asked.out) from None
    if found.left_out:
        names = ", ".join(found.left_out)
        print(say("left_out", asked.lang, file=asked.file, names=names), file=sys.stderr)
    if found.n_marks:
        print(say("marks", asked.lang, file=asked.file, n=found.n_marks), file=sys.stderr)
    return 0


def _index_rows(days: Sequence[date], table: pd.DataFrame, edition: str, lang: str) -> str:
    """One line a day of the file, in its order; an index that the edition does not give is told as such."""
    from cnstandards.air import POLLUTANTS, aqi_grade, daily_aqi, iaqi

    valid = table[table["value"].notna()]
    there = dict(
        zip(zip(valid["date"].dt.date, valid["pollutant"], strict=True), valid["value"], strict=True)
    )
    indices = daily_aqi(table, edition=edition)
    indices = indices[indices["date"].isin(table["date"])]
    by_day = dict(zip(indices["date"].dt.date, indices.to_dict("records"), strict=True))
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(say("columns", lang).split(","))
    for day in days:
        row = by_day[day]
        missing = [name for name in POLLUTANTS if (day, name) not in there]
        ozone = there.get((day, "O3"))
        # above its table the MDA8 has no sub-index under 2012, and the hour stands in: without it nothing is known
        if ozone is not None and iaqi("O3_8h", ozone, edition=row["edition"]) is None:
            missing += ["O3_1h"] if (day, "O3_1h") not in there else []
        aqi, level, category = "", "", say("no_index", lang)
        if row["aqi"] == row["aqi"] and "O3_1h" not in missing:
            grade = aqi_grade(int(row["aqi"]))
            aqi, level = str(int(row["aqi"])), str(int(row["level"]))
            category = grade.category_zh if lang == "zh" else grade.category_en
        primary = row["primary"] if aqi else ""
        writer.writerow([day, f"HJ 633-{row['edition']}", aqi, level, category, primary, ";".join(missing)])
    return lines.getvalue()


def _verify(asked: argparse.Namespace) -> int:
    from cnstandards import vectors

    checks = {group: [vectors.check(one) for one in vectors.read(group)] for group in vectors.GROUPS}
    every = [check for group in checks.values() for check in group]
    wrong = [check for check in every if not check.is_right]
    for vector, found, _ in wrong:
        told = {"id": vector.id, "standard": vector.standard, "clause": vector.clause}
        print(say("wrong", asked.lang, **told, found=repr(found), expected=repr(vector.expected)))
    for name, group in {**checks, say("all", asked.lang): every}.items():
        right = sum(check.is_right for check in group)
        print(say("right", asked.lang, name=name, n=len(group), right=right))
    return 1 if wrong else 0


def _tables(asked: argparse.Namespace) -> int:
    from cnstandards import tables

    if asked.name is None:
        for name in tables.names():
            rows = tables.read(name)
            status = ", ".join(sorted(set(rows["status"]))) if "status" in rows else "—"
            print(say("table", asked.lang, name=name, n=len(rows), status=status))
    elif asked.name in tables.names():
        print((tables.FOLDER / f"{asked.name}.csv").read_text(encoding="utf-8"), end="")
    else:
        raise Refused("no_table", file=asked.name, expected=", ".join(tables.names()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
