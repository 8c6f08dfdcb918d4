"""The desk's addresses, put together."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint
from flask_limiter import Limiter

from medialib.services import Services
from medialib.web.desk import (
    account,
    api_tokens,
    curating,
    figures,
    lesson_access,
    log,
    people,
    shell,
    statistics,
    units,
)


def make_blueprint(services: Services, limiter: Limiter) -> Blueprint:
    blueprint = Blueprint("desk", __name__, url_prefix="/desk")
    account.add_to(blueprint, services, limiter)
    api_tokens.add_to(blueprint, services, limiter)
    people.add_to(blueprint, services)
    units.add_to(blueprint, services)
    log.add_to(blueprint, services)
    lesson_access.add_to(blueprint, services)
    statistics.add_to(blueprint, services)
    curating.add_to(blueprint, services)
    words: dict[str, Callable[..., Any]] = {
        "moment": shell.moment,
        "told_bytes": figures.told_bytes,
        "count": figures.count,
        "role_name": shell.role_name,
        "role_rights": shell.role_rights,
        "act_name": log.act_name,
        "told_details": log.told_details,
    }
    for name, word in words.items():
        blueprint.add_app_template_filter(word, name)
    blueprint.add_app_template_global(lambda lesson_id: shell.may_edit(services, lesson_id), "may_edit")
    return blueprint
