"""What is asked for and not there yet: it is hurried, waited for, and refused with a sentence when it fails."""

import select
import socket
import time
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

from flask import current_app, request
from werkzeug.exceptions import ClientDisconnected

from medialib.catalogue import lookups, work_lookups
from medialib.catalogue.cuts import Cuts
from medialib.catalogue.plans import Plan, Rendition, VideoRendition
from medialib.errors import N_, NotFound, NotReady
from medialib.jobs.queue import HOT
from medialib.services import Services

_LOOK_SECONDS = 0.03
_ASK_CATALOGUE_SECONDS = 0.5
_ASK_AGAIN_SECONDS = 1.0
_RETRY_SECONDS = 2

# When this process last asked again for what many may wait for.
_asked_again: dict[Path, float] = {}


def services() -> Services:
    opened: Services = current_app.extensions["medialib"]
    return opened


def planned(lesson_id: str, version: int, name: str) -> tuple[Plan, Rendition]:
    with services().database.read() as session:
        plan = lookups.plan(session, lesson_id, version)
        left_out = work_lookups.left_out(session, lesson_id, version)
    rendition = plan.rendition(name)
    if rendition is None or name in left_out:
        raise NotFound(N_("There is no such recording."), detail=f"{lesson_id} v{version} {name}")
    return plan, rendition


def copied_seconds(lesson_id: str, plan: Plan, rendition: Rendition) -> Sequence[Fraction] | None:
    """The segments' seconds of a copied rendition, None for an encoded one; raises NotReady until that is decided."""
    if not isinstance(rendition, VideoRendition) or not rendition.copied:
        return None
    cuts = Cuts.read(services().store.cuts(lesson_id, plan.version, rendition.name))
    if cuts is None:
        raise NotReady(N_("This part is still being made. Please wait a moment."), retry_seconds=_RETRY_SECONDS)
    return cuts.durations if cuts.copied else None


def refuse_if_copied(lesson_id: str, plan: Plan, rendition: Rendition) -> None:
    """A copy is made whole and offered then: nobody needs to wait for a part of it, and none can be hurried."""
    if copied_seconds(lesson_id, plan, rendition):
        raise NotReady(N_("This part is still being made. Please wait a moment."), retry_seconds=_RETRY_SECONDS)


def hurry(work: str, *arguments: str | int, queue: str = HOT) -> None:
    opened = services()
    opened.queues.send(queue, work, *arguments, within_seconds=opened.settings.runs.hot_wait_seconds)


def wait_for(
    place: Path,
    lesson_id: str,
    step: str,
    ask_for: Callable[[], None],
    *,
    asked: bool = False,
    patience: float | None = None,
) -> None:
    """Ask for a file and wait until it is there; raises NotReady when it does not come in time or its run failed.

    It is asked for every second: the run that was to make it may have given way to another. Raises ClientDisconnected
    when nobody waits any longer: a player that has jumped away must not slow down what it asks for now.
    `asked`: it was asked for just now. `patience` is how many times longer than for a segment it may take, for what is
    asked for once only.
    """
    opened = services()
    _refuse_if_resting(opened, lesson_id, step)
    if not asked:
        ask_for()
    now = began = time.monotonic()
    end, ask = now + (patience or 1.0) * opened.settings.runs.hot_wait_seconds, now + _ASK_CATALOGUE_SECONDS
    try:
        while not place.exists():
            now = time.monotonic()
            if now > end:
                raise NotReady(N_("This part is still being made. Please wait a moment."), retry_seconds=_RETRY_SECONDS)
            if now > ask:
                _refuse_if_gone()
                _refuse_if_resting(opened, lesson_id, step)
                ask = now + _ASK_CATALOGUE_SECONDS
            if patience is None and now - _asked_again.get(place, began) > _ASK_AGAIN_SECONDS:
                _asked_again[place] = now
                ask_for()
            time.sleep(_LOOK_SECONDS)
    finally:
        _asked_again.pop(place, None)


def _refuse_if_gone() -> None:
    """As far as the server lends us its socket: what can be read of a closed one is nothing."""
    connection: socket.socket | None = request.environ.get("gunicorn.socket")
    if connection is None or not select.select([connection], [], [], 0)[0]:
        return
    try:
        gone = not connection.recv(1, socket.MSG_PEEK)
    except OSError:
        gone = True
    if gone:
        raise ClientDisconnected


def _refuse_if_resting(opened: Services, lesson_id: str, step: str) -> None:
    with opened.database.read() as session:
        failed = work_lookups.step_left(session, lesson_id, step)
    if failed and failed.rests:
        seconds = max(_RETRY_SECONDS, int(failed.retry_at - time.time()))
        raise NotReady(failed.message, retry_seconds=seconds, detail=failed.detail)
