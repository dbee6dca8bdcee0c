"""The command line, ``uvas``, and the panel for a notebook."""

__all__ = ["main"]


def main() -> None:
    """Run the command line; what it consists of is loaded only then."""
    from uvas_stats.cli.app import main as run

    run()
