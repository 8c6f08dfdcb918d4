"""Requests to addresses elsewhere: signed, short, to the address that was looked up, and never into our own network."""

import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import certifi
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from medialib.errors import N_, BadRequest

_CONNECT_SECONDS = 5.0
_WHOLE_SECONDS = 15.0
_LONGEST_ADDRESS = 500
_PORTS = {"http": 80, "https": 443}

NOT_AN_ADDRESS = N_("This is not an address such as https://example.org/path.")
NOT_FOUND = N_("There is no computer of this name.")
INSIDE = N_("This address lies in a network of our own, where nothing is told.")
NO_ANSWER = N_("It did not answer in time.")
NOT_SECURE = N_("Its certificate is not valid.")
REFUSED = N_("It answered that something went wrong.")


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a request goes: the name that was asked for, and the address that it has."""

    parts: SplitResult
    host: str
    ip: str
    port: int


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of it: an HTTP status (0: none) and, when it was not a success, a sentence."""

    status: int = 0
    problem: str = ""


def check(address: str, *, private: bool) -> Target:
    """Look the address up; raises BadRequest for one that is none, or that is not to be reached.

    `private` allows addresses of this machine and of networks that the world does not reach.
    """
    parts = _split(address)
    host = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise BadRequest(NOT_FOUND, detail=str(error)) from error
    addresses = [str(one[4][0]) for one in found]
    if not addresses:
        raise BadRequest(NOT_FOUND)
    if not private and not all(is_of_the_world(one) for one in addresses):
        raise BadRequest(INSIDE, detail=f"{host}: {addresses}")
    return Target(parts=parts, host=host, ip=addresses[0], port=port)


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        odd = parts.username or parts.password or parts.port == 0
    except ValueError as error:
        raise BadRequest(NOT_AN_ADDRESS, detail=str(error)) from error
    written = len(address) <= _LONGEST_ADDRESS and address.isascii() and address.isprintable() and " " not in address
    if not written or odd or parts.scheme not in _PORTS or not parts.hostname:
        raise BadRequest(NOT_AN_ADDRESS)
    return parts


def is_of_the_world(address: str) -> bool:
    """Whether it is neither this machine nor in a network of our own, also when it is written as IPv6."""
    found: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            return is_of_the_world(str(inner))
        if found in ipaddress.ip_network("64:ff9b::/96"):
            return is_of_the_world(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
        if found.is_site_local:  # the private addresses of old (RFC 3879), which Python takes for global ones
            return False
    return found.is_global and not (found.is_multicast or found.is_reserved)


def signature(secret: str, body: bytes, *, at: int) -> str:
    """The header's value: HMAC SHA-256 over the time, a dot and the body, so that nothing old can be sent again."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def post(target: Target, body: bytes, headers: dict[str, str], *, seconds: float = _WHOLE_SECONDS) -> Outcome:
    """Send once, follow nothing, read nothing of the answer but its status; all of it within so many seconds."""
    path = (target.parts.path or "/") + (f"?{target.parts.query}" if target.parts.query else "")
    sent = {
        "Host": host_header(target),
        "Content-Type": "application/json",
        "User-Agent": "medialib-webhook",
        **headers,
    }
    connection = _connection(target)
    late = threading.Event()
    try:
        with _at_most(connection, seconds, late):
            connection.connect()
            if connection.sock:
                connection.sock.settimeout(seconds)
            connection.request("POST", path, body=body, headers=sent, preload_content=False)
            status = int(connection.getresponse().status)
    except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
        insecure = isinstance(error, (urllib3.exceptions.SSLError, ssl.SSLError)) and not late.is_set()
        return Outcome(problem=NOT_SECURE if insecure else NO_ANSWER)
    finally:
        connection.close()
    if late.is_set():  # what was cut off passes for the end of the answer's head
        return Outcome(problem=NO_ANSWER)
    return Outcome(status=status, problem="" if 200 <= status < 300 else REFUSED)


def host_header(target: Target) -> str:
    """The name that was asked for, an IPv6 address in brackets, and the port where one was given."""
    name = f"[{target.host}]" if ":" in target.host else target.host
    return name if target.parts.port is None else f"{name}:{target.port}"


@contextmanager
def _at_most(connection: HTTPConnection, seconds: float, late: threading.Event) -> Iterator[None]:
    """Cut the connection after so long: a time limit of a socket begins anew with each byte that drips in."""

    def cut() -> None:
        late.set()
        if sock := connection.sock:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _connection(target: Target) -> HTTPConnection:
    """To the address that was checked: what the name means a moment later does not matter."""
    if target.parts.scheme == "http":
        return HTTPConnection(target.ip, target.port, timeout=_CONNECT_SECONDS)
    return HTTPSConnection(
        target.ip, target.port, timeout=_CONNECT_SECONDS, cert_reqs="CERT_REQUIRED", ca_certs=certifi.where(),
        server_hostname=target.host, assert_hostname=target.host,
    )  # fmt: skip
