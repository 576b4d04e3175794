"""Bytes to text, records and cells: compression, encodings, line ends, missing marks, cut files, repeats."""

from __future__ import annotations

import gzip
import math
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import SourceError
from helpers.sources.builder import ReadingBuilder
from helpers.sources.head import read_head
from helpers.sources.pollutants import reason_against
from helpers.sources.reading import TABLES, join_readings, refusal
from helpers.sources.records import read_records
from helpers.sources.text import is_missing, parse_number, parse_time, read_rows, read_text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("is_compressed", [False, True])
def test_text_is_the_same_in_every_encoding_and_compression(tmp_path, encoding, is_compressed):
    raw = "城市,AQI\r\n甲市,41\r\n".encode(encoding)
    path = tmp_path / "any.name"
    path.write_bytes(gzip.compress(raw) if is_compressed else raw)
    assert read_rows(path) == [(1, ["城市", "AQI"]), (2, ["甲市", "41"])]
    assert read_head(path).header == ["城市", "AQI"]


def test_empty_file_is_refused_with_a_remedy(tmp_path):
    path = tmp_path / "empty.csv"
    path.write_bytes(b"")
    with pytest.raises(SourceError, match=r"empty\.csv: the file is empty .* fetch the file again"):
        read_text(path)
    path.write_bytes(gzip.compress(b""))
    with pytest.raises(SourceError, match="holds nothing"):
        read_text(path)


def test_cut_compression_is_refused(tmp_path):
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(gzip.compress(b"".join(b"%d,%d\n" % (n, n * n) for n in range(5000)))[:-300])
    with pytest.raises(SourceError, match=r"cut\.csv\.gz: the compressed file breaks off after line \d+"):
        read_text(path)


def test_bytes_that_are_no_text_name_their_row(tmp_path):
    path = tmp_path / "binary.csv"
    path.write_bytes(b"a,b\n1,\xff\xff\n")
    with pytest.raises(SourceError, match=r"binary\.csv, row 2: byte ff is not text.*save the file as UTF-8"):
        read_text(path)


def test_open_quotation_mark_is_refused(tmp_path):
    path = tmp_path / "open.csv"
    path.write_text('a,b\n1,"never closed\n', encoding="utf-8")
    with pytest.raises(SourceError, match="cannot be split"):
        read_rows(path)


@pytest.mark.parametrize(
    "text", ["", " ", "NaN", "nan", "NA", "—", "-;", "-", "_", "null", "-9999", "-9999.0"]
)
def test_marks_of_missing_values(text):
    assert parse_number(text) is None
    assert is_missing(text) or float(text) == -9999


@pytest.mark.parametrize("text", ["1o", "12 3", "0x1", "1,5", "inf", "1_000", "+5", "--5", "1e999", "<5"])
def test_text_that_is_no_number(text):
    with pytest.raises(ValueError, match="number"):
        parse_number(text)


@given(st.floats(allow_nan=False, allow_infinity=False).filter(lambda value: value != -9999))
def test_numbers_are_read_exactly(value):
    assert parse_number(repr(value)) == value


def test_time_that_does_not_exist_is_none():
    assert parse_time("2019-02-29", "%Y-%m-%d") is None
    assert parse_time("2019-02-28 07:00", "%Y-%m-%d", "%Y-%m-%d %H:%M") == datetime(2019, 2, 28, 7)


def test_impossible_values_and_real_extremes():
    assert reason_against(1177.0, "PM2.5") == reason_against(4707.0, "PM10") == ""
    assert "negative" in reason_against(-1.0, "CO", may_be_zero=True)
    assert "zero" in reason_against(0.0, "SO2")
    assert reason_against(0.0, "CO", may_be_zero=True) == ""
    assert "500" in reason_against(501.0, "AQI")


def test_refusal_names_file_row_column_and_remedy(tmp_path):
    error = refusal(tmp_path / "f.csv", "x", row=3, column="PM10", expected="y", remedy="mend it")
    assert str(error) == f"{tmp_path / 'f.csv'}, row 3, column PM10: x; expected y; mend it"


def _records(tmp_path, text: str, required=("a", "b")):
    path = tmp_path / "records.csv"
    path.write_bytes(text.encode())
    builder = ReadingBuilder("dust_hours")
    return read_records(path, builder, required=required), builder.finish()


def test_ragged_record_is_quarantined_whole(tmp_path):
    records, reading = _records(tmp_path, "a,b\n1,2\n3\n4,5,6\n7,8\n")
    assert [record for _, record in records] == [{"a": "1", "b": "2"}, {"a": "7", "b": "8"}]
    assert list(reading.rejects["row"]) == [3, 4]
    assert list(reading.rejects["reason"]) == ["has 1 cells, the header 2", "has 3 cells, the header 2"]
    assert "file_cut_short" not in reading.caveats


def test_cut_last_record_goes_whole(tmp_path):
    records, reading = _records(tmp_path, "a,b\n1,2\n3")
    assert len(records) == 1
    assert reading.caveats == ("file_cut_short",)
    assert reading.rejects["reason"][0].startswith("the file breaks off here")


def test_last_number_of_a_file_without_final_line_break_is_doubted(tmp_path):
    records, reading = _records(tmp_path, "a,b\n1,2\n3,45")
    assert records[-1] == (3, {"a": "3", "b": ""})
    assert reading.rejects.iloc[0][["row", "column", "found"]].to_list() == [3, "b", "45"]
    records, reading = _records(tmp_path, "a,b\n1,2\n3,word")
    assert records[-1] == (3, {"a": "3", "b": "word"}), "a word stands; that lines may be missing is told"
    assert reading.rejects["reason"].str.contains("lines may be missing").tolist() == [True]
    assert _records(tmp_path, "a,b\n1,2\n3,word\n")[1].rejects.empty


@pytest.mark.parametrize(("header", "words"), [("a,c", "lacks b"), ("a,b,b", "'b' twice")])
def test_wrong_header_is_refused(tmp_path, header, words):
    with pytest.raises(
        SourceError, match=rf"records\.csv, row 1, column b: the header .*{words}.*mend its header"
    ):
        _records(tmp_path, f"{header}\n1,2\n")


def test_first_of_repeats_stands():
    builder = ReadingBuilder("dust_hours")
    assert not builder.is_repeat(2, "key", (1.0,))
    assert builder.is_repeat(3, "key", (1.0,))
    assert builder.is_repeat(4, "key", (2.0,))
    reading = builder.finish()
    assert reading.caveats == ("repeated_rows_dropped",)
    assert reading.rejects.to_dict("records") == [
        {"row": 4, "column": "", "found": "2.0", "reason": "differs from row 2 of the same key, which stands"}
    ]


@pytest.mark.parametrize("name", TABLES)
def test_empty_reading_has_the_declared_columns(name):
    reading = ReadingBuilder(name).finish("甲市")
    assert {column: str(kind) for column, kind in reading.table.dtypes.items()} == TABLES[name]
    assert reading.caveats == ("file_without_rows",)
    assert reading.city_name == "甲市"
    joined = join_readings([reading, reading])
    assert joined.table.dtypes.equals(reading.table.dtypes)
    assert joined.caveats == ("file_without_rows",)


def test_out_of_range_number_is_quarantined():
    builder = ReadingBuilder("dust_hours")
    assert builder.number(2, "x", "5", low=0, high=10) == 5
    assert builder.number(2, "x", "11", low=0, high=10) is None
    assert builder.number(2, "x", "—", low=0, high=10) is None
    assert builder.concentration(3, "CO", "0", pollutant="CO", may_be_zero=True) == 0
    assert builder.concentration(3, "AQI", "999", pollutant="AQI") is None
    rejects = builder.finish().rejects
    assert list(rejects["found"]) == ["11", "999"]
    assert not any(math.isnan(row) for row in rejects["row"])
