"""What Flask makes anew for every application is made once for all tests of a process, or when it is asked for."""

from collections.abc import Callable
from types import CodeType

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

_Build = Callable[..., tuple[str, str]]


class _Compiled(BytecodeCache):
    """Templates by their name and content."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code:
            self._kept[bucket.key, bucket.checksum] = bucket.code


class _Later(Rule):
    """A rule compiles what builds its address when the first one is built: a test asks for few of them."""

    def _compile_builder(self, append_unknown: bool = True) -> _Build:
        compile_now = super()._compile_builder

        def build(rule: Rule, /, **values: object) -> tuple[str, str]:
            compiled = compile_now(append_unknown)
            setattr(rule, "_build_unknown" if append_unknown else "_build", compiled.__get__(rule, None))
            return compiled(rule, **values)

        return build


def install() -> None:
    Flask.jinja_options = {"bytecode_cache": _Compiled()}
    Flask.url_rule_class = _Later
