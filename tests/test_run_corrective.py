"""What a department is told: its open actions and its missed targets without one, from a data folder."""

from __future__ import annotations

from datetime import date

import pandas as pd

from corrective_cases import OTHER, TARGET, action, given, missed, whole
from helpers import store
from helpers.paths import Folders
from helpers.run.corrective import COLUMNS, KINDS, by_department, list_open
from helpers.sources import ingest
from land_cases import ledger

LATER = date(2026, 12, 31)
AIR = "pm25_mean_2025"


def test_open_actions_stand_under_the_department_of_their_target_overdue_first():
    listed = [
        action("1", state="done"),
        action("2"),
        action("3", due_date="2026-03-01"),
        action("4", state="closed"),
    ]
    found = by_department(whole(*listed, action(target_id=AIR, due_date="2027-01-31"), as_of=LATER))
    assert tuple(found) == COLUMNS and set(found["kind"]) <= set(KINDS)
    forest = found[(found["department"] == "林业和草原主管部门") & (found["target_id"] == TARGET)]
    assert forest[["kind", "action_no"]].to_numpy().tolist() == [
        ["overdue", "3"],
        ["overdue", "2"],
        ["to_close", "1"],
    ]
    air = found[found["target_id"] == AIR].iloc[0]
    assert (air["department"], air["kind"], air["days_overdue"]) == ("生态环境主管部门", "open", 0)
    assert air["department_en"] == "ecology and environment department" and air["target_en"]
    without = found[found["target_id"] == OTHER].iloc[0]
    assert without["kind"] == "without_action" and without["action"] == "" and pd.isna(without["due_date"])


def test_nothing_reported_gives_no_rows_and_the_same_columns():
    assert tuple(by_department(whole())) == COLUMNS and by_department(whole()).empty


def test_a_data_folder_is_read_as_a_report_reads_it(tmp_path, monkeypatch):
    folders = Folders.real(tmp_path)
    tables = missed() | given((action(due_date="2026-02-01", reported="2026-01-15"),))
    tables["ledger"] = pd.concat([tables["ledger"], ledger("reserve_share", {"2026-Q1": 11.0})])
    for name in ("ledger", "actions"):
        store.write_table(folders.processed, name, tables[name])
    monkeypatch.setattr("helpers.run.session.prepare", lambda *_, **__: (folders, ingest))
    found = list_open("changchun", period="2026", as_of="2026-05-31", data_dir=tmp_path)
    row = found[found["target_id"] == TARGET].iloc[0]
    assert row["kind"] == "overdue" and row["days_overdue"] > 0 and row["source_sheet"] == "整改清单"
