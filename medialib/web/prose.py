"""What people write about a lesson, with the little Markdown that is told them, as safe HTML."""

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_TAGS = {"p", "br", "ul", "ol", "li", "strong", "em", "a", "blockquote"}
_WRITTEN = MarkdownIt("zero", {"breaks": True, "html": False}).enable(
    ["list", "blockquote", "emphasis", "link", "newline", "escape", "entity"]
)
"""No pictures, headings, code or HTML: a description stays a description."""


def prose(text: str) -> Markup:
    """HTML of paragraphs, lists, emphasis and links; what else was typed is shown as it was typed."""
    made = nh3.clean(
        _WRITTEN.render(text),
        tags=_TAGS,
        attributes={"a": {"href"}, "*": set()},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(made)  # cleaned above
