"""From the publishers to data/raw: immutable snapshots, each with its origin."""
