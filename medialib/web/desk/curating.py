"""The curators' addresses of the desk, put together."""

from flask import Blueprint

from medialib.services import Services
from medialib.web.desk import captions, collection_cover, collections, entries, settings, themes


def add_to(blueprint: Blueprint, services: Services) -> None:
    collections.add_to(blueprint, services)
    collection_cover.add_to(blueprint, services)
    entries.add_to(blueprint, services)
    captions.add_to(blueprint, services)
    themes.add_to(blueprint, services)
    settings.add_to(blueprint, services)
