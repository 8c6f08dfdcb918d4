"""axe-core in a browser: what people who see, hear or move otherwise would stumble over."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_SERIOUS = ("serious", "critical")


def findings(page: Page) -> list[str]:
    """Serious findings on the page as it is now: the rule and where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    result: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {node['target']}" for one in result["violations"] if one["impact"] in _SERIOUS
        for node in one["nodes"]
    ]  # fmt: skip
