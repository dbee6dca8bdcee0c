"""uvas_stats."""
