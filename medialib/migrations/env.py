"""Runs the revisions on the connection that Database.upgrade() hands over, in its transaction."""

from alembic import context
from sqlalchemy import text

# Imported for their tables: what is missing here would be missing from the comparison.
from medialib.catalogue import (
    api_tokens,
    channels,
    collections,
    curated,
    cut_texts,
    former_sources,
    history,
    lessons,
    people,
    plays,
    readings,
    reports,
    screens,
    themes,
    units,
    uploads,
    webhooks,
)
from medialib.database import Base
from medialib.jobs import leases

MODELS = (
    lessons,
    history,
    readings,
    reports,
    themes,
    units,
    collections,
    cut_texts,
    curated,
    people,
    plays,
    api_tokens,
    channels,
    screens,
    webhooks,
    former_sources,
    uploads,
    leases,
)
_UPGRADE_LOCK = 5_237_001  # any number that is ours: two machines may start at once

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, transactional_ddl=True)
context.run_migrations()
