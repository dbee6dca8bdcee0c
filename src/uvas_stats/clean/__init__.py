"""From data/raw to observations, offline: one reader for each format."""

from uvas_stats.clean.kolada import newest_similar
from uvas_stats.clean.readers import EDITION_READERS, READERS, read_documents, read_edition, read_raw

__all__ = [
    "EDITION_READERS",
    "READERS",
    "newest_similar",
    "read_documents",
    "read_edition",
    "read_raw",
]
