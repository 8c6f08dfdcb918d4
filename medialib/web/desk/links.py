"""Links that are handed to somebody: their whole address, and a QR code to point a phone at."""

from dataclasses import dataclass

import segno
from flask import request
from markupsafe import Markup

from medialib.services import Services

_DARK = "#1F1B16"
_LIGHT = "#FFFFFF"
_QUIET_MODULES = 4
"""ISO/IEC 18004 asks for so much empty space around it."""


@dataclass(frozen=True)
class Link:
    """A link to show once."""

    address: str

    @property
    def code(self) -> Markup:
        """An SVG picture, readable with 15 % of it covered (level M)."""
        drawn = segno.make_qr(self.address, error="m").svg_inline(
            border=_QUIET_MODULES, dark=_DARK, light=_LIGHT, omitsize=True, svgclass="qr"
        )
        return Markup(drawn)


def link_to(services: Services, path: str) -> Link:
    """On the site's own address, else on the one that was asked."""
    return Link((services.settings.site.address or request.host_url.rstrip("/")) + path)
