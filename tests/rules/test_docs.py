"""Every setting, command and route is described in README.md or docs/."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from medialib.app import create_app
from medialib.cli import main
from medialib.services import open_with
from medialib.settings import Settings, Store

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def docs() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))])


def test_every_setting_is_described(docs: str) -> None:
    settings = [f"{section}.{key}" for section, keys in Settings().model_dump().items() for key in keys]
    assert [one for one in settings if f"`{one}`" not in docs] == []


def test_every_command_is_described(docs: str) -> None:
    assert isinstance(main, click.Group)
    commands = main.list_commands(click.Context(main))
    assert commands
    assert [one for one in commands if f"`medialib {one}" not in docs] == []


def test_every_option_of_a_command_is_described(docs: str) -> None:
    assert [one for one in options() if one not in docs] == []


def options() -> Iterator[str]:
    assert isinstance(main, click.Group)
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command and command.help, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                yield max(parameter.opts, key=len)


def test_every_route_is_described(docs: str, tmp_path: Path) -> None:
    app = create_app(open_with(Settings(store=Store(url=str(tmp_path)))))
    described = {shape(one) for one in re.findall(r"`(?:GET |POST )?(/[^`?\s]*)", docs)}
    routes = [rule.rule for rule in app.url_map.iter_rules()]
    assert routes
    assert [one for one in routes if shape(one) not in described] == []


def shape(route: str) -> str:
    """The route without the names of its parts: /lessons/<lesson:id> -> /lessons/<>."""
    return re.sub(r"<[^>]*>", "<>", route)


def test_every_document_that_is_linked_is_there() -> None:
    for document in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md"))]:
        for target in re.findall(r"\]\(([^)#:]+)[^):]*\)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"
