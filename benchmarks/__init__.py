"""Measurements against other packages, in one run: ``uv run python -m benchmarks [AREA ...]``."""
