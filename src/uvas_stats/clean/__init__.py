"""From data/raw to observations, offline: one reader for each format."""

from uvas_stats.clean.pxweb import concat_observations
from uvas_stats.clean.readers import READERS, read_documents, read_raw

__all__ = ["READERS", "concat_observations", "read_documents", "read_raw"]
