"""pages of collections (placeholder)"""

from flask import Blueprint


def make_blueprint(services):
    return Blueprint("shelves", __name__)
