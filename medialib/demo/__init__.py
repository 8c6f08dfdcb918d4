"""The demonstration library: eight small lessons, drawn and composed here, for the first look around."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import click

from medialib.catalogue import lookups
from medialib.demo.commands import SQUARE, WIDE, Cel, film_command, reading_command
from medialib.demo.drawing import Drawing, Layer, Pen, Scene
from medialib.demo.lessons import DEMONSTRATIONS, Demonstration
from medialib.ingest.ffmpeg import Reach, run
from medialib.ingest.intake import take_in
from medialib.ingest.workshop import Workshop
from medialib.services import Services

_AT_ONCE = 2


def make_demonstration(services: Services, *, announce: Callable[[str], None]) -> int:
    """Make the demonstration lessons in a library that has none, `announce` each by its id; returns how many.

    0 when there are lessons, or while another process is at it. Raises MissingTool, ToolFailed, NoSpace.
    """
    with services.database.read() as session:
        if lookups.lesson_count(session):
            return 0
    with services.leases.hold("demo") as lease:
        if lease is None:
            return 0
        try:
            return _make(services.workshop, services.store.workspace(lease.token), announce)
        finally:
            services.store.discard(lease.token)


def _make(workshop: Workshop, folder: Path, announce: Callable[[str], None]) -> int:
    count = len(DEMONSTRATIONS)
    places = [folder / str(number) for number in range(count)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        files = pool.map(partial(_record, workshop), DEMONSTRATIONS, places)
        for number, (demonstration, file) in enumerate(zip(DEMONSTRATIONS, files, strict=True), 1):
            title = demonstration.details.title
            receipt = take_in(workshop, file, demonstration.details, name=f"示例 {title}{file.suffix}")
            announce(receipt.lesson.id)
            click.echo(f"  示例课程 {number}/{count}: {title}")
    return count


def _record(workshop: Workshop, demonstration: Demonstration, folder: Path) -> Path:
    """The lesson's file, made in a folder of its own."""
    folder.mkdir()
    program, tune, seconds = workshop.tools.ffmpeg, demonstration.tune, demonstration.seconds
    if demonstration.scene:
        command, name = film_command(program, _draw_scene(demonstration.scene, folder), tune, seconds), "film.mp4"
    else:
        assert demonstration.cover is not None
        _draw_cover(demonstration.cover, folder)
        command, name = reading_command(program, tune, seconds), "reading.m4a"
    run(command, reach=Reach(reads=None, writes=folder), limits=workshop.limits(hot=True))
    return folder / name


def _draw_scene(scene: Scene, folder: Path) -> list[Cel]:
    Pen(WIDE, scene.paper).finish().convert("RGB").save(folder / "sheet.png")
    return [_draw_layer(layer, folder, f"{number}.png") for number, layer in enumerate(scene.layers)]


def _draw_layer(layer: Layer, folder: Path, name: str) -> Cel:
    """A layer without what is empty around it: less to lay over every picture."""
    pen = Pen(WIDE, None)
    layer.draw(pen)
    drawn = pen.finish()
    # From an even place on: the colours of the film have half its resolution.
    left, upper, right, lower = drawn.getbbox() or (0, 0, *WIDE)
    corner = (left // 2 * 2, upper // 2 * 2)
    drawn.crop((*corner, right, lower)).save(folder / name, compress_level=1)
    return Cel(name=name, corner=corner, layer=layer)


def _draw_cover(draw: Drawing, folder: Path) -> None:
    pen = Pen(SQUARE, None)
    draw(pen)
    pen.finish().convert("RGB").save(folder / "cover.png")
