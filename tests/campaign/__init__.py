"""Damaged files by the thousand: each is read as the undamaged one, refused in one line, or flagged.

``uv run python -m tests.campaign --n 10000`` makes so many mutants and prints the outcomes by reader and kind.
"""
