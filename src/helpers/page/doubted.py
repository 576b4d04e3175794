"""Values that stand in doubt, by the department whose they are: withheld figures, rows set aside, marks of the screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from helpers import dictionary, registry
from helpers.battles.context import Battle
from helpers.messages import in_language, message
from helpers.page import lacking, set_aside
from helpers.page.battle_page import entry
from helpers.page.columns import rows_of
from helpers.page.digest import Item, text
from helpers.page.numbers import format_date
from helpers.page.wording.reasons import clause, reason_of
from helpers.page.wording.sentence import capitalise

Place = tuple[str, str]


def doubted(
    battles: Iterable[Battle], ledger: pd.DataFrame, lang: str, *, owners: Mapping[Place, str]
) -> list[Item]:
    """Figures that stand aside until they are checked, rows and files that were set aside, values the screen marked.

    Parameters
    ----------
    ledger
        Processed table ``ledger``, for the files of the figures.
    owners
        Path and row of what was set aside → department the row itself names.
    """
    found: dict[tuple[str, ...], Item] = {}
    for battle in battles:
        for item in (
            *_withheld(battle, ledger, lang),
            *_set_aside(battle, ledger, lang, owners),
            *_screened(battle, lang),
        ):
            found.setdefault(item.key, item)
    return list(found.values())


def _withheld(battle: Battle, ledger: pd.DataFrame, lang: str) -> Iterator[Item]:
    """Reported figures that have no value until their workbook says that they were checked."""
    for _, row in battle.results.drop_duplicates("indicator_id").iterrows():
        if reason_of(row).code != lacking.TO_VERIFY:
            continue
        record, facts = registry.indicator(row["indicator_id"]), reason_of(row).facts
        path = _path_of(battle, ledger, record.id, facts)
        name = capitalise(getattr(record, f"name_{lang}"))
        cells = (
            text("figure", lang, what=name, value=facts["value"]),
            text("place", lang, file=path, sheet=facts["sheet"], row=facts["row"]),
            clause(row, lang),
            in_language(message("damage.check"), lang),
        )
        key = ("withheld", record.id, facts["period"], facts["value"])
        yield Item("implausible", record.department_zh, key, cells)


def _path_of(battle: Battle, ledger: pd.DataFrame, indicator_id: str, facts: Mapping[str, str]) -> str:
    """File a figure stands in; empty where no row of the ledger is it."""
    is_it = (ledger["indicator_id"] == indicator_id) & (ledger["period"] == facts["period"])
    is_it &= ledger["source_row"].astype("str") == facts["row"]
    files = rows_of(battle, "sources")
    paths = files.loc[files["source_id"].isin(ledger.loc[is_it, "source_id"]), "path"]
    return next(iter(paths), "")


def _set_aside(
    battle: Battle, ledger: pd.DataFrame, lang: str, owners: Mapping[Place, str]
) -> Iterator[Item]:
    """Rows and files that were set aside, those of one file, column and reason of a department together."""
    rows = set_aside.faults(battle)
    if rows.empty:
        return
    given = zip(
        rows["path"], rows["row"].astype("str"), rows["source_id"], rows["found"].astype("str"), strict=True
    )
    rows = rows.assign(owner=[_owner(battle, ledger, owners, *one) for one in given])
    for (path, column, reason, owner), own in rows.groupby(["path", "column", "reason", "owner"], sort=False):
        first = own.iloc[0]
        why, _, how = in_language(str(reason), lang).partition("；" if lang == "zh" else "; ")
        place = "cell" if column and first["row"] else "row" if first["row"] else "file"
        found = str(first["found"])
        cells = (
            text("times", lang, found=found, n=len(own)) if len(own) > 1 else found,
            text(place, lang, file=path, row=first["row"], column=_heading(str(column), lang)),
            why,
            how or text("mend", lang),
        )
        key = ("aside", str(path), str(column), str(reason), str(first["row"]), str(len(own)))
        yield Item("implausible", str(owner), key, cells)


def _heading(column: str, lang: str) -> str:
    """A column as its form calls it; what is no column of a form stands as it is in the file."""
    fields = (field for form in dictionary.forms().values() for field in form.fields.items())
    return next((getattr(one, lang) for name, one in fields if name == column), column)


def _owner(
    battle: Battle,
    ledger: pd.DataFrame,
    owners: Mapping[Place, str],
    path: str,
    row: str,
    source_id: str,
    found: str,
) -> str:
    """Whose a row is: told by itself, by the indicator it names, or by its file; empty where nothing tells."""
    if (path, row) in owners:
        return owners[path, row]
    record = registry.indicators().get(found.split(" ")[0])  # of two figures for one thing it is named
    return record.department_zh if record else _department_of_file(battle, ledger, source_id, path)


def _department_of_file(battle: Battle, ledger: pd.DataFrame, source_id: str, path: str) -> str:
    """Whose a file is: named in its own name, or the only one whose figures it holds, or by its reader; else nobody's."""
    known = {one.department_zh for one in registry.indicators().values() if one.department_zh}
    named = [name for name in known if f"_{name}_" in path]
    if named:
        return named[0]
    ids = ledger.loc[ledger["source_id"] == source_id, "indicator_id"].unique()
    own = {registry.indicator(one).department_zh for one in ids}
    if own:
        return own.pop() if len(own) == 1 else ""
    files = rows_of(battle, "sources")
    reader = next(iter(files.loc[files["source_id"] == source_id, "reader"]), "")
    word = next((who for start, who in entry("digest", "readers").items() if reader.startswith(start)), "")
    return lacking.department_of(word) if word else ""


def _screened(battle: Battle, lang: str) -> Iterator[Item]:
    """What the authenticity screen marked, by station, pollutant and rule."""
    for row in rows_of(battle, "authenticity").to_dict("records"):
        first, last = (format_date(row[name].date(), lang) for name in ("first_time", "last_time"))
        cells = (
            text(
                "screened",
                lang,
                station=row["station_code"],
                pollutant=row["pollutant"],
                example=row["example"],
            ),
            text("screened_place", lang, first=first, last=last),
            text("screened_why", lang, rule=row[f"rule_{lang}"], n=row["n_hours"]),
            text("screened_how", lang),
        )
        key = ("screen", *(str(row[name]) for name in ("station_code", "pollutant", "rule", "n_hours")))
        yield Item("implausible", lacking.department_of("measured"), key, cells)
