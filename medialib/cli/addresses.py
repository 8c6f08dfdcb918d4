"""Where people reach this server, as the commands print it."""

import socket
from contextlib import suppress

from medialib.settings.sections import Server

_EVERY_NETWORK = {"0.0.0.0": socket.AF_INET, "::": socket.AF_INET6}
_FAR = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
"""Addresses of documentation (RFC 5737, RFC 3849): nothing is sent there, only the way there is looked up."""


def reached_at(server: Server) -> str:
    """What listens on every network is found at this machine's address: none is called 0.0.0.0."""
    family = _EVERY_NETWORK.get(server.host)
    host = server.host if family is None else _own_address(family)
    return f"http://{server.model_copy(update={'host': host}).place}"


def _own_address(family: int) -> str:
    """That of the network through which this machine reaches others; without any its name for itself."""
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asked:
        asked.connect((_FAR[socket.AddressFamily(family)], 9))
        return str(asked.getsockname()[0])
    return "localhost"
