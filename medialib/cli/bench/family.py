"""Which of the processes of a running library is which."""

from collections.abc import Callable, Iterable

import psutil

from medialib.cli.supervisor import process_name


def at_work(command: str, processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Those that the supervisor began for this command, and what these have forked."""
    return [one for one in processes if says(one.name) == process_name(command)]


def says(question: Callable[[], str]) -> str:
    """The answer of a process, or nothing when it has ended meanwhile."""
    try:
        return question()
    except psutil.NoSuchProcess:
        return ""
