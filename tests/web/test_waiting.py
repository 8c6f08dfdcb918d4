"""Whoever waits for a part that is being made, and whoever no longer does."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.exceptions import ClientDisconnected

from medialib.web.waiting import wait_for


@pytest.fixture
def phone(client: FlaskClient) -> Iterator[socket.socket]:
    """The far end of a request's connection, as the server lends it."""
    ours, theirs = socket.socketpair()
    with ours, theirs, client.application.test_request_context(environ_overrides={"gunicorn.socket": ours}):
        yield theirs


def test_a_part_is_not_asked_for_again_when_the_player_has_jumped_away(phone: socket.socket, tmp_path: Path) -> None:
    asked: list[str] = []
    phone.close()
    with pytest.raises(ClientDisconnected):
        wait_for(tmp_path / "1.m4s", "abcd", "hot", lambda: asked.append("1"))
    assert asked == ["1"]


@pytest.mark.parametrize("sent", [b"", b"GET /next HTTP/1.1\r\n"])
def test_who_is_still_there_gets_it(phone: socket.socket, tmp_path: Path, sent: bytes) -> None:
    phone.sendall(sent)
    late = threading.Timer(0.8, (tmp_path / "1.m4s").touch)
    late.start()
    wait_for(tmp_path / "1.m4s", "abcd", "hot", lambda: None)
    assert (tmp_path / "1.m4s").exists()
    late.join()
