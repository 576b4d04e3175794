#!/bin/sh
# Good guess: in pymannkendall's correlated_seasonal_test (Hirsch and Slack 1984) a missing month costs the pairs of that
#   month alone, as in its seasonal_test and as the paper's own formulas for missing values have it.
# Truth (1.4.3): every year with one missing month is dropped whole and without a word. Of ten years with eight Junes
#   missing (112 of 120 values there) it judges two: the clear fall (p 0.002) becomes "no trend", p 0.317, exactly as
#   if only those two years had been given. One missing month in every year ends in a ZeroDivisionError.
# Why users here care: this is the test for months that depend on each other, and rivers under ice and stations under
#   repair lack the same month every year. A gap must cost what it hides, not the year.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m pip install --quiet --root-user-action=ignore --target "$folder" pymannkendall==1.4.3 numpy==2.4.6 scipy==1.17.1
PYTHONPATH="$folder" "${PYTHON:-python3}" - <<'CODE'
from importlib.metadata import version

import numpy as np
import pymannkendall as mk

print("pymannkendall", version("pymannkendall"))
month = np.arange(120)
series = 50 + 10 * np.cos(2 * np.pi * month / 12) - 0.05 * month + np.random.default_rng(1).normal(0, 3, 120)
whole = mk.correlated_seasonal_test(series, period=12)
gaps = series.copy()
gaps[5:96:12] = np.nan
few, two_years = mk.correlated_seasonal_test(gaps, period=12), mk.correlated_seasonal_test(series[96:], period=12)
plain = mk.seasonal_test(gaps, period=12)
for name, found in (("ten years", whole), ("eight Junes missing", few), ("the last two years alone", two_years)):
    print(f"{name}: {found.trend}, S {found.s:g}, variance {found.var_s:g}, p {found.p:.3g}")
print(f"eight Junes missing, seasonal_test without covariance: {plain.trend}, S {plain.s:g}, p {plain.p:.3g}")
assert whole.trend == plain.trend == "decreasing" and few.trend == "no trend"
assert (few.s, few.var_s, few.p) == (two_years.s, two_years.var_s, two_years.p)
gaps = series.copy()
gaps[5::12] = np.nan
try:
    mk.correlated_seasonal_test(gaps, period=12)
except ZeroDivisionError as error:
    print("every June missing: ZeroDivisionError:", error)
else:
    raise SystemExit("every June missing no longer ends in a ZeroDivisionError")
CODE
