"""A busy machine is slow: what a page is expected to show may take longer than the five seconds that are usual."""

from playwright.sync_api import expect

from . import browsing

expect.set_options(timeout=30_000)


def pytest_sessionfinish() -> None:
    browsing.end()
