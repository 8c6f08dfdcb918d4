"""A tune as ffmpeg's expression of `t`: plucked strings over long low notes (pure)."""

import math

from pydantic import BaseModel, ConfigDict

# Semitones above the root, in the pentatonic scale and its fourth.
_SEMITONES = {"1": 0, "2": 2, "3": 4, "4": 5, "5": 7, "6": 9, "8": 12, "9": 14}
_RING_SECONDS, _LOW_RING_SECONDS = 2.4, 3.2

# A small bell for whoever only listens: here the next sentence begins.
CHIME = "0.09*(sin(6576*t)+0.5*sin(9852*t)+0.2*sin(13180*t))*exp(-5*t)*min(1,t*200)"
CHIME_SECONDS = 1.2


class Tune(BaseModel):
    """A phrase that is repeated, in numbered notation: a letter a beat, 8 and 9 are the high 1 and 2, a dot rests."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    notes: str
    bass: str
    root_hertz: float
    beat_seconds: float


def phrase(tune: Tune) -> str:
    """The phrase: every note rings on into the next, the last ones into the first."""
    notes = [_pluck(tune, place) for place, name in enumerate(tune.notes) if name in _SEMITONES]
    return "+".join([*notes, *(_low(tune, place) for place, name in enumerate(tune.bass) if name in _SEMITONES)])


def phrase_seconds(tune: Tune) -> float:
    return len(tune.notes) * tune.beat_seconds


def _pluck(tune: Tune, place: int) -> str:
    turns = _turns(tune, tune.notes[place])
    colours = "+".join(f"{part}*sin({turns * number:.3f}*ld(0))" for number, part in ((1, 1), (2, 0.34), (3, 0.12)))
    return _note(tune, place, f"0.2*({colours})*exp(-2.2*ld(0))*min(1,ld(0)*120)", _RING_SECONDS)


def _low(tune: Tune, place: int) -> str:
    turns = _turns(tune, tune.bass[place]) / 2
    colours = f"sin({turns:.3f}*ld(0))+0.4*sin({turns * 2:.3f}*ld(0))"
    return _note(tune, place, f"0.13*({colours})*exp(-1.1*ld(0))*min(1,ld(0)*30)", _LOW_RING_SECONDS)


def _turns(tune: Tune, name: str) -> float:
    return math.tau * tune.root_hertz * math.exp2(_SEMITONES[name] / 12)


def _note(tune: Tune, place: int, sound: str, ring_seconds: float) -> str:
    length = phrase_seconds(tune)
    since = f"mod(t-{place * tune.beat_seconds:.3f}+{length:.3f},{length:.3f})"
    return f"if(lt(st(0,{since}),{ring_seconds}),{sound},0)"
