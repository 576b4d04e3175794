"""Room of the suite; see docs/architecture.md."""
