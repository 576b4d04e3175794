"""Tables of the blue-sky report: which columns of the battle's tables a reader sees, named, with their units."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from helpers.battles.context import Battle
from helpers.page import tables
from helpers.page.battle_page import source, table, write_days
from helpers.page.blocks import Sheet
from helpers.page.blue_sky_figures import text
from helpers.page.numbers import Measure, format_number, unit_name
from helpers.page.wording.sentence import Facts, capitalise
from helpers.page.words import standard_name, word

_MOST_SCREEN_ROWS = 12
_WINDOWS = (
    "start_date", "end_date", "n_days", "pm25_mean_ug_m3", "o3_p90_ug_m3", "n_good", "n_polluted", "n_heavy", "n_fires",
)  # fmt: skip
_EPISODES = (
    "start_date", "end_date", "n_days", "peak_date", "peak_aqi", "leading", "pm25_mean_ug_m3", "pm_ratio",
    "wind_speed_m_s", "relative_humidity_pct", "n_fires", "n_fires_upwind",
)  # fmt: skip
_STATIONS = (
    "station_code",
    "is_control",
    "PM2.5",
    "PM10",
    "SO2",
    "NO2",
    "CO",
    "O3",
    "n_days",
    "coverage_pct",
)
_SCREEN = ("station_code", "pollutant", "n_hours", "first_time", "last_time", "share_pct", "example")
_MICROGRAMS, _MILLIGRAMS, _PERCENT = Measure("ug_m3", 0), Measure("mg_m3", 1), Measure("pct", 0)
_PLAIN_SHARE = (1, 2)  # decimals of a share of days and of hours, whose unit stands in the head


def show(
    battle: Battle, found: pd.DataFrame, key: str, lang: str, measures: dict[str, Measure] | None = None
) -> Markup:
    """Lay out a table of the battle under the heads that ``blue_sky.yml`` gives under ``key``.

    Parameters
    ----------
    found
        Columns in the order of the heads.
    measures
        Unit and decimals by column of ``found``.
    """
    heads = text(f"{key}_columns", lang)
    named = dict(zip(found.columns, heads, strict=True))
    known = {named[name]: measure for name, measure in (measures or {}).items()}
    shown = write_days(found).set_axis(heads, axis=1)
    return table(battle, shown, caption=text(key, lang), lang=lang, measures=known)


def statistics(battle: Battle, rows: list[pd.Series], lang: str) -> Markup:
    """Value, value of the year before and limit of each assessed item; the standards stand in the source line."""
    cells = []
    for row in rows:
        facts = Facts(row, lang)
        numbers = [
            format_number(row[name], decimals=facts.measure.decimals, lang=lang)
            for name in ("value", "value_prev", "limit_value")
        ]
        unit = unit_name(row["unit"], lang)
        cells.append([capitalise(facts.name_in_span), *numbers, unit, int(row["n_obs"])])
    names = dict.fromkeys(standard_name(row["standard"], lang) for row in rows if row["standard"])
    told = text(
        "six.standards",
        lang,
        source=source(battle, "station_archive", lang),
        names=word("lead.join", lang).join(names),
    )
    return tables.data_table(
        pd.DataFrame(cells, columns=text("six.table_columns", lang)),
        caption=text("six.table", lang),
        lang=lang,
        source=told,
        simulated=battle.context.simulated,
    )


def shares(battle: Battle, lang: str) -> Markup:
    """Parts of the composite index, the largest first."""
    found = battle.tables["statistics"]
    wide = found[found["statistic"].isin(["single_index", "index_share"])].pivot(
        index="pollutant", columns="statistic", values="value_published"
    )
    wide = wide.sort_values("single_index", ascending=False)
    cells = [
        [name, f"{one:.2f}", f"{part:.1f}"]
        for name, one, part in zip(wide.index, wide["single_index"], wide["index_share"], strict=True)
    ]
    return show(battle, pd.DataFrame(cells), "six.shares", lang)


def windows(battle: Battle, lang: str) -> Markup:
    """Heating seasons, straw-burning windows and ozone seasons of two years."""
    found = battle.tables["windows"]
    shown = found[list(_WINDOWS)]
    shown.insert(0, "name", found[f"name_{lang}"].map(capitalise))
    measures = {"pm25_mean_ug_m3": _MICROGRAMS, "o3_p90_ug_m3": _MICROGRAMS}
    return show(battle, shown, "primary.windows", lang, measures)


def episodes(battle: Battle, lang: str) -> Markup:
    """The ledger of heavy-pollution episodes."""
    measures = {
        "pm25_mean_ug_m3": _MICROGRAMS,
        "pm_ratio": Measure("index", 2),
        "wind_speed_m_s": Measure("m_s", 1),
        "relative_humidity_pct": _PERCENT,
    }
    return show(battle, battle.tables["episodes"][list(_EPISODES)], "episodes.table", lang, measures)


def stations(battle: Battle, lang: str) -> Markup:
    """Means by station."""
    found = battle.tables["stations"]
    measures = dict.fromkeys(("PM2.5", "PM10", "SO2", "NO2", "O3"), _MICROGRAMS) | {"CO": _MILLIGRAMS}
    shown = found[[f"name_{lang}", *_STATIONS]].assign(
        coverage_pct=found["coverage_pct"].round(_PLAIN_SHARE[0])
    )
    return show(battle, shown, "stations.table", lang, measures)


def screen(battle: Battle, lang: str) -> list[object]:
    """What the authenticity screen flagged: the entries with most hours, and all of them for the spreadsheet.

    Days that were published are not screened: where there are no hours it says so.
    """
    found = battle.tables["authenticity"].sort_values("n_hours", ascending=False, kind="stable")
    if found.empty:
        is_screened = found.attrs.get("n_screened", 0) > 0
        return [text("stations.screen_none" if is_screened else "stations.screen_not", lang)]
    found = found[[f"rule_{lang}", *_SCREEN]].assign(share_pct=found["share_pct"].round(_PLAIN_SHARE[1]))
    shown = found.head(_MOST_SCREEN_ROWS)
    whole = found.set_axis(text("stations.screen_columns", lang), axis=1)
    name, title = text("stations.screen_sheet", lang), text("stations.screen", lang)
    return [
        show(battle, shown, "stations.screen", lang),
        text("stations.screen_note", lang, n=len(found), shown=len(shown)),
        Sheet(name, title, whole, source(battle, "station_archive", lang)),
    ]


def editions(battle: Battle, lang: str) -> Markup:
    """Good and heavy days of both years, each under both editions."""
    found = battle.tables["editions"]
    wide = found.pivot_table(index="statistic", columns=["edition", "span"], values="value", sort=False)
    spans = text("editions.columns", lang)
    both = [edition for edition in dict.fromkeys(found["edition"]) if (edition, "last") in wide.columns]
    cells = []
    for statistic, values in wide.iterrows():
        decimals = 1 if statistic.endswith("ratio") else 0
        numbers = [
            format_number(values[edition, span], decimals=decimals, lang=lang)
            for edition in both
            for span in spans
        ]
        cells.append([text(f"editions.names.{statistic}", lang), *numbers])
    heads = [head.format(edition=standard_name(edition, lang)) for edition in both for head in spans.values()]
    shown = pd.DataFrame(cells, columns=[text("editions.statistic", lang), *heads])
    return table(battle, shown, caption=text("editions.table", lang), lang=lang)
