"""What a listing is called in the language of the request, and where it is reached from outside."""

from flask import request

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
    """The whole address of what is at `path`: on the site's own address, else on the one that was asked."""
    return (services.settings.site.address or request.url_root.rstrip("/")) + path
