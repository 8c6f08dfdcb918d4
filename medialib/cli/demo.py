"""demo: lessons to look around with, and the way to be rid of them again."""

import os
import signal
import sys

import click

from medialib.cli import Library
from medialib.cli.processes import open_ready
from medialib.demo import Became, make_demonstration, remove_demonstration
from medialib.demo.lessons import Demonstration
from medialib.tasks import index_stale, worker_lives


@click.command()
@click.option("--remove", is_flag=True, help="Take the demonstration lessons away again.")
@click.pass_obj
def demo_command(library: Library, remove: bool) -> None:
    """Make ten drawn films and a series of four readings to look around with; those that are there are left."""
    services = open_ready(library)
    # Told to end, it gives its lease back, so that the next run goes on at once.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if remove:
        click.echo(f"{remove_demonstration(services)} demonstration lessons removed")
        return
    # Drawing gives way to the pages that are looked at meanwhile.
    os.nice(library.settings.tools.bulk_nice)
    make_demonstration(services, tell=_tell)
    if not worker_lives(services):
        index_stale(services)


def _tell(lesson: Demonstration, became: Became) -> None:
    click.echo(f"{became.value}  {lesson.details.title}")
