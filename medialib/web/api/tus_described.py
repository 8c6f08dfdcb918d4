"""The tus protocol as operations of the API: its views are those of `web/desk/tus`, which stay as they are."""

from typing import Any

from medialib.errors import N_
from medialib.web.api.operations import Api, Header, Operation
from medialib.web.tus_headers import ALGORITHMS, BODY_TYPE, EXTENSIONS, MOST_METADATA, VERSION

_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": 2**53}
_TEXT: dict[str, Any] = {"type": "string"}
_ALL, _ONE = "/tus", "/tus/<upload_id>"

_VERSION = Header(name="Tus-Resumable", schema={"type": "string", "enum": [VERSION]}, required=True)
_LENGTH = Header(name="Upload-Length", schema=_COUNT, required=True)
_OFFSET = Header(name="Upload-Offset", schema=_COUNT, required=True)
_CHECKSUM = Header(
    name="Upload-Checksum",
    schema={"type": "string", "pattern": f"^({'|'.join(ALGORITHMS)}) [A-Za-z0-9+/]+={{0,2}}$", "maxLength": 200},
)
_METADATA = Header(name="Upload-Metadata", schema={**_TEXT, "maxLength": MOST_METADATA})
"""Keys, each with the base64 of its value: filename, unit, fingerprint, again (go on with one of that fingerprint),
replaces (a lesson whose recording it is to be)."""
_EXPIRES = Header(name="Upload-Expires", schema=_TEXT)
_OVERRIDE = Header(
    name="X-HTTP-Method-Override", schema={"type": "string", "enum": ["PATCH", "DELETE", "HEAD"]}, required=True
)
_ABILITIES = (
    Header(name="Tus-Version", schema=_TEXT, required=True),
    Header(name="Tus-Extension", schema={"type": "string", "enum": [EXTENSIONS]}, required=True),
    Header(name="Tus-Max-Size", schema=_COUNT, required=True),
    Header(name="Tus-Checksum-Algorithm", schema=_TEXT, required=True),
)
_RECEIVING = (409, 412, 413, 415, 423, 460, 507)


def _operation(method: Any, path: str, summary: str, **more: Any) -> Operation:
    told = (_VERSION, *more.pop("told", ()))
    more = {"scope": "edit", "role": "editor", "group": "uploads", "status": 204, "told_headers": told, **more}
    return Operation(method=method, path=path, summary=summary, **more)


_FILE: dict[str, Any] = {"file": True, "file_type": BODY_TYPE, "file_needed": False}

TUS = (
    _operation("OPTIONS", _ALL, N_("What the server can do of tus"), told=_ABILITIES),
    _operation(
        "POST", _ALL, N_("Begins an upload, with its first bytes or without any"), status=201, also=(200,), **_FILE,
        headers=(_VERSION, _LENGTH, _METADATA, _CHECKSUM), refusals=(404, *_RECEIVING),
        told=(Header(name="Location", schema=_TEXT, required=True), _OFFSET, _EXPIRES),
    ),
    _operation("OPTIONS", _ONE, N_("What the server can do of tus, for this upload"), told=_ABILITIES),
    _operation(
        "HEAD", _ONE, N_("Where an upload goes on"), status=200, headers=(_VERSION,), refusals=(410, 412),
        told=(_OFFSET, _LENGTH, _METADATA, _EXPIRES),
    ),
    _operation(
        "PATCH", _ONE, N_("Sends further bytes of an upload"), headers=(_VERSION, _OFFSET, _CHECKSUM),
        **{**_FILE, "file_needed": True}, refusals=(410, *_RECEIVING), told=(_OFFSET, _EXPIRES),
    ),
    _operation(
        "DELETE", _ONE, N_("Ends an upload for good, and forgets its bytes"), headers=(_VERSION,), refusals=(410, 412)
    ),
    _operation(
        "POST", _ONE, N_("Does what X-HTTP-Method-Override says, for programs that can send nothing but POST"),
        headers=(_VERSION, _OVERRIDE), also=(200,), **_FILE, refusals=(405, 410, *_RECEIVING),
    ),
)  # fmt: skip


def add_to(api: Api) -> None:
    api.describe(*TUS)
