"""What a collection is shown by: the lesson, the drawing or the picture that its curator chose."""

from collections.abc import Sequence
from dataclasses import replace

from medialib.delivery.covers import shown_cover
from medialib.web.phone.cards import Card
from medialib.web.phone.covers import WIDE


def covered(card: Card, cover: str) -> Card:
    """A lesson's card with the drawing or picture that was chosen for the collection; else as it is."""
    kind, _, name = cover.partition(":")
    if kind == "drawn" and name in WIDE:
        return replace(card, cover=f"covers/{name}.svg", poster=None)
    own = shown_cover(name) if kind == "picture" else None
    return replace(card, poster=own) if own else card


def head_of(cover: str, cards: Sequence[Card]) -> Card | None:
    """The card that a collection of these lessons, in their order, is shown by; None without any."""
    chosen = (card for card in cards if cover == f"lesson:{card.lesson.id}")
    card = next(chosen, None) or next(iter(cards), None)
    return covered(card, cover) if card else None
