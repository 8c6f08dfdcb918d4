"""Running lines: to which screens a person may say one, which of them run now or later, and who takes one off."""

from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy.orm import Session

from medialib.catalogue import screen_edits, screen_lookups, unit_tree, upload_lookups
from medialib.catalogue.people import Person
from medialib.catalogue.rights import Viewer, viewer_of
from medialib.catalogue.screens import Screen, ScreenMessage
from medialib.errors import N_, BadRequest, NotAllowed, NotFound


@dataclass(frozen=True, kw_only=True)
class Words:
    """What runs along the bottom, from one unix second to another."""

    text: str
    begins_at: float
    ends_at: float


@dataclass(frozen=True, kw_only=True)
class RunningLine:
    """A line, told once for all the `screens` (ids) that were told together; they are none when it is for a unit, for a
    group or for all. `mine` may be taken off by whoever asks.
    """

    message: ScreenMessage
    screens: Sequence[str]
    mine: bool

    @property
    def unit_slug(self) -> str:
        return self.message.unit_path.rstrip("/").rpartition("/")[2]


def say_to_unit(session: Session, words: Words, unit_slug: str, *, by: Person) -> ScreenMessage:
    """To all screens of a unit and below it; raises BadRequest when it is not this person's."""
    upload_lookups.require_own_unit(session, by, unit_slug)
    path = unit_tree.unit(session, unit_slug).path
    return screen_edits.add_message(session, **asdict(words), unit_path=path, by=by)


def say_to_group(session: Session, words: Words, group: str, *, by: Person) -> ScreenMessage:
    """To the screens of a group as far as they are this person's to tell; raises NotFound when no screen is in it."""
    if group not in screen_lookups.groups(session):
        raise NotFound(N_("There is no such group of screens."), detail=group)
    path = "" if viewer_of(by).at_least("curator") else _own_path(by)
    return screen_edits.add_message(session, **asdict(words), group=group, unit_path=path, by=by)


def say_to_all(session: Session, words: Words, *, by: Person) -> ScreenMessage:
    """To those that come, too; raises NotAllowed for editors."""
    if not viewer_of(by).at_least("curator"):
        raise NotAllowed(N_("Your account does not have the right to do this."))
    return screen_edits.add_message(session, **asdict(words), by=by)


def say_on(session: Session, words: Words, chosen: Sequence[Screen], *, by: Person) -> ScreenMessage:
    """To these screens, of which there is one at least; when they are all that there are, to those that come, too."""
    if viewer_of(by).at_least("curator") and len(chosen) == screen_lookups.count(session):
        return say_to_all(session, words, by=by)
    said = [screen_edits.add_message(session, **asdict(words), screen_id=one.id, by=by) for one in chosen]
    return said[0]


def unsay(session: Session, message_id: str, *, by: Person) -> None:
    """Raises NotAllowed for a line of others, and NotFound."""
    found = session.get(ScreenMessage, message_id)
    viewer = viewer_of(by)
    if found is None:
        raise NotFound(N_("This line does not run any more."), detail=message_id)
    if not screen_lookups.may_unsay(session, found, viewer):
        raise NotAllowed(N_("Your account does not have the right to do this."))
    screen_edits.remove_message(session, found, viewer)


def lines(session: Session, viewer: Viewer) -> list[RunningLine]:
    """Those that run now or later, of single screens those of this viewer."""
    mine = {one.id for one in screen_lookups.screens(session, viewer)}
    found: dict[Hashable, list[ScreenMessage]] = {}
    for one in screen_lookups.messages(session):
        if one.screen_id is None or one.screen_id in mine:
            found.setdefault(_told_together(one), []).append(one)
    return [
        RunningLine(
            message=some[0], screens=[one.screen_id for one in some if one.screen_id],
            mine=screen_lookups.may_unsay(session, some[0], viewer),
        )
        for some in found.values()
    ]  # fmt: skip


def line_of(session: Session, message: ScreenMessage, viewer: Viewer) -> RunningLine:
    """The line that this is, or is a part of."""
    return next(one for one in lines(session, viewer) if _told_together(one.message) == _told_together(message))


def _told_together(one: ScreenMessage) -> Hashable:
    """The same for all messages that are one line."""
    return (one.text, one.begins_at, one.ends_at) if one.screen_id else one.id


def _own_path(person: Person) -> str:
    """Raises BadRequest for an editor without a unit, who would tell all screens."""
    if not person.unit_path:
        raise BadRequest(N_("Please choose your unit, or one that belongs to it."))
    return person.unit_path
