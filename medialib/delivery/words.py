"""Figures as people read them, on a page and in a terminal; pure."""


def clock(seconds: float) -> str:
    """A length: 8:40, 1:02:05. A half second counts as a whole one, as for the pages' scripts."""
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def position(seconds: float) -> str:
    """A place in a lesson, never later than it is: 3:12, 1:02:05."""
    return clock(int(seconds))
