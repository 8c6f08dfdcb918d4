"""Passing a lesson on by paper: a poster with its title, its picture and a QR code, to print or to save."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from medialib import showing
from medialib.catalogue import lookups
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.posters import Posters
from medialib.delivery import qr, shapes
from medialib.errors import N_
from medialib.ingest import own_pictures
from medialib.ingest.handbill import Handbill, draw_handbill
from medialib.services import Services
from medialib.web import access
from medialib.web.i18n import gettext
from medialib.web.keeping import asked_again
from medialib.web.naming import absolute
from medialib.web.phone.cards import card_of
from medialib.web.phone.formats import month

_KEPT_SECONDS = 3600
_PICTURE_WIDTH = 1280


def make_blueprint(services: Services) -> Blueprint:
    blueprint = Blueprint("sharing", __name__)
    blueprint.add_url_rule(
        "/lessons/<lesson:lesson_id>/poster", "poster", access.members(lambda lesson_id: _page(services, lesson_id))
    )
    blueprint.add_url_rule(
        "/lessons/<lesson:lesson_id>/poster.png",
        "picture",
        access.members(lambda lesson_id: _picture(services, lesson_id)),
    )
    return blueprint


def _page(services: Services, lesson_id: str) -> ResponseReturnValue:
    with services.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        card = card_of(services, lesson, lookups.current_plan(session, lesson))
        return render_template("poster.html", lesson=lesson, card=card)


def _picture(services: Services, lesson_id: str) -> Response:
    with services.database.read() as session:
        handbill = _handbill(services, session, lookups.lesson(session, lesson_id))
    return asked_again(Response(draw_handbill(handbill), mimetype="image/png"), seconds=_KEPT_SECONDS)


def _handbill(services: Services, session: Session, lesson: Lesson) -> Handbill:
    plan = lookups.current_plan(session, lesson)
    pictures = showing.posters(services, lesson)
    facts = [lesson.unit_name or lesson.speaker, month(lesson.recorded)]
    watch, listen = N_("Point WeChat or a camera here to watch"), N_("Point WeChat or a camera here to listen")
    return Handbill(
        title=lesson.title,
        facts=" · ".join(filter(None, facts)),
        doing=gettext(watch if plan.video else listen),
        site=services.settings.site.name,
        code=qr.render_png(absolute(services, shapes.page_path(lesson.id))),
        cover=_cover(services, lesson, pictures),
    )


def _cover(services: Services, lesson: Lesson, pictures: Posters | None) -> bytes | None:
    """The lesson's picture, None until there is one."""
    if pictures is None:
        return None
    number = pictures.chosen(lesson.poster_choice)
    width = pictures.picture(number).nearest(_PICTURE_WIDTH)
    place = own_pictures.place_of(services.store, lesson, number, width)
    return place.read_bytes() if place.exists() else None
