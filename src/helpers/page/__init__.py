"""Room of the suite; see docs/architecture.md."""

# Environment variable of a process whose charts carry a bitmap for Word; drawing one takes longer than the chart.
BITMAPS = "FIVE_BATTLES_BITMAPS"
