"""Passwords: what is accepted, how it is kept (Argon2id), and how it is compared (pure)."""

from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from medialib.errors import N_, BadRequest

MEMORY_KIBIBYTES = 19 * 1024
PASSES = 2
LANES = 1
"""OWASP's advice for Argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane; about 30 ms."""

SHORTEST = 8
LONGEST = 200
_FEWEST_DIFFERENT = 4

_hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIBIBYTES, parallelism=LANES, type=Type.ID)


def check_password(password: str, *, login: str) -> None:
    """Raises BadRequest for a password that others would guess soon."""
    if len(password) < SHORTEST:
        raise BadRequest(N_("This password is too short: at least %(number)s characters."), values={"number": SHORTEST})
    if len(password) > LONGEST:
        raise BadRequest(N_("This password is too long: at most %(number)s characters."), values={"number": LONGEST})
    plain = password.casefold()
    if len(set(plain)) < _FEWEST_DIFFERENT or plain in "01234567890123456789" or plain in "98765432109876543210":
        raise BadRequest(N_("This password is too easy to guess. Take a few words that only you put together."))
    if login.casefold() in plain:
        raise BadRequest(N_("The password must not have your sign-in name in it."))


def hash_password(password: str) -> str:
    """The password as it is kept, with its salt and parameters."""
    return _hasher.hash(password)


def is_right(password_hash: str, password: str) -> bool:
    """Whether it is this password. Without a hash it takes as long, so that nobody learns who has an account."""
    try:
        _hasher.verify(password_hash or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
    return bool(password_hash)


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with other parameters than those of today."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")
