"""The measurements behind docs/benchmarks.md; `run_bench` makes them on this machine and writes the page."""

import importlib
import tempfile
from pathlib import Path
from types import ModuleType

import click

from medialib.cli.bench.extent import Extent
from medialib.cli.bench.report import write_report
from medialib.errors import MissingTool

# Each is a module of this folder with measure(folder, extent) -> list[Figure].
MEASUREMENTS = (
    "playing",
    "players",
    "ladder",
    "savings",
    "phones",
    "kills",
    "mutations",
    "loudness",
    "demo",
    "search",
    "writers",
    "listing",
    "screens",
    "channels",
    "television",
    "desk",
    "pages",
    "torture",
)


def run_bench(*, extent: Extent, only: tuple[str, ...], page: Path) -> None:
    """Make the measurements (all, or those named) in a temporary library, print them, put them into `page`."""
    unknown = set(only) - set(MEASUREMENTS)
    if unknown:
        raise click.BadParameter(f"there is only {', '.join(MEASUREMENTS)}", param_hint="NAMES")
    wanted = {name: _module(name) for name in MEASUREMENTS if not only or name in only}
    with tempfile.TemporaryDirectory(prefix="medialib-bench-") as folder:
        for name, module in wanted.items():
            click.echo(f"== {name}")
            figures = module.measure(Path(folder), extent)
            for figure in figures:
                click.echo(f"   {figure.what}: {figure.value} (bar: {figure.bar or 'none'})")
            # At once: a later measurement that fails must not take these along.
            write_report(page, figures, quick=extent.quick)
    click.echo(f"written to {page}")


def _module(name: str) -> ModuleType:
    try:
        return importlib.import_module(f"medialib.cli.bench.{name}")
    except ModuleNotFoundError as error:
        raise MissingTool(
            "The benchmarks need the packages for tests; “make setup” installs them.", detail=str(error)
        ) from error
