"""The matrix: real slices of data × periods, built and judged. The facts of the cases lie in ``shared``, not here."""
