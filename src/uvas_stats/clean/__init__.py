"""From data/raw to observations, offline: one reader for each format."""

from uvas_stats.clean.readers import READERS, read_documents, read_raw

__all__ = ["READERS", "read_documents", "read_raw"]
