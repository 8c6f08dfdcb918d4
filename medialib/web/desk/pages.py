"""The desk's addresses, put together."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint
from flask_limiter import Limiter

from medialib.airing import Station
from medialib.catalogue import trims
from medialib.services import Services
from medialib.web.desk import (
    account,
    api_tokens,
    channels,
    curating,
    dots,
    figures,
    lesson,
    lesson_access,
    lesson_picture,
    lesson_readings,
    lesson_sound,
    lesson_trim,
    lessons,
    log,
    people,
    recordings,
    reports,
    review,
    screen_pairing,
    screenings,
    screens,
    shell,
    speakers,
    stage_words,
    statistics,
    todo,
    tus,
    units,
    uploading,
    webhooks,
)
from medialib.web.desk.timetable_rows import clock

_PARTS: tuple[Callable[[Blueprint, Services], None], ...] = (
    people.add_to,
    units.add_to,
    log.add_to,
    todo.add_to,
    lessons.add_to,
    lesson.add_to,
    lesson_sound.add_to,
    lesson_trim.add_to,
    lesson_picture.add_to,
    lesson_readings.add_to,
    review.add_to,
    lesson_access.add_to,
    speakers.add_to,
    screens.add_to,
    screenings.add_to,
    reports.add_to,
    statistics.add_to,
    curating.add_to,
    webhooks.add_to,
    tus.add_to,
    uploading.add_to,
    recordings.add_to,
)

_WORDS: dict[str, Callable[..., Any]] = {
    "moment": shell.moment,
    "typed_moment": shell.typed_moment,
    "heard": screens.heard,
    "dots": dots.dots_of,
    "sum_of": lambda towns, state: sum(len(one.of(state)) for one in towns),
    "clock_time": clock,
    "day_letter": lambda name: name[-1:] if not name.isascii() else name[:2],
    "told_bytes": figures.told_bytes,
    "count": figures.count,
    "role_name": shell.role_name,
    "not_for_all": lesson_access.not_for_all,
    "role_rights": shell.role_rights,
    "act_name": log.act_name,
    "told_details": log.told_details,
    "stage_name": stage_words.stage_name,
    "told_change": stage_words.told_change,
    "day_and_time": stage_words.day_and_time,
    "day": stage_words.day,
    "waited": stage_words.waited,
    "trim_time": trims.show_time,
}
"""What templates write values with."""


def make_blueprint(services: Services, limiter: Limiter, station: Station) -> Blueprint:
    blueprint = Blueprint("desk", __name__, url_prefix="/desk")
    for add in _PARTS:
        add(blueprint, services)
    for add_limited in (account.add_to, api_tokens.add_to, screen_pairing.add_to):
        add_limited(blueprint, services, limiter)
    channels.add_to(blueprint, services, station)
    for name, word in _WORDS.items():
        blueprint.add_app_template_filter(word, name)
    blueprint.add_app_template_global(lambda lesson_id: shell.may_edit(services, lesson_id), "may_edit")
    return blueprint
