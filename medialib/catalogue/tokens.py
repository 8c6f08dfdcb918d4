"""Secrets that are handed out and kept only as digests (pure)."""

import base64
import hashlib
import hmac
import secrets

_TOKEN_BYTES = 24
"""192 bits: nobody guesses one, and the digest needs no salt."""

_ID_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


def new_token() -> str:
    """32 letters that may stand in an address."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_for(name: str, *, key: str) -> str:
    """Such letters too, but the same each time that they are asked for; nobody without the key can tell them."""
    made = hmac.digest(key.encode(), name.encode(), "sha256")
    return base64.urlsafe_b64encode(made[:_TOKEN_BYTES]).decode()


def digest(token: str) -> str:
    """What is kept of a token: whoever reads the database can use none."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_id() -> str:
    """Ten letters that nobody mistakes for another: about 49 bits."""
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(10))
