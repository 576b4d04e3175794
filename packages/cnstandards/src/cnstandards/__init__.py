"""China's environmental assessment standards, computed exactly: air, surface water, soil, noise, ecology.

Each room is imported when it is first used: ``from cnstandards import air``.
"""
