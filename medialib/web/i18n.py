"""The languages of the interface: which one a request speaks, and the catalogues of sentences.

`python -m medialib.web.i18n` compiles the catalogues (make setup); with the word `update` it first puts new
sentences of the source into them, for a translator to fill in.
"""

import os
import sys
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from babel.support import NullTranslations, Translations
from flask import Flask, Response, current_app, g, request
from flask_babel import Babel, Domain
from flask_babel import gettext as _translate
from werkzeug.wrappers import Response as BaseResponse

from medialib.errors import MedialibError

LANGUAGES = ("zh_CN", "en")
_TAGS = {"zh_CN": "zh-CN", "en": "en"}
_YEAR_SECONDS = 365 * 24 * 3600
_PACKAGE = Path(__file__).parent.parent
_CATALOGUES = Path(__file__).parent / "translations"
_KEYWORDS: Mapping[str, Any] = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}


class _Sentences(Domain):  # type: ignore[misc]
    """The catalogues by the plain names of LANGUAGES: Babel itself would look for zh_Hans_CN."""

    def get_translations(self) -> NullTranslations:
        code = language()
        if code not in self.cache:
            self.cache[code] = Translations.load(_CATALOGUES, [code])
        found: NullTranslations = self.cache[code]
        return found


class _Babel(Babel):  # type: ignore[misc]
    @cached_property
    def domain_instance(self) -> Domain:
        return _Sentences()


def install(app: Flask, *, default: str) -> None:
    """Let every request speak the language that was chosen: ?lang=, then the cookie, then the site's."""
    app.config["BABEL_DEFAULT_LOCALE"] = default
    _Babel(app, locale_selector=language)
    app.after_request(_keep_language)


def language() -> str:
    for wish in (request.args.get("lang"), request.cookies.get("lang")):
        if wish in LANGUAGES:
            return wish
    return str(current_app.config["BABEL_DEFAULT_LOCALE"])


def language_tag() -> str:
    """For the lang attribute of a page."""
    return _TAGS[language()]


def gettext(msgid: str, **values: str | int | float) -> str:
    """The sentence in the language of the request, with its values filled in."""
    return str(_translate(msgid, **values))


def sentence(error: MedialibError) -> str:
    """What a foreseen failure says, in the language of the request."""
    return gettext(error.message, **_values(error, sentence))


def sentence_in(code: str, error: MedialibError) -> str:
    """What a foreseen failure says in this language, outside of requests."""
    told = Translations.load(_CATALOGUES, [code]).gettext(error.message)
    values = _values(error, partial(sentence_in, code))
    return str(told % values if values else told)


def _values(error: MedialibError, told: Callable[[MedialibError], str]) -> dict[str, str | int | float]:
    return {key: told(one) if isinstance(one, MedialibError) else one for key, one in error.values.items()}


def _keep_language(response: Response) -> Response:
    wish = request.args.get("lang")
    if wish in LANGUAGES:
        keep(response, "lang", wish)
    return response


def keep(response: BaseResponse, name: str, value: str) -> None:
    """Remember a choice about the interface on this device."""
    g.kept = True
    response.set_cookie(name, value, max_age=_YEAR_SECONDS, httponly=True, samesite="Lax", secure=request.is_secure)


def extract() -> Catalog:
    """Every sentence of the source that people may see."""
    catalogue = Catalog(project="medialib", charset="utf-8")
    methods = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
    found = extract_from_dir(str(_PACKAGE), methods, keywords=_KEYWORDS)
    for file, _line, message, comments, context in found:
        catalogue.add(message, locations=[(file, 0)], auto_comments=comments, context=context)
    return catalogue


def catalogue_files() -> list[Path]:
    return sorted(_CATALOGUES.glob("*/LC_MESSAGES/messages.po"))


def read_catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def update_catalogues() -> None:
    for path in catalogue_files():
        catalogue = read_catalogue(path)
        catalogue.update(extract(), no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        catalogue.language_team = catalogue.last_translator = catalogue.msgid_bugs_address = "medialib"
        with path.open("wb") as file:
            write_po(file, catalogue, sort_output=True, width=110, no_location=True, omit_header=False)


def compile_catalogues() -> list[Path]:
    """Write the .mo file beside each .po file; returns them."""
    written = []
    for path in catalogue_files():
        compiled = path.with_suffix(".mo")
        beside = compiled.with_suffix(f".mo.{os.getpid()}")
        with beside.open("wb") as file:
            write_mo(file, read_catalogue(path))
        beside.replace(compiled)
        written.append(compiled)
    return written


if __name__ == "__main__":
    if "update" in sys.argv[1:]:
        update_catalogues()
    compile_catalogues()
