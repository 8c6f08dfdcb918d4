"""The stages of a lesson on its way to the shelf, and who may move it from one to which (pure)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

Stage = Literal["draft", "submitted", "returned", "published", "archived"]
STAGES: tuple[Stage, ...] = get_args(Stage)
"""Members see what is published, and that only from its date on."""

MOVES: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("draft", "submitted"): "editor",
        ("returned", "submitted"): "editor",
        ("submitted", "draft"): "editor",
        ("returned", "draft"): "editor",
        ("draft", "archived"): "editor",
        ("returned", "archived"): "editor",
        ("draft", "published"): "curator",
        ("submitted", "published"): "curator",
        ("returned", "published"): "curator",
        ("archived", "published"): "curator",
        ("published", "published"): "curator",
        ("submitted", "returned"): "curator",
        ("published", "returned"): "curator",
        ("submitted", "archived"): "curator",
        ("published", "archived"): "curator",
        ("archived", "draft"): "editor",
    }
)
"""The least role for each move; from published to published is another date."""

REMOVABLE: tuple[Stage, ...] = ("draft", "archived")
"""Only these may be deleted: nobody sees them, and nobody waits for them."""
