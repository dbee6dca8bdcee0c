"""Editions under data/raw: immutable files, each edition with an origin.toml that says how it came."""
