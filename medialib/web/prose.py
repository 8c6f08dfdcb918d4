"""What people write about lessons and collections, with the little Markdown that is told them, as safe HTML."""

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_TAGS = {"h2", "p", "br", "ul", "ol", "li", "strong", "em", "a", "blockquote"}
_KNOWN = ["list", "blockquote", "emphasis", "link", "newline", "escape", "entity"]
_WRITTEN = MarkdownIt("zero", {"breaks": True, "html": False}).enable(_KNOWN)
"""No pictures, headings, code or HTML: a description stays a description."""

_EDITED = MarkdownIt("zero", {"breaks": True, "html": False}).enable([*_KNOWN, "heading"])


def prose(text: str) -> Markup:
    """HTML of paragraphs, lists, emphasis and links; what else was typed is shown as it was typed."""
    return _cleaned(_WRITTEN.render(text))


def editorial(text: str) -> Markup:
    """The same with headings, all of one level: that below the title of its page."""
    tokens = _EDITED.parse(text)
    for one in tokens:
        if one.type in ("heading_open", "heading_close"):
            one.tag = "h2"
    return _cleaned(_EDITED.renderer.render(tokens, _EDITED.options, {}))


def _cleaned(written: str) -> Markup:
    made = nh3.clean(
        written,
        tags=_TAGS,
        attributes={"a": {"href"}, "*": set()},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(made)  # cleaned above
