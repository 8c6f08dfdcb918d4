"""What belongs to somebody: a speaker's lessons, and what this phone keeps for the one who holds it."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from medialib.catalogue import lookups
from medialib.errors import N_, NotFound
from medialib.services import Services
from medialib.web import access
from medialib.web.phone.cards import cards_of

MOST_LESSONS = 200


def make_blueprint(services: Services) -> Blueprint:
    blueprint = Blueprint("people", __name__)
    blueprint.add_url_rule("/mine", "mine", access.public(_mine))
    blueprint.add_url_rule("/speakers/<path:name>", "speaker", access.members(lambda name: _speaker(services, name)))
    return blueprint


def _mine() -> ResponseReturnValue:
    """What was played and saved stays on the phone: the page's script fills it in."""
    return render_template("mine.html")


def _speaker(services: Services, name: str) -> ResponseReturnValue:
    with services.database.read() as session:
        lessons = lookups.lessons_by_speaker(session, name, limit=MOST_LESSONS)
        if not lessons:
            raise NotFound(N_("There is no lesson by this speaker."), detail=name)
        units = {one.unit.slug: one.unit for one in lessons if one.unit}
        return render_template(
            "speaker.html",
            name=name,
            units=list(units.values()),
            cards=cards_of(services, session, lessons),
            seconds=sum(one.seconds for one in lessons),
        )
