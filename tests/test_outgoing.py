"""Which addresses elsewhere are reached, and how messages are signed."""

import hashlib
import hmac
import socket
import threading
import time
from contextlib import suppress

import pytest

from medialib import outgoing
from medialib.errors import BadRequest


@pytest.mark.parametrize(
    "address",
    [
        "", "example.org", "ftp://example.org/", "http://", "https://user@example.org/", "https://exa mple.org/",
        "https://例子.org/", "http://[::1", "http://example.org:99999/", "javascript:alert(1)", "http://e.org:0/",
        "https://example.org/" + "x" * 500, "file:///etc/passwd",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadRequest) as refused:
        outgoing.check(address, private=True)
    assert refused.value.message == outgoing.NOT_AN_ADDRESS


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.9.9.9", "localhost", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "0.0.0.0",
        "100.64.0.1", "224.0.0.1", "255.255.255.255", "[::1]", "[fe80::1]", "[fc00::1]", "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[::7f00:1]", "[fec0::1]",
        "[2002:7f00:1::]", "2130706433", "0x7f.1", "017700000001",
    ],
)  # fmt: skip
def test_our_own_networks_are_not_reached_however_they_are_written(host: str) -> None:
    with pytest.raises(BadRequest) as refused:
        outgoing.check(f"http://{host}/", private=False)
    assert refused.value.message in (outgoing.INSIDE, outgoing.NOT_FOUND)


def test_addresses_of_the_world_are_reached() -> None:
    assert outgoing.check("https://93.184.216.34/a?b=1", private=False).port == 443
    assert outgoing.is_of_the_world("2606:2800:220:1::1")
    assert outgoing.check("http://127.0.0.1:8080/", private=True).ip == "127.0.0.1"


def test_a_signature_is_over_the_time_and_the_body() -> None:
    told = outgoing.signature("secret", b"{}", at=1_700_000_000)
    expected = hmac.new(b"secret", b"1700000000.{}", hashlib.sha256).hexdigest()
    assert told == f"t=1700000000,v1={expected}"


def test_who_does_not_answer_holds_nobody_up_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "_CONNECT_SECONDS", 60.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        target = outgoing.check(f"http://127.0.0.1:{silent.getsockname()[1]}/", private=True)
        began = time.monotonic()
        assert outgoing.post(target, b"{}", {}, seconds=0.3) == outgoing.Outcome(problem=outgoing.NO_ANSWER)
        assert time.monotonic() - began < outgoing._WHOLE_SECONDS, "as it was told, not as it usually is"


def test_who_drips_its_answer_holds_nobody_up_for_long() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            with server.accept()[0] as peer, suppress(OSError):
                peer.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                while True:  # for as long as somebody listens
                    peer.sendall(b"x")
                    time.sleep(0.1)

        threading.Thread(target=drip, daemon=True).start()
        target = outgoing.check(f"http://127.0.0.1:{server.getsockname()[1]}/", private=True)
        began = time.monotonic()
        assert outgoing.post(target, b"{}", {}, seconds=0.5) == outgoing.Outcome(problem=outgoing.NO_ANSWER)
        assert time.monotonic() - began < outgoing._WHOLE_SECONDS, "as it was told, not as it usually is"


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("http://[::1]:8080/", "[::1]:8080"), ("http://[::1]/", "[::1]"), ("http://127.0.0.1/", "127.0.0.1"),
        ("https://localhost:444/", "localhost:444"),
    ],
)  # fmt: skip
def test_the_host_is_told_as_it_was_asked_for(address: str, told: str) -> None:
    assert outgoing.host_header(outgoing.check(address, private=True)) == told


def test_who_is_not_there_or_shows_no_certificate_is_told_apart() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    target = outgoing.check(f"http://127.0.0.1:{port}/", private=True)
    assert outgoing.post(target, b"{}", {}).problem == outgoing.NO_ANSWER
