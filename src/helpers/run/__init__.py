"""Room of the suite; see docs/architecture.md."""

import sys

# jsonschema compiles a grammar for an unused string format whenever nbformat or papermill is imported, for a second;
# it guards this import itself.
sys.modules.setdefault("rfc3987_syntax", None)
