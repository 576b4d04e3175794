#!/bin/sh
# Good guess: windrose draws a wind that blows equally from everywhere as a round rose, and a calm (speed 0, which
#   services write with direction 0) as no wind.
# Truth (2.0.0): with the default sixteen sectors and directions in whole tens of degrees, as weather services report
#   them, the petals of N, E, S and W are half as long again as the others (8.33 % against 5.56 %), for they hold three
#   tens and the others two. Unless calm_limit is given, every calm hour is a north wind: twelve calm hours and twelve
#   from the east make a rose that is half north.
# Why users here care: the winter calms under which PM2.5 gathers would point at whatever lies in the north. openair,
#   the other tool of this field, corrects for the tens and tells calms apart.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m pip install --quiet --root-user-action=ignore --target "$folder" windrose==2.0.0 matplotlib==3.11.2 numpy==2.4.6
PYTHONPATH="$folder" MPLBACKEND=Agg MPLCONFIGDIR="$folder" "${PYTHON:-python3}" - <<'CODE'
from importlib.metadata import version

import numpy as np
from windrose import WindroseAxes


def petals(direction, speed, **options):
    """Share of each of the sectors, north first, clockwise."""
    axes = WindroseAxes.from_ax()
    axes.bar(direction, speed, normed=True, **options)
    return axes._info["table"].sum(axis=0)


print("windrose", version("windrose"))
tens = np.tile(np.arange(10.0, 361, 10), 100)
even = petals(tens, np.full(len(tens), 3.0))
print("even wind in tens of degrees:", even.round(2).tolist())
direction, speed = np.repeat([0.0, 90.0], 12), np.repeat([0.0, 3.0], 12)
default, told = petals(direction, speed), petals(direction, speed, calm_limit=0.1)
print(f"12 calm hours, 12 from the east: north {default[0]:g} %, east {default[4]:g} %")
print(f"the same with calm_limit: north {told[0]:g} %, east {told[4]:g} %")
assert np.allclose(even[::4], 100 / 12) and np.allclose(np.delete(even, np.s_[::4]), 100 / 18)
assert (default[0], default[4], told[0], told[4]) == (50, 50, 0, 50)
CODE
