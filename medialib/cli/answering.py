"""gunicorn's gevent worker, but one that stops at once: it looks for that once a second, and then waits for browsers.

A browser keeps its connections for its next question. Those on which nothing is asked are closed; what is being
answered is answered to its end, within the time that gunicorn gives.
"""

import socket
import time
from contextlib import suppress
from functools import partial
from typing import Any

from gevent.event import Event
from gevent.pool import Pool
from gevent.server import StreamServer
from gunicorn.workers.ggevent import GeventWorker

_LOOK_SECONDS = 1.0


class PromptWorker(GeventWorker):  # type: ignore[misc]
    """Knows which connections wait for a question, and is woken when it is told to stop."""

    def init_process(self) -> None:
        self._told, self._waiting = Event(), set[socket.socket]()
        super().init_process()

    def handle_exit(self, sig: int, frame: Any) -> None:
        super().handle_exit(sig, frame)
        self._told.set()

    def handle_quit(self, sig: int, frame: Any) -> None:
        """Ctrl+C in a terminal reaches every process: gunicorn would end this one amid what it answers."""
        self.handle_exit(sig, frame)

    def run(self) -> None:
        servers = [self._serve(door) for door in self.sockets]
        while self.alive:
            self.notify()
            self._told.wait(_LOOK_SECONDS)
        for server in servers:
            server.close()
        for connection in list(self._waiting):
            # What was asked just now is still read and answered; by a twin, as who reads would hear of an error.
            with suppress(OSError), connection.dup() as twin:
                twin.shutdown(socket.SHUT_RD)
        end = time.monotonic() + self.cfg.graceful_timeout
        for server in servers:
            while not server.pool.join(timeout=min(_LOOK_SECONDS, max(0.0, end - time.monotonic()))):
                self.notify()
                if time.monotonic() > end:
                    self.log.warning("Worker graceful timeout (pid:%s)", self.pid)
                    server.stop(timeout=1)
                    break

    def _serve(self, door: Any) -> StreamServer:
        door.setblocking(1)
        server = StreamServer(door, handle=partial(self.handle, door), spawn=Pool(self.worker_connections))
        if self.cfg.workers > 1:
            server.max_accept = 1
        server.start()
        return server

    def handle(self, listener: Any, client: socket.socket, addr: Any) -> None:
        self._waiting.add(client)
        try:
            super().handle(listener, client, addr)
        finally:
            self._waiting.discard(client)

    def handle_request(self, listener_name: Any, req: Any, sock: socket.socket, addr: Any) -> None:
        self._waiting.discard(sock)
        super().handle_request(listener_name, req, sock, addr)
        if not self.alive:
            raise StopIteration  # as gunicorn has it: the connection is closed
        self._waiting.add(sock)
