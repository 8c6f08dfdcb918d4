"""What stands in for the picture of a lesson that has none, or for its sound, where lessons are joined; pure.

A stream keeps its tracks from the first lesson to the last: players stop, or lose the rest, when one is missing for
a while. So a reading among films shows its poster, and a film without sound is silent.
"""

from fractions import Fraction

from medialib.catalogue.plans import SAMPLE_RATE, SAMPLES_PER_FRAME, AudioRendition, Plan, Rendition

WIDTH, HEIGHT = 854, 480
FRAMES_PER_SECOND = 25
PICTURE_CODECS = "avc1.64001F"
PICTURE_PEAK_BITS_PER_SECOND = 400_000
PICTURE_AVERAGE_BITS_PER_SECOND = 60_000
SILENCE_CODECS = "mp4a.40.2"
SILENCE_BITS_PER_SECOND = 8_000
LONGEST_SEGMENT_SECONDS = 10
"""A template holds so much; `ladder.segment_seconds` allows no more."""


def picture_durations(plan: Plan) -> list[Fraction]:
    """Seconds of each segment of the still picture of a lesson without one: it ends exactly with the sound."""
    whole = [Fraction(plan.segment_seconds)] * (plan.segment_count - 1)
    return [*whole, plan.renditions[0].seconds - plan.segment_seconds * (plan.segment_count - 1)]


def silence(plan: Plan) -> AudioRendition:
    """The silence of a lesson without sound: at most one AAC frame longer than its picture."""
    frames = -(-plan.renditions[0].seconds * SAMPLE_RATE // SAMPLES_PER_FRAME)
    return AudioRendition(name="silence", channels=2, bits_per_second=SILENCE_BITS_PER_SECOND, frames=int(frames))


def longest(plan: Plan) -> Fraction:
    """How long a lesson takes in a joined stream: its picture or its sound, whichever ends later."""
    tracks: list[Rendition] = [*plan.video[:1], *plan.usual_audio[-1:]]
    if not plan.audio:
        tracks.append(silence(plan))
    return max(one.seconds for one in tracks)
