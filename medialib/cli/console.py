"""Where commands print tables and lines."""

from rich.console import Console


def plain_console() -> Console:
    """Titles and names are other people's text: brackets and colons in them mean nothing."""
    return Console(markup=False, emoji=False, highlight=False)
