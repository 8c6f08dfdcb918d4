"""What a listing and a lesson's files are called, and where they are reached from outside."""

from flask import g, request

from medialib.catalogue.collections import Collection, CollectionKind
from medialib.catalogue.places import Place
from medialib.catalogue.themes import Theme
from medialib.catalogue.units import Unit
from medialib.delivery.listing import Listing
from medialib.errors import N_
from medialib.services import Services
from medialib.web.i18n import gettext, language

KIND_NAMES: dict[CollectionKind, str] = {
    "featured": N_("Featured"),
    "package": N_("Monthly packages"),
    "series": N_("Series"),
    "issue": N_("Issues"),
    "course": N_("Courses"),
    "screening": N_("Screenings"),
}
"""What collections of a kind are called together, in the order in which they are shown."""

_NOT_IN_NAMES = '/\\:*?"<>|'
# File systems take 255 bytes, and Chinese takes three for each character.
_NAME_CHARACTERS = 80


def title_of(listing: Listing) -> str:
    subject = listing.subject
    if isinstance(subject, Theme):
        return subject.zh if language().startswith("zh") else subject.en or subject.zh
    if isinstance(subject, Collection):
        return subject.title
    if isinstance(subject, Unit):
        return subject.name
    if isinstance(subject, Place):
        return gettext(subject.name)
    if listing.kind == "latest":
        return gettext("New lessons")
    words: str = listing.query.get("q", "")
    return gettext("Search: %(words)s", words=words) if words else gettext("All lessons")


def absolute(services: Services, path: str) -> str:
    """The whole address of what is at `path`: on the site's own address, else on the one that was asked. An answer with
    the latter is for its asker alone (`headers`).
    """
    if services.settings.site.address:
        return services.settings.site.address + path
    g.names_host = True
    return request.url_root.rstrip("/") + path


def file_name(title: str) -> str:
    """The title without what some file systems refuse, and short enough for all."""
    plain = "".join("_" if letter in _NOT_IN_NAMES or not letter.isprintable() else letter for letter in title)
    return plain.strip(" .")[:_NAME_CHARACTERS] or "lesson"
