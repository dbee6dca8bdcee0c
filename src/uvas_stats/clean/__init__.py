"""data/raw to observations, offline: one reader for each format."""
