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
    lesson_trim,
    lessons,
    log,
    people,
    recordings,
    reports,
    review,
    screen_orders,
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


def make_blueprint(services: Services, limiter: Limiter, station: Station) -> Blueprint:
    blueprint = Blueprint("desk", __name__, url_prefix="/desk")
    account.add_to(blueprint, services, limiter)
    api_tokens.add_to(blueprint, services, limiter)
    people.add_to(blueprint, services)
    units.add_to(blueprint, services)
    log.add_to(blueprint, services)
    todo.add_to(blueprint, services)
    lessons.add_to(blueprint, services)
    lesson.add_to(blueprint, services)
    lesson_trim.add_to(blueprint, services)
    lesson_picture.add_to(blueprint, services)
    lesson_readings.add_to(blueprint, services)
    review.add_to(blueprint, services)
    lesson_access.add_to(blueprint, services)
    speakers.add_to(blueprint, services)
    screens.add_to(blueprint, services)
    screen_pairing.add_to(blueprint, services, limiter)
    screen_orders.add_to(blueprint, services)
    channels.add_to(blueprint, services, station)
    screenings.add_to(blueprint, services)
    reports.add_to(blueprint, services)
    statistics.add_to(blueprint, services)
    curating.add_to(blueprint, services)
    webhooks.add_to(blueprint, services)
    tus.add_to(blueprint, services)
    uploading.add_to(blueprint, services)
    recordings.add_to(blueprint, services)
    words: dict[str, Callable[..., Any]] = {
        "moment": shell.moment,
        "typed_moment": shell.typed_moment,
        "heard": screens.heard,
        "dots": dots.dots_of,
        "sum_of": lambda towns, state: sum(len(one.of(state)) for one in towns),
        "clock_time": channels.clock,
        "day_letter": lambda name: name[-1:] if not name.isascii() else name[:2],
        "told_bytes": figures.told_bytes,
        "count": figures.count,
        "role_name": shell.role_name,
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
    for name, word in words.items():
        blueprint.add_app_template_filter(word, name)
    blueprint.add_app_template_global(lambda lesson_id: shell.may_edit(services, lesson_id), "may_edit")
    return blueprint
