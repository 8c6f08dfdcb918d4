"""A table of the statistics, shown as a page or saved as CSV."""

from flask.typing import ResponseReturnValue

from medialib.catalogue.people import Person
from medialib.catalogue.plays import LEAST_SHOWN
from medialib.catalogue.rights import viewer_of
from medialib.errors import N_, NotAllowed, NotFound
from medialib.services import Services
from medialib.web.desk import csv_files
from medialib.web.desk.shell import me, page
from medialib.web.desk.statistics_question import Asked
from medialib.web.desk.statistics_tables import KINDS, Table
from medialib.web.i18n import gettext


def names(person: Person) -> dict[str, str]:
    """The tables that this person may see, by their address."""
    whole = viewer_of(person).at_least("curator")
    return {key: gettext(kind.name) for key, kind in KINDS.items() if key != "days" and (whole or not kind.of_all)}


def show(services: Services, name: str, question: Asked) -> ResponseReturnValue:
    table = _read(services, name, question)
    return page(
        services, "statistics_table.html", section="statistics", asked=question, table=table, name=name,
        tables=names(me(services)), title=gettext(KINDS[name].name), least=LEAST_SHOWN,
    )  # fmt: skip


def save(services: Services, name: str, question: Asked) -> ResponseReturnValue:
    table = _read(services, name, question)
    title = f"{gettext(KINDS[name].name)} {question.span.first} {question.span.last}"
    rows = [(row.name, *(row.saved or row.figures)) for row in table.rows]
    return csv_files.answer([gettext(one) for one in table.saved or table.columns], rows, name=name, title=title)


def _read(services: Services, name: str, question: Asked) -> Table:
    if name not in KINDS:
        raise NotFound(N_("There is nothing at this address."))
    if KINDS[name].of_all and not viewer_of(me(services)).at_least("curator"):
        raise NotAllowed(N_("Your account does not have the right to do this."))
    with services.database.read() as session:
        return KINDS[name].ask(session, question)
