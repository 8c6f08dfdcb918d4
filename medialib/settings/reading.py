"""config.yaml and MEDIALIB__SECTION__KEY become Settings; what is wrong is told with its line or variable."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from medialib.errors import BadSettings
from medialib.settings.sections import Settings


def load_settings(path: Path | None, environment: Mapping[str, str]) -> Settings:
    """Settings from `path` (None: embedded defaults) overridden by `environment`; raises BadSettings.

    A relative `store.url` or `watch.folder` counts from the folder of the config file, so that it means the same
    directory wherever the command is called from.
    """
    text = _read(path) if path else ""
    name = path.name if path else "defaults"
    values, lines = _parse(text, name)
    sources = _override(values, environment)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise BadSettings(_explain(error, name, lines, sources)) from error
    folder = path.parent.resolve() if path else Path.cwd()
    store = settings.store.model_copy(update={"url": _absolute(settings.store.url, folder)})
    watched = settings.watch.folder and _absolute(settings.watch.folder, folder)
    watch = settings.watch.model_copy(update={"folder": watched})
    return settings.model_copy(update={"store": store, "watch": watch})


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{path.name} cannot be read: {error}") from error


def _absolute(url: str, folder: Path) -> str:
    return str((folder / Path(url.removeprefix("file://")).expanduser()).resolve())


class _Loader(yaml.SafeLoader):
    """Tells the line also of what looks like a date or a number, and is none: 2024-13-45."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except ValueError as error:
            raise yaml.constructor.ConstructorError(None, None, str(error), node.start_mark) from error


def _parse(text: str, name: str) -> tuple[dict[str, Any], dict[tuple[str, ...], int]]:
    lines: dict[tuple[str, ...], int] = {}
    try:
        values = yaml.load(text, Loader=_Loader)
        _number_lines(yaml.compose(text, Loader=yaml.SafeLoader), (), lines, name)
    except RecursionError as error:
        raise BadSettings(f"{name} holds itself (*), or too much within each other") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadSettings(f"{name}, line {line} or the one before: this is not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise BadSettings(f"{name} is not YAML: {str(error).splitlines()[0]}") from error
    if values is None:
        return {}, {}
    if not isinstance(values, dict):
        raise BadSettings(f"{name}, line 1: sections are expected, such as “server:”")
    return {key: {} if value is None else value for key, value in values.items()}, lines


def _number_lines(node: Any, at: tuple[str, ...], lines: dict[tuple[str, ...], int], name: str) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            where, line = (*at, str(key.value)), key.start_mark.line + 1
            if where in lines:
                raise BadSettings(f"{name}, line {line}, {'.'.join(where)}: it stands in line {lines[where]} already")
            lines[where] = line
            _number_lines(value, where, lines, name)
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            lines[(*at, str(place))] = value.start_mark.line + 1
            _number_lines(value, (*at, str(place)), lines, name)


def _override(values: dict[str, Any], environment: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """Put MEDIALIB__SECTION__KEY into `values`; returns which variable set which place."""
    sources: dict[tuple[str, ...], str] = {}
    for variable, text in environment.items():
        if not variable.startswith("MEDIALIB__"):
            continue
        place = tuple(part.lower() for part in variable.removeprefix("MEDIALIB__").split("__"))
        if len(place) != 2 or not isinstance(values.setdefault(place[0], {}), dict):
            raise BadSettings(f"{variable}: expected MEDIALIB__SECTION__KEY")
        values[place[0]][place[1]] = _variable_value(variable, text)
        sources[place] = variable
    return sources


def _variable_value(variable: str, text: str) -> Any:
    """A list or a section is written as in YAML; all else is taken as it stands."""
    try:
        return yaml.safe_load(text) if text.startswith(("[", "{")) else text
    except yaml.YAMLError as error:
        raise BadSettings(f"{variable} is not YAML: {error}") from error


_WORDS = {
    "extra_forbidden": "there is no such setting",
    "int_parsing": "a whole number is expected",
    "int_type": "a whole number is expected",
    "int_from_float": "a whole number is expected",
    "float_parsing": "a number is expected",
    "float_type": "a number is expected",
    "bool_parsing": "yes or no is expected",
    "bool_type": "yes or no is expected",
    "string_type": "a text is expected",
    "string_too_short": "a text is expected",
    "tuple_type": "a list is expected",
    "finite_number": "a number is expected",
    "invalid_key": "there is no such setting",
    "model_type": "keys and values are expected",
}


def _explain(
    error: ValidationError, name: str, lines: dict[tuple[str, ...], int], sources: dict[tuple[str, ...], str]
) -> str:
    sentences = []
    for problem in error.errors():
        place = tuple(str(part) for part in problem["loc"])
        key = ".".join(place) or "settings"
        words = _WORDS.get(problem["type"], problem["msg"].removeprefix("Value error, "))
        variable = next((sources[one] for one in sources if one[: len(place)] == place[:2]), None)
        if variable and (place[:2] in sources or place not in lines):
            sentences.append(f"{variable} ({key}): {words}")
        else:
            line = next((lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in lines), 1)
            sentences.append(f"{name}, line {line}, {key}: {words}")
    return "\n".join(sentences)
