"""What members say is wrong with lessons, until somebody has seen to it, which can be taken back."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from medialib.catalogue import reports
from medialib.catalogue.rights import viewer_of
from medialib.services import Services
from medialib.web import access
from medialib.web.desk.shell import me, page
from medialib.web.i18n import gettext
from medialib.web.phone.reporting import KINDS


def add_to(blueprint: Blueprint, services: Services) -> None:
    editors = access.at_least("editor")
    blueprint.add_url_rule("/reports", "reports", editors(lambda: _list(services)))
    path = "/reports/<int:report_id>/<state>"
    blueprint.add_url_rule(
        path, "settle_report", editors(lambda report_id, state: _settle(services, report_id, state)), methods=["POST"]
    )


def _list(services: Services) -> ResponseReturnValue:
    viewer = viewer_of(me(services))
    with services.database.read() as session:
        told = reports.open_reports(session, viewer)
        kinds = {kind: gettext(label) for kind, label in KINDS.items()}
        settled = request.args.get("settled", "")
        return page(services, "reports.html", section="reports", told=told, kinds=kinds, settled=settled)


def _settle(services: Services, report_id: int, state: str) -> ResponseReturnValue:
    """`state` is closed or open."""
    viewer = viewer_of(me(services))
    with services.database.begin() as session:
        reports.settle(reports.report(session, viewer, report_id), closed=state == "closed")
    return redirect(url_for("desk.reports", settled=report_id if state == "closed" else None))
