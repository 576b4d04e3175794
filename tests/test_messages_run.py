"""Screen, index, page and notification of a run speak the reader's language; names of the program reach none of them."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from helpers import errors
from helpers.messages import catalogue, fault, in_language, message, parts
from helpers.page.index import Report, index_page
from helpers.run import faults, history, install, notify, parameters, request, screen
from helpers.run.history import RunLog
from run_checkout import ROOT, invoke, make_checkout

HELPERS = ROOT / "src" / "helpers"
ROOMS = [
    *(
        path
        for room in ("run", "page", "battles", "explore")
        for path in sorted((HELPERS / room).rglob("*.py"))
    ),
    HELPERS / "days.py",
]
ELSEWHERE = {"cli_look.py"}  # its words are those of the check before sending
SENTENCE = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")
ENGLISH = re.compile(r"[A-Za-z']+(?: [A-Za-z']+){2,}")
CLASSES = re.compile(r"\b\w+(?:Error|Exception|Warning|Interrupt)\b|Traceback")
COMMANDS = ("five-battles schedule install", "five-battles history")
REFUSALS = {name for name, one in vars(errors).items() if isinstance(one, type)} | {"FailedError"}
SAYING = {"message", "parts", "fault", "say", "told"}


@cache
def calls(path: Path) -> list[tuple[ast.Call, str]]:
    """Every call of a module, with the name of what is called."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [(node, called(node)) for node in nodes if isinstance(node, ast.Call)]


def called(node: ast.Call) -> str:
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def literals(node: ast.AST) -> Iterator[str]:
    """Texts written into an expression, but for those the catalogue is asked with."""
    if isinstance(node, ast.Call) and called(node) in SAYING:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for below in ast.iter_child_nodes(node):
        yield from literals(below)


def said(output: str) -> str:
    """What is told in Chinese, without commands that stand in it as they are typed."""
    for command in COMMANDS:
        output = output.replace(command, "")
    return output


def assert_chinese(output: str) -> None:
    assert output.strip()
    assert not ENGLISH.findall(said(output)) and not CLASSES.search(output), output


@pytest.mark.parametrize("path", ROOMS, ids=lambda path: path.relative_to(HELPERS).as_posix())
def test_no_refusal_is_worded_outside_the_catalogue(path: Path) -> None:
    worded = [
        (node.lineno, text)
        for node, name in calls(path)
        if name in REFUSALS
        for argument in (*node.args, *(word.value for word in node.keywords))
        for text in literals(argument)
        if SENTENCE.search(text)
    ]
    assert not worded or path.name in ELSEWHERE


@pytest.mark.parametrize("path", ROOMS, ids=lambda path: path.relative_to(HELPERS).as_posix())
def test_every_message_asked_for_is_in_the_catalogue(path: Path) -> None:
    known = {"say": screen_words(), "message": set(catalogue()), "parts": refusals()}
    for node, name in calls(path):
        first = node.args[0] if node.args else None
        if name in known and isinstance(first, ast.Constant) and path.name not in ELSEWHERE:
            assert first.value in known[name], f"{path.name}:{node.lineno}"


def refusals() -> set[str]:
    return {key.rpartition(".")[0] for key in catalogue()}


def screen_words() -> set[str]:
    def keys(tree: dict, above: str = "") -> Iterator[str]:
        for name, below in tree.items():
            if "en" in below:
                assert set(below) == {"zh", "en"} and all(isinstance(one, str) for one in below.values())
                fields = [set(re.findall(r"\{(\w+)", one)) for one in below.values()]
                assert fields[0] == fields[1] or name == "plan", (
                    f"both languages of {name} say the same fields"
                )
                yield f"{above}{name}"
            else:
                yield from keys(below, f"{above}{name}.")

    return set(keys(yaml.safe_load((HELPERS / "run" / "screen.yml").read_text(encoding="utf-8"))))


@pytest.mark.parametrize("name", ["messages.yml", "run/screen.yml"])
def test_no_room_or_message_stands_twice_for_the_second_would_hide_the_first(name: str) -> None:
    def twice(node: yaml.Node) -> list[str]:
        if not isinstance(node, yaml.MappingNode):
            return []
        names = [key.value for key, _ in node.value]
        found = [one for one in names if names.count(one) > 1]
        return found + [one for _, below in node.value for one in twice(below)]

    assert twice(yaml.compose((HELPERS / name).read_text(encoding="utf-8"))) == []


def test_no_class_of_an_exception_is_put_into_a_sentence() -> None:
    named = re.compile(r"type\((?:error|fault|exc\w*|refusal)\)\.__name__")
    found = [
        line.strip()
        for path in ROOMS
        for line in path.read_text(encoding="utf-8").splitlines()
        if named.search(line) and "detail" not in line
    ]
    assert not found, "it is for the log alone"


def test_a_fault_of_the_program_is_told_to_a_reader_without_its_detail() -> None:
    refusal = errors.SchemaError(where="pm25_mean", **fault("column x holds [1]; expected numbers"))
    told = in_language(str(refusal), "zh")
    assert told == "pm25_mean：程序内部出错；请把运行记录交给程序维护人员"
    assert "column x holds [1], expected numbers" in str(refusal)


@pytest.mark.parametrize(
    ("places", "told"),
    [
        ((), "b c 2025 x zh：磁盘已满；请检查该处的磁盘空间和权限后重新运行"),
        (("d", "e"), "b c 2025 x zh及另外2项：磁盘已满；请检查该处的磁盘空间和权限后重新运行"),
    ],
)
def test_what_befell_several_is_read_back_behind_the_first(places: tuple[str, ...], told: str) -> None:
    first = "b c 2025 x zh"
    place = message("places.several", first=first, n=len(places)) if places else first
    assert in_language(f"{place}: {faults.system(OSError(28, 'No space left on device'))}", "zh") == told


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FIVE_BATTLES_LANG", "zh")
    monkeypatch.setattr(install, "WAYS", ())
    return make_checkout(tmp_path, monkeypatch, "plain")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["report", "--period", "25"], "'25'不是时段；应为2025、2025-10或2025-Q3；请按其中一种写法写成文本"),
        (
            ["report", "--period", "1999"],
            "时段1999不在2000年至2100年之内；应为2000年至2100年之间的年份；请另选时段",
        ),
        (
            ["report", "--city", "changchu"],
            "没有名为'changchu'的城市；应为changchun、demo_city之一；可能是changchun",
        ),
        (["report", "--battle", "blue"], "没有名为'blue'的保卫战；应为plain之一；请从中选择"),
        (["report", "--lang", "fr"], "没有'fr'这种语言；应为zh、en之一；请从中选择"),
        (
            ["ingest", "--data-dir", "/nowhere"],
            "--data-dir指定的/nowhere不是文件夹；应为内有raw文件夹的文件夹；请建立",
        ),
        (
            ["templates", "--period", "2025"],
            "--period和--data-dir只能与--by-department同用；请加上--by-department",
        ),
        (["data", "--base", "x"], "--base的写法有误：'x'；应为名称=地址；请在地址前写明数据源名称"),
        (["trace", "a/b", "pm25_mean"], "没有'a/b'这份报告"),
        (["schedule", "run", "nightly"], "定时运行中没有'nightly'"),
        (["report", "--perid", "2025"], "没有'--perid'这个选项，可能是'--period'；用法见"),
        (["history", "--last", "0"], "'--last'的值有误：0不在x>=1的范围内；用法见"),
        (["reprot"], "没有'reprot'这个命令"),
    ],
)
def test_what_is_asked_wrongly_is_refused_in_the_language_of_the_screen(
    home: Path, words: list[str], told: str
) -> None:
    done = invoke(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"five-battles：{told}") and done.stderr.count("\n") == 1
    assert_chinese(done.stderr)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_fault_of_the_program_is_one_sentence_with_the_place_of_the_whole_record(
    home: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    def faulty(city: str) -> None:
        raise KeyError("pm25")

    monkeypatch.setenv("FIVE_BATTLES_LANG", lang)
    monkeypatch.setattr(request, "check_city", faulty)
    done = invoke("ingest")
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert not CLASSES.search(done.stderr) and "reports/logs/fault.txt" in done.stderr
    assert lang == "en" or done.stderr.startswith("five-battles：程序内部出错，本次运行中止；详细记录见")
    kept = (home / "reports" / "logs" / "fault.txt").read_text(encoding="utf-8")
    assert "Traceback" in kept and "KeyError: 'pm25'" in kept


def test_what_the_system_refuses_is_told_in_chinese(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(city: str) -> None:
        raise OSError(28, "No space left on device", "data/x")

    monkeypatch.setattr(request, "check_city", full)
    done = invoke("ingest")
    assert done.stderr == "five-battles：data/x：磁盘已满；请检查该处的磁盘空间和权限后重新运行\n"


def set_aside(home: Path, n_files: int) -> None:
    """Lists of dust hours, of which the first has two lines that are no hours and each other one."""
    for number in range(n_files):
        wrong = "x\ny\n" if not number else "x\n"
        text = f"dust_hour\n2025-03-{number + 1:02d} 10:00\n{wrong}"
        (home / "data" / "raw" / f"沙尘{number:02d}.csv").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("verb", [("ingest",), ("report", "--period", "2025", "--dry-run")])
def test_a_run_names_each_file_with_rows_set_aside_and_how_many(
    home: Path, monkeypatch: pytest.MonkeyPatch, lang: str, verb: tuple[str, ...]
) -> None:
    monkeypatch.setenv("FIVE_BATTLES_LANG", lang)
    set_aside(home, 3)
    (home / "data" / "raw" / "odd.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    done = invoke(*verb)
    head, end = ("隔离：", "，{}条") if lang == "zh" else ("quarantined: ", ": {}")
    told = [f"{head}沙尘{number:02d}.csv{end.format(1 + (not number))}" for number in range(3)]
    lines = done.stderr.splitlines()
    assert [line for line in lines if line.startswith(head)] == told
    (total,) = re.findall(r"隔离(\d+)条" if lang == "zh" else r"(\d+) quarantined", done.stdout)
    assert int(total) == 4, "the sum of the files named; a refused file has its own count and line"
    (refused,) = [line for line in lines if line.startswith(("拒收：", "refused: "))]
    assert "odd.csv" in refused
    if lang == "zh":
        assert_chinese(done.output)


def test_of_many_files_with_rows_set_aside_those_not_named_are_counted(home: Path) -> None:
    set_aside(home, 23)
    lines = invoke("ingest").stderr.splitlines()
    assert lines[0] == "隔离：沙尘00.csv，2条"
    assert (len(lines), lines[-1]) == (21, "隔离：另有3个文件共3条")


REFUSED = "from helpers.periods import Period\\nPeriod.parse('25')"


def test_a_report_that_fails_is_told_in_chinese_on_screen_index_history_and_in_the_message(
    home: Path,
) -> None:
    source = (ROOT / "tests" / "notebooks" / "broken.ipynb").read_text(encoding="utf-8")
    for name, cell in (("broken", ""), ("refused", REFUSED)):
        text = source.replace('raise ValueError(\\"the sum of parts is 103 %\\")', cell) if cell else source
        assert text != source or not cell
        (home / "notebooks" / f"{name}.ipynb").write_text(text, encoding="utf-8")
    done = invoke("report", "--battle", "broken", "--battle", "refused", "--period", "2025", "--lang", "zh")
    kept = "程序内部出错，报告未能生成；出错时的笔记本保存在reports/changchun/2025/failed/broken.zh.ipynb"
    wrong = "'25'不是时段；应为2025、2025-10或2025-Q3；请按其中一种写法写成文本"
    assert done.exit_code == 1
    ends = {line.partition(" s：")[2] for line in done.stderr.splitlines() if " s：" in line}
    assert ends == {kept, wrong}
    assert_chinese(done.output)
    index = (home / "reports" / "index.html").read_text(encoding="utf-8")
    assert f">{kept}<" in index and f">{wrong.replace(chr(39), '&#39;')}<" in index
    table = invoke("history").stdout
    assert (
        f"  ! changchun 2025 broken zh：{kept}" in table
        and f"  ! changchun 2025 refused zh：{wrong}" in table
    )
    assert_chinese(table)
    (run,) = history.list_runs(1)
    title, body = notify.write_message(run, city="长春市", lang="zh")
    assert f"- changchun 2025 broken zh：{kept}" in body
    assert_chinese(f"{title}\n{body}")
    english = index_page(
        [Report("", json.loads(path.read_text("utf-8"))) for path in reasons(home)], lang="en"
    )
    assert "the program met a fault of its own" in english and not CLASSES.search(english)


def reasons(home: Path) -> list[Path]:
    return sorted((home / "reports" / "changchun" / "2025").glob("*.zh.json"))


def test_history_tells_a_fault_once_in_one_line_and_the_rest_when_asked(home: Path) -> None:
    log, long = RunLog("report", {"city": "changchun"}), "x" * 700
    for number in range(12):
        log.item(f"changchun 2025 b{number} zh", "failed", error=str(errors.RunError(**parts("fleet.gone"))))
    log.item("changchun 2025 plain zh", "failed", error=long)
    log.end("failed")
    short, full = (invoke("history", *more).stdout.splitlines() for more in ([], ["--full"]))
    assert len(short) == len(full) == 4
    assert short[2].startswith("  ! changchun 2025 b0 zh及另外11项：与调度程序的连接已断开；请重新启动后")
    assert len(short[3]) < 200 and short[3].endswith("（另有565字，加--full看全文）")
    assert full[3].endswith(long)
    assert_chinese("\n".join(short))


def test_doctor_speaks_the_language_of_the_screen(home: Path) -> None:
    done = invoke("doctor")
    assert done.stdout.splitlines()[0].split() == ["项目", "状态", "情况", "->", "处理"]
    assert_chinese(done.output)


def test_columns_with_chinese_words_line_up(home: Path) -> None:
    lines = screen.table([("报告", "秒"), ("plain", "1.5")], right=(1,)).splitlines()
    assert lines == ["报告    秒", "plain  1.5"]
    assert screen.pad("已生成", 9) == "已生成   "


def test_an_unknown_word_has_a_sentence_in_chinese_for_every_kind_that_is_asked_for() -> None:
    kinds = {
        node.args[0].value
        for path in ROOMS
        for node, name in calls(path)
        if name in ("one_of", "_unknown") and node.args and isinstance(node.args[0], ast.Constant)
    }
    assert len(kinds) > 10
    for kind in sorted(kinds):
        with pytest.raises(errors.ParameterError) as refused:
            parameters.one_of(kind, "x", ["y"])
        assert in_language(str(refused.value), "zh").startswith(
            catalogue()[f"unknown.{kind}"]["zh"].format(word="'x'")
        )
