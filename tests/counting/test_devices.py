"""What programs call themselves, and what they are."""

import pytest

from medialib.counting.devices import device_of, is_robot, may_be_a_page

AGENTS = [
    ("Mozilla/5.0 (Linux; Android 12; V2171A) AppleWebKit/537.36 Chrome/107.0 Mobile MicroMessenger/8.0", "phone"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 Version/16.5 Mobile/15E148", "phone"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/109.0 Safari/537.36", "desktop"),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0", "desktop"),
    ("Mozilla/5.0 (Linux; Android 9; SmartTV Build/PI) AppleWebKit/537.36 Chrome/88.0", "television"),
    ("Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36", "television"),
    ("Kodi/20.1 (X11; Linux aarch64)", "television"),
    ("Podcasts/1650.1 CFNetwork/1408.0.4 Darwin/22.5.0", "podcast"),
    ("AntennaPod/3.1.1", "podcast"),
    ("VLC/3.0.18 LibVLC/3.0.18", "desktop"),
    ("ExoPlayerLib/2.18", "other"),
    ("", "other"),
]  # fmt: skip


@pytest.mark.parametrize(("agent", "device"), AGENTS)
def test_a_device_is_known_by_its_name(agent: str, device: str) -> None:
    assert device_of(agent) == device


@pytest.mark.parametrize(
    "agent", ["Googlebot/2.1", "curl/7.88.1", "python-requests/2.31", "Baiduspider", "Wget/1.21", ""]
)
def test_robots_and_the_nameless_are_not_counted(agent: str) -> None:
    assert is_robot(agent)


@pytest.mark.parametrize(("agent", "_"), AGENTS[:-1])
def test_players_are_no_robots(agent: str, _: str) -> None:
    assert not is_robot(agent)


def test_what_plays_for_a_page_is_known() -> None:
    assert may_be_a_page("AppleCoreMedia/1.0.0.20F66 (iPhone; U; CPU OS 16_5 like Mac OS X)")
    assert may_be_a_page(AGENTS[0][0])
    assert not may_be_a_page("VLC/3.0.18 LibVLC/3.0.18")
