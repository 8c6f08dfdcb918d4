"""captions: those of a lesson are listed, added, replaced and removed."""

import json
from pathlib import Path

import click

from medialib.catalogue import caption_edits, caption_lookups, lookups
from medialib.cli import Library
from medialib.cli.processes import open_ready
from medialib.delivery import shapes
from medialib.errors import N_, BadRequest
from medialib.ingest.beside import named_language, read_text_file
from medialib.ingest.captioning import make_track
from medialib.ingest.languages import well_formed
from medialib.jobs.queue import HOT
from medialib.services import Services
from medialib.tasks import index_stale, worker_lives


@click.command()
@click.argument("lesson")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--language", help="A language tag (zh-Hans, en); without it the name or the text tells.")
@click.option("--remove", is_flag=True, help="Remove the captions in --language.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def captions_command(
    library: Library, lesson: str, file: Path | None, language: str | None, remove: bool, as_json: bool
) -> None:
    """List the captions of LESSON, or add those in FILE in place of what is there in that language."""
    if remove and (file or not language):
        raise click.UsageError("--remove goes with --language and without FILE.")
    tag = _tag(language) if language else ""
    services = open_ready(library)
    if remove:
        with services.database.begin() as session:
            caption_edits.drop(session, lesson, tag)
    elif file:
        for sentence in _add(services, lesson, file, tag):
            click.echo(sentence, err=True)
    if remove or file:
        _tell_search(services)
    _list(services, lesson, as_json=as_json)


def _tag(language: str) -> str:
    """What is asked for, when it is a language tag; raises BadRequest."""
    tag = well_formed(language)
    if tag is None:
        raise BadRequest(
            N_("“%(language)s” is not a language tag such as zh-Hans or en."), values={"language": language}
        )
    return tag


def _add(services: Services, lesson_id: str, path: Path, tag: str) -> list[str]:
    """Store the captions; returns what is to be said of them."""
    text_file = read_text_file(path, language=tag or named_language(path.name))
    with services.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
    # Reading a long file takes its time, and nobody else can write meanwhile.
    track, notices = make_track(text_file, seconds=lesson.seconds, lesson_language=lesson.language)
    with services.database.begin() as session:
        caption_edits.put(session, lesson_id, track)
    return [one.message % one.values for one in notices]


def _tell_search(services: Services) -> None:
    if worker_lives(services):
        services.queues.send(HOT, "index")
    else:
        index_stale(services)


def _list(services: Services, lesson_id: str, *, as_json: bool) -> None:
    with services.database.read() as session:
        lookups.lesson(session, lesson_id)
        rows = [
            {"language": row.language, "label": row.label, "lines": len(row.cues), "url": shapes.captions_path(row)}
            for row in caption_lookups.captions_of(session, lesson_id)
        ]
    if as_json:
        click.echo(json.dumps({"lesson": lesson_id, "captions": rows}, ensure_ascii=False))
        return
    for row in rows:
        click.echo("  ".join(str(value) for value in row.values()))
    if not rows:
        click.echo("no captions")
