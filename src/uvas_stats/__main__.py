"""``python -m uvas_stats`` is ``uvas``."""

from uvas_stats.cli import main

main()
