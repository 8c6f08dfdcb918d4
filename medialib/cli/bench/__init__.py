"""The measurements behind docs/benchmarks.md; `run_bench` makes them on this machine and writes the page."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import click

from medialib.cli.bench import ladder, phones, playing
from medialib.cli.bench.report import Figure, write_report

MEASUREMENTS: dict[str, Callable[[Path, bool], list[Figure]]] = {
    "playing": playing.measure,
    "ladder": ladder.measure,
    "phones": phones.measure,
}


def run_bench(*, quick: bool, only: tuple[str, ...], page: Path) -> None:
    """Make the measurements (all, or those named) in a temporary library, print them, put them into `page`."""
    unknown = set(only) - set(MEASUREMENTS)
    if unknown:
        raise click.BadParameter(f"there is only {', '.join(MEASUREMENTS)}", param_hint="--only")
    figures = []
    with tempfile.TemporaryDirectory(prefix="medialib-bench-") as folder:
        for name, measure in MEASUREMENTS.items():
            if not only or name in only:
                click.echo(f"== {name}")
                found = measure(Path(folder), quick)
                for figure in found:
                    click.echo(f"   {figure.what}: {figure.value} (bar: {figure.bar})")
                figures += found
    write_report(page, figures, quick=quick)
    click.echo(f"written to {page}")
