"""What is known of a format and of no source: grids, marks and numbers in text, JSON-stat, pivot caches."""
