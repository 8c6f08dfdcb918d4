"""replan: lessons made anew by the present settings."""

import sys

import click

from medialib.catalogue import lookups
from medialib.catalogue.plans import Plan
from medialib.cli import Library
from medialib.cli.processes import open_ready
from medialib.errors import MedialibError
from medialib.ingest.replanning import replan
from medialib.jobs.queue import BULK, HOT
from medialib.services import Services


@click.command()
@click.argument("lessons", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every lesson of the library.")
@click.pass_obj
def replan_command(library: Library, lessons: tuple[str, ...], everything: bool) -> None:
    """Make lessons anew by the present settings; each plays as before until its new version plays everywhere."""
    if bool(lessons) == everything:
        raise click.UsageError("Name the lessons, or say --all.")
    services = open_ready(library)
    if everything:
        with services.database.read() as session:
            lessons = tuple(one.id for one in lookups.all_lessons(session))
    if not all([_replan(services, one) for one in lessons]):
        sys.exit(1)


def _replan(services: Services, lesson_id: str) -> bool:
    """Whether it went well; what became of it is said."""
    try:
        plan = replan(services.workshop, lesson_id)
    except MedialibError as error:
        click.echo(f"{lesson_id}: {error}", err=True)
        return False
    if plan is None:
        click.echo(f"{lesson_id}: the settings change nothing")
        return True
    services.queues.send(HOT, "prepare", lesson_id)
    services.queues.send(BULK, "advance")
    click.echo(f"{lesson_id}: version {plan.version} is being made: {_named(plan)}")
    return True


def _named(plan: Plan) -> str:
    return ", ".join(one.name for one in plan.renditions)
