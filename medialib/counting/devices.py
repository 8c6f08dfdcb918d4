"""What kind of device asks, by what it calls itself; the name itself is kept nowhere (pure)."""

import re
from typing import Literal

Device = Literal["phone", "desktop", "television", "podcast", "other"]

Way = Literal["watched", "listened"]

# The first that fits. Television boxes call themselves Android too, and podcast programs name the phone they run on.
_KINDS: tuple[tuple[Device, str], ...] = (
    ("podcast", r"podcast|antennapod|overcast|pocket ?casts|castro|ximalaya|xiaoyuzhou|itunes"),
    ("television", r"smart-?tv|\btv\b|hbbtv|tizen|web0s|bravia|mibox|\bstb|set-?top|kodi|roku|\baft[a-z]{1,4}\b"),
    ("phone", r"mobile|android|iphone|ipad|ipod|harmonyos|micromessenger|windows phone"),
    ("desktop", r"windows|macintosh|x11|cros|linux|vlc|mpv|winamp|foobar"),
)
_ROBOT = re.compile(r"bot\b|crawl|spider|slurp|curl|wget|python|go-http|java/|okhttp-probe|monitor|preview|^$", re.I)
# What plays for the page of a browser calls itself by its own name: the page has counted already.
_OF_BROWSERS = re.compile(r"^Mozilla/|AppleCoreMedia|stagefright", re.I)


def device_of(user_agent: str) -> Device:
    return next((device for device, known in _KINDS if re.search(known, user_agent, re.I)), "other")


def is_robot(user_agent: str) -> bool:
    """Programs that fetch without anybody watching, and those that do not say what they are."""
    return bool(_ROBOT.search(user_agent))


def may_be_a_page(user_agent: str) -> bool:
    """Whether what asks may belong to a page of ours, which tells itself what it plays."""
    return bool(_OF_BROWSERS.search(user_agent))
