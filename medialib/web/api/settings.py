"""Settings over the API: what config.yaml says, how this machine is, and the two acts that help."""

import os
from collections.abc import Callable
from dataclasses import asdict

from medialib.errors import N_
from medialib.services import Services
from medialib.web import access
from medialib.web.api.operations import Answer, Api
from medialib.web.desk import settings
from medialib.web.i18n import gettext


class SettingAnswer(Answer):
    """`name` is what it is called in plain words, `chosen` that it is not the usual one. It is changed in config.yaml,
    or by the environment's `variable`, which decides where there is one.
    """

    section: str
    key: str
    name: str
    value: bool | int | float | str
    chosen: bool
    variable: str


class StateAnswer(Answer):
    """`indexed` lessons can be found, null when the index cannot be read; `stale` says that some cannot yet. `parked`
    lessons wait for somebody.
    """

    free_bytes: int
    workers: int
    waiting: int | None
    lessons: int
    indexed: int | None
    stale: bool
    parked: int


class SettingsAnswer(Answer):
    settings: list[SettingAnswer]
    state: StateAnswer


def add_to(api: Api) -> None:
    admin = api.family(access.at_least("admin"), below="/settings", reads="admin", writes="admin", group="settings")
    admin(_all, "GET", "", N_("What the settings are, and how this machine is"), answer=SettingsAnswer)
    for act, summary, do in (
        ("reindex", N_("Builds the search index anew"), settings.reindex),
        ("retry", N_("Tries everything again that was put aside"), settings.retry_parked),
    ):
        admin(_acting(do), "POST", f"/{act}", summary, answer=StateAnswer)


def _state(services: Services) -> StateAnswer:
    return StateAnswer(**asdict(settings.state_of(services)))


def _all(services: Services) -> SettingsAnswer:
    told = settings.told_settings(services.settings, os.environ)
    return SettingsAnswer(
        settings=[
            SettingAnswer(
                section=one.section, key=one.key, name=gettext(one.name), chosen=one.chosen, variable=one.variable,
                value=getattr(getattr(services.settings, one.section), one.key),
            )
            for one in told
        ],
        state=_state(services),
    )  # fmt: skip


def _acting(do: Callable[[Services], None]) -> Callable[[Services], StateAnswer]:
    def view(services: Services) -> StateAnswer:
        do(services)
        return _state(services)

    return view
