"""The seeded demonstration: simulated raw files in the real feeds' own formats, marked as simulated."""

from helpers.run.demonstration.write import FIRST, LAST, write_demonstration

__all__ = ["FIRST", "LAST", "write_demonstration"]
