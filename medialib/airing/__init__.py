"""Channels on air: their epochs are made ahead, by whichever process first needs them, and read by all."""

from medialib.airing.shows import items_of, may_be_shown
from medialib.airing.station import KEPT_TICKS, Station, now_ticks
from medialib.airing.upkeep import keep_on_air

__all__ = ["KEPT_TICKS", "Station", "items_of", "keep_on_air", "may_be_shown", "now_ticks"]
