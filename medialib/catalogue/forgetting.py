"""What nobody asks for any more is forgotten: what screens showed long ago, reports seen to, removed channels."""

import time

from sqlalchemy import delete
from sqlalchemy.orm import Session

from medialib.catalogue import channel_edits
from medialib.catalogue.reports import Report
from medialib.catalogue.screens import ScreenPlay

_DAY_SECONDS = 86_400


def forget_old(session: Session, *, shown_days: float, reports_days: float, channels_days: float) -> None:
    """Everything older than so many days; a report counts from when it was seen to, and stays until it is."""
    now = time.time()
    first_day = time.strftime("%Y-%m-%d", time.localtime(now - shown_days * _DAY_SECONDS))
    session.execute(delete(ScreenPlay).where(ScreenPlay.day < first_day))
    session.execute(delete(Report).where(Report.closed_at < now - reports_days * _DAY_SECONDS))
    channel_edits.forget_removed(session, before=now - channels_days * _DAY_SECONDS)
