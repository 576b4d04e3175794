"""What researchers use: one import, plain pandas, and the panels at the end of the notebooks."""
