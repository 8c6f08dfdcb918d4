"""QR codes of addresses, as SVG and PNG; pure."""

import io

import segno

_DARK, _LIGHT = "#1F1B16", "#FFFFFF"
_QUIET_MODULES = 4
"""ISO/IEC 18004 asks for so much empty space around it."""
_PIXELS_PER_MODULE = 12


def render_svg(address: str) -> bytes:
    out = io.BytesIO()
    _code(address).save(out, kind="svg", scale=_PIXELS_PER_MODULE, border=_QUIET_MODULES, dark=_DARK, light=_LIGHT)
    return out.getvalue()


def render_png(address: str) -> bytes:
    """At least 400 pixels wide: large enough to print on a poster's corner."""
    out = io.BytesIO()
    _code(address).save(out, kind="png", scale=_PIXELS_PER_MODULE, border=_QUIET_MODULES, dark=_DARK, light=_LIGHT)
    return out.getvalue()


def _code(address: str) -> segno.QRCode:
    """Readable with 15 % of it dirty or torn (level M), as on a village's notice board."""
    return segno.make_qr(address, error="m")
