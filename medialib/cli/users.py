"""user: accounts from the command line, and the link by which the first administrator gets in."""

import sys
from datetime import datetime

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from medialib.catalogue import lookups, people_edits, people_lookups
from medialib.catalogue.people import ROLES, Person, Role
from medialib.cli import Library
from medialib.cli.addresses import reached_at
from medialib.cli.processes import open_ready
from medialib.errors import BadRequest, NotFound
from medialib.services import Services

FIRST_LOGIN = "admin"


@click.group()
def user_command() -> None:
    """People who may do more than watch."""


@user_command.command("add")
@click.argument("login")
@click.option("--name", default="", help="What others see; default: the sign-in name.")
@click.option("--role", type=click.Choice(ROLES), default="viewer", help="Default: viewer.")
@click.option("--unit", default="", help="Slug or name of a unit; an editor needs one.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of making a link.")
@click.pass_obj
def add_command(library: Library, login: str, name: str, role: Role, unit: str, password_stdin: bool) -> None:
    """Make an account for LOGIN, and a link with which its password is chosen."""
    services = open_ready(library)
    password = _read_password() if password_stdin else None
    with services.database.begin() as session:
        slug = _unit_slug(session, unit)
        if role == "editor" and slug is None:
            raise BadRequest("A unit editor needs a unit. Please choose one.")
        person = people_edits.add_person(
            session, login=login, name=name, role=role, unit_slug=slug, password=password, by=None
        )
        click.echo(f"{person.login}: {person.role}")
        if password is None:
            _print_link(services, session, person)


@user_command.command("passwd")
@click.argument("login")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of making a link.")
@click.pass_obj
def passwd_command(library: Library, login: str, password_stdin: bool) -> None:
    """Make a link with which LOGIN's password is chosen anew."""
    services = open_ready(library)
    password = _read_password() if password_stdin else None
    with services.database.begin() as session:
        person = _person(session, login)
        if password is None:
            _print_link(services, session, person)
        else:
            people_edits.set_password(session, person, password, by=None)
            click.echo(f"{person.login}: the new password holds; devices are signed out, keys for programs have ended.")


@user_command.command("disable")
@click.argument("login")
@click.pass_obj
def disable_command(library: Library, login: str) -> None:
    """Keep LOGIN from signing in; every device is signed out at once, and keys for programs end."""
    services = open_ready(library)
    with services.database.begin() as session:
        people_edits.disable(session, _person(session, login), by=None)
    click.echo(f"{login}: disabled")


@user_command.command("enable")
@click.argument("login")
@click.pass_obj
def enable_command(library: Library, login: str) -> None:
    """Let LOGIN sign in again."""
    services = open_ready(library)
    with services.database.begin() as session:
        people_edits.enable(session, _person(session, login), by=None)
    click.echo(f"{login}: enabled")


@user_command.command("list")
@click.pass_obj
def list_users_command(library: Library) -> None:
    """All accounts."""
    services = open_ready(library)
    table = Table("login", "name", "role", "unit", "state", "since")
    with services.database.read() as session:
        for one in people_lookups.people(session):
            state = "disabled" if one.disabled_at else "can sign in" if one.password_hash else "no password yet"
            unit = one.unit.name if one.unit else ""
            since = f"{datetime.fromtimestamp(one.created_at):%Y-%m-%d}"
            table.add_row(one.login, one.name, one.role, unit, state, since)
    Console().print(table)


def first_link(services: Services, *, again: bool) -> str:
    """What to print when nobody can administer this library yet: a link that works once; "" when somebody can.

    With `again` a new link is made each time, and the one before is void; else only when none is open, as a server
    that is started by `run` must not take back what was just printed.
    """
    with services.database.begin() as session:
        if people_lookups.has_working_admin(session):
            return ""
        person = people_lookups.find_person(session, FIRST_LOGIN) or people_edits.add_person(
            session, login=FIRST_LOGIN, name=FIRST_LOGIN, role="admin", unit_slug=None, by=None
        )
        if person.role != "admin" or person.disabled_at is not None:
            return "Nobody can administer this library. Make an account: medialib user add NAME --role admin"
        if not again and people_lookups.open_tickets(session, "password", person_id=person.id):
            return ""
        hours = services.settings.access.link_hours
        return (
            "Nobody administers this library yet. To choose the administrator's password, open within "
            f"{hours:g} hours:\n  {_link(services, session, person)}\n"
            f"It works once. A new one: medialib user passwd {FIRST_LOGIN}"
        )


def _person(session: Session, login: str) -> Person:
    found = people_lookups.find_person(session, login)
    if found is None:
        raise NotFound("There is no such person.", detail=login)
    return found


def _unit_slug(session: Session, name: str) -> str | None:
    if not name:
        return None
    found = lookups.find_unit(session, name)
    if found is None:
        raise BadRequest("There is no such unit.", detail=name)
    return found.slug


def _read_password() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _print_link(services: Services, session: Session, person: Person) -> None:
    hours = services.settings.access.link_hours
    click.echo(f"To choose the password, open within {hours:g} hours (it works once):")
    click.echo(f"  {_link(services, session, person)}")


def _link(services: Services, session: Session, person: Person) -> str:
    token = people_edits.password_link(session, person, hours=services.settings.access.link_hours, by=None)
    site = services.settings.site.address or reached_at(services.settings.server)
    return f"{site}/password/{token}"
