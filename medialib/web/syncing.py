"""Bringing a file to disk without keeping others waiting: a slow disk would hold up every phone of the process."""

import os

import gevent
from gevent import monkey


def sync_elsewhere(handle: int) -> None:
    """fdatasync, in a real thread where greenlets share this one; raises OSError."""
    if monkey.is_module_patched("threading"):
        gevent.get_hub().threadpool.apply(os.fdatasync, (handle,))
    else:
        os.fdatasync(handle)
