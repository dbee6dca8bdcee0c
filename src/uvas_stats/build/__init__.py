"""From data/raw to data/processed: what a build reads, and how a file that was downloaded by hand comes in."""
