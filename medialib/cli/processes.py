"""serve, work and run: the server, the worker, and both under a supervisor that restarts what dies."""

import importlib
import os
import resource
import socket
import sys
import time
from pathlib import Path
from typing import Any

import click
from gunicorn.app.base import BaseApplication

from medialib.cli import Library, loading, main
from medialib.cli.addresses import reached_at
from medialib.cli.stopping import Told
from medialib.cli.supervisor import LONGEST_PAUSE_SECONDS, Child, Supervisor
from medialib.errors import BadSettings
from medialib.services import Services, open_with

_OPEN_FILES = 65_536
# A server that was just killed still holds its port for a moment.
_PORT_SECONDS = 5


class _Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with gevent workers: hundreds of slow phones cost a socket each, not a thread."""

    def __init__(self, library: Library):
        self._library = library
        self._services: Services | None = None
        super().__init__()

    def load_config(self) -> None:
        server = self._library.settings.server
        for key, value in {
            "bind": server.place,
            "workers": server.workers,
            "worker_class": "medialib.cli.answering.PromptWorker",
            "worker_connections": 4000,
            "keepalive": 30,
            "timeout": 60,
            "graceful_timeout": 5,
            "proc_name": "medialib",
            "control_socket_disable": True,
            "worker_exit": self._stop,
        }.items():
            if key in self.cfg.settings:
                self.cfg.set(key, value)

    def load(self) -> Any:
        from medialib.app import create_app

        self._services = open_with(self._library.settings)
        return create_app(self._services)

    def _stop(self, _arbiter: Any, _worker: Any) -> None:
        """What this process has counted is written down before it ends."""
        if self._services:
            self._services.tally.flush()


@click.command()
@click.pass_obj
def serve_command(library: Library) -> None:
    """Answer over HTTP."""
    _live_by_its_clock(library)
    services = open_ready(library)
    _print_first_link(services, again=False)
    services.database.close()
    allow_many_open_files()
    _require_port(library)
    _load_once("medialib.app")
    _Server(library).run()


def _live_by_its_clock(library: Library) -> None:
    """Days, and times that are typed and told, are those of the library's place, wherever its machine keeps UTC."""
    os.environ["TZ"] = library.settings.screens.zone
    time.tzset()


def _require_port(library: Library) -> None:
    """Wait a little for the port; raises BadSettings when another program has it, or it cannot be had at all."""
    server = library.settings.server
    family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
    end = time.monotonic() + _PORT_SECONDS
    while True:
        try:
            with socket.create_server((server.host, server.port), family=family):
                return
        except OSError as error:
            if time.monotonic() > end:
                raise BadSettings(
                    f"medialib cannot listen on {server.host}, port {server.port}. Another program may have this port: "
                    "end it, or choose another one with server.port in config.yaml (or MEDIALIB__SERVER__PORT).",
                    detail=str(error),
                ) from error
        time.sleep(0.2)


def allow_many_open_files() -> None:
    """Every phone that is connected is an open file, and many machines allow 1,024 of them unless asked."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@click.command()
@click.pass_obj
def work_command(library: Library) -> None:
    """Make what is missing, until told to stop."""
    from medialib.worker import Worker

    _live_by_its_clock(library)
    services = open_ready(library)
    told = Told()
    worker = Worker(services)
    worker.start()
    told.wait()
    worker.stop()


@click.command()
@click.option("--demo", is_flag=True, help="Fill an empty library with lessons to look around with.")
@click.pass_obj
def run_command(library: Library, demo: bool) -> None:
    """Server and worker together; what dies is restarted."""
    _live_by_its_clock(library)
    _require_port(library)
    services = open_ready(library)
    forget_figures_of_the_dead(services.store.metrics)
    children = [_child(library, "serve"), _child(library, "work")]
    if demo:
        from medialib.demo import is_wanted

        if is_wanted(services):
            click.echo("This library is empty: lessons to look around with appear within a minute.")
            click.echo("(medialib demo --remove takes them away again, medialib run alone makes none.)")
            children.append(_child(library, "demo", once=True))
    _print_first_link(services, again=True)
    services.database.close()
    click.echo(f"medialib: {reached_at(library.settings.server)}/  (Ctrl+C stops)")
    _load_once("medialib.app", "medialib.worker")
    Supervisor(children).watch()


def _load_once(*modules: str) -> None:
    """These and the dictionaries, for all forks of this process: those to come start at once and share the memory.

    gevent replaces sockets and locks in some forks afterwards. What is loaded looks for them when it needs them, or has
    locks of the system, which nothing here holds while it waits for anything.
    """
    with loading():
        for name in modules:
            importlib.import_module(name)
        from medialib.search.fingerprint import fingerprint

        fingerprint()


def forget_figures_of_the_dead(folder: Path) -> None:
    """Remove what processes have counted that are no more; another server may be at work on the same store."""
    for counted in folder.glob("*.db"):  # KIND_PID.db, as the metrics library calls them
        if not Path("/proc", counted.stem.rpartition("_")[2]).exists():
            counted.unlink()


def _print_first_link(services: Services, *, again: bool) -> None:
    from medialib.cli.users import first_link  # which opens libraries by this module

    if told := first_link(services, again=again):
        click.echo(told)


def open_ready(library: Library) -> Services:
    """The library's services with its schema up to date and its starting themes."""
    from medialib.catalogue.seeds import plant

    services = open_with(library.settings)
    services.database.upgrade()
    plant(services.database)
    return services


def _child(library: Library, command: str, *, once: bool = False) -> Child:
    arguments = [*(("--config", str(library.config)) if library.config else ()), command]

    def work() -> None:
        sys.argv[1:] = arguments  # gunicorn looks there too, when it is told to begin anew
        main(prog_name="medialib")

    # After a lease's time others take the work over: to stay away for longer helps nobody.
    longest = min(LONGEST_PAUSE_SECONDS, library.settings.jobs.lease_seconds)
    return Child(command, work, longest_pause_seconds=longest, once=once)
