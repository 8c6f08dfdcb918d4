"""Telling other systems: what is to be told is kept in the transaction of what happened, and told afterwards."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Collection, Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from medialib.catalogue import tokens
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.people import Person
from medialib.catalogue.people_edits import note
from medialib.catalogue.webhooks import EVENTS, TEST, Delivery, Event, Webhook
from medialib.errors import N_, BadRequest, NotFound

MOST_WEBHOOKS = 20
GIVES_UP_AFTER_SECONDS = 3 * 86_400
KEPT_SECONDS = 30 * 86_400
PAUSES_SECONDS = (30, 120, 600, 3600, 3 * 3600, 12 * 3600, 24 * 3600)
"""How long is waited before each further try; after the last one a delivery is over."""


def tell(session: Session, event: Event, lesson: Lesson, *, at: float | None = None) -> None:
    """Something happened to a lesson: whoever wants to know is told, not before `at` (unix seconds)."""
    now = time.time()
    for webhook in session.scalars(select(Webhook).where(Webhook.stopped_at.is_(None))):
        if event in webhook.events:
            about = {"lesson": lesson.id}
            session.add(Delivery(webhook_id=webhook.id, event=event, at=now, due_at=max(now, at or now), about=about))


def webhooks(session: Session) -> Sequence[Webhook]:
    return session.scalars(select(Webhook).order_by(Webhook.created_at, Webhook.id)).all()


def webhook(session: Session, webhook_id: str) -> Webhook:
    """Raises NotFound."""
    found = session.get(Webhook, webhook_id)
    if found is None:
        raise NotFound(N_("There is no such address to tell."), detail=webhook_id)
    return found


def that_gave_up(session: Session) -> Sequence[Webhook]:
    """Those that stopped by themselves, and wait for somebody."""
    return session.scalars(select(Webhook).where(Webhook.gave_up, Webhook.stopped_at.is_not(None))).all()


def deliveries(session: Session, webhook_id: str, *, most: int = 50) -> Sequence[Delivery]:
    """The latest first."""
    query = select(Delivery).where(Delivery.webhook_id == webhook_id)
    return session.scalars(query.order_by(Delivery.id.desc()).limit(most)).all()


def due(session: Session, *, besides: Collection[str] = ()) -> tuple[Delivery, Webhook] | None:
    """What is to be told next: what has waited longest, to an address that is not stopped and none of `besides`."""
    query = select(Delivery, Webhook).join(Webhook, Webhook.id == Delivery.webhook_id)
    query = query.where(Delivery.due_at <= time.time(), Webhook.stopped_at.is_(None), Webhook.id.not_in(besides))
    found = session.execute(query.order_by(Delivery.due_at, Delivery.id).limit(1)).first()
    return (found[0], found[1]) if found else None


def secret_of(webhook: Webhook, key: str) -> str:
    """What signs this webhook's messages: made of the library's secret, so that the database alone tells nobody."""
    return "wh_" + hmac.new(key.encode(), f"webhook:{webhook.id}:{webhook.seed}".encode(), hashlib.sha256).hexdigest()


def add(session: Session, *, address: str, events: Sequence[str], by: Person | None) -> Webhook:
    """Raises BadRequest. Whether the address may be reached is asked by whoever reaches it."""
    if not events or not set(events) <= set(EVENTS):
        raise BadRequest(N_("Please choose what is to be told."))
    if len(webhooks(session)) >= MOST_WEBHOOKS:
        raise BadRequest(N_("At most %(number)s addresses can be told."), values={"number": MOST_WEBHOOKS})
    made = Webhook(
        id=tokens.new_id(), address=address, events=[one for one in EVENTS if one in events],
        seed=secrets.token_hex(16), created_at=time.time(),
    )  # fmt: skip
    session.add(made)
    note(session, by, "webhook.added", on_id=made.id, on_name=address)
    session.flush()
    return made


def remove(session: Session, webhook_id: str, *, by: Person | None) -> None:
    one = webhook(session, webhook_id)
    session.execute(delete(Webhook).where(Webhook.id == webhook_id))
    note(session, by, "webhook.removed", on_id=webhook_id, on_name=one.address)


def stop(session: Session, webhook_id: str, *, by: Person | None) -> None:
    """Nothing is told to it until it goes on; what waits is dropped."""
    one = webhook(session, webhook_id)
    one.stopped_at, one.gave_up = time.time(), False
    _drop_waiting(session, webhook_id)
    note(session, by, "webhook.stopped", on_id=webhook_id, on_name=one.address)


def go_on(session: Session, webhook_id: str, *, by: Person | None) -> None:
    one = webhook(session, webhook_id)
    one.stopped_at, one.gave_up, one.failing_since = None, False, None
    note(session, by, "webhook.started", on_id=webhook_id, on_name=one.address)


def test(session: Session, webhook_id: str, *, by: Person | None) -> None:
    """Tell it something at once that means nothing; raises BadRequest for one that is stopped."""
    one = webhook(session, webhook_id)
    if one.stopped_at is not None:
        raise BadRequest(N_("This address is stopped. Please let it go on first."))
    now = time.time()
    session.add(Delivery(webhook_id=webhook_id, event=TEST, at=now, due_at=now, about={}))
    note(session, by, "webhook.tested", on_id=webhook_id, on_name=one.address)


def _drop_waiting(session: Session, webhook_id: str) -> None:
    waits = (Delivery.webhook_id == webhook_id, Delivery.due_at.is_not(None))
    session.execute(
        update(Delivery).where(*waits).values(due_at=None, problem=N_("It was stopped before this was told."))
    )


def settle(session: Session, delivery_id: int, *, status: int, problem: str) -> None:
    """A try is over: done, to be tried again later, or given up, with the whole address after days of failures."""
    one = session.get(Delivery, delivery_id)
    if one is None or one.due_at is None:
        return  # it was removed or stopped meanwhile
    to, now = webhook(session, one.webhook_id), time.time()
    one.attempts, one.status, one.problem, one.tried_at = one.attempts + 1, status, problem, now
    if one.succeeded:
        one.due_at, to.failing_since = None, None
        return
    last = one.event == TEST or one.attempts > len(PAUSES_SECONDS)
    one.due_at = None if last else now + PAUSES_SECONDS[one.attempts - 1]
    if one.event == TEST:
        return
    to.failing_since = to.failing_since or now
    if now - to.failing_since > GIVES_UP_AFTER_SECONDS:
        to.stopped_at, to.gave_up, one.due_at = now, True, None
        session.flush()
        _drop_waiting(session, to.id)
        note(session, None, "webhook.gave.up", on_id=to.id, on_name=to.address)


def still_due(session: Session, delivery_id: int) -> bool:
    """Whether it is still to be told: another try may have stopped its address meanwhile."""
    found = session.get(Delivery, delivery_id)
    return found is not None and found.due_at is not None and webhook(session, found.webhook_id).stopped_at is None


def drop(session: Session, delivery_id: int) -> None:
    """What is no longer so is told to nobody."""
    session.execute(delete(Delivery).where(Delivery.id == delivery_id))


def forget_old(session: Session) -> None:
    session.execute(delete(Delivery).where(Delivery.at < time.time() - KEPT_SECONDS, Delivery.due_at.is_(None)))
