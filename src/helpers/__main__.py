"""``python -m helpers`` is the command line ``five-battles``."""

from helpers.run.cli import main

main()
