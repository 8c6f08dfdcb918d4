"""What an index was built by, as one short word: an index with another one is out of date and built anew.

Nobody has to remember to count a version up: a lesson in which everything occurs is analysed, and what comes out is
part of the word.
"""

import hashlib
import json
from functools import cache
from importlib.metadata import version

from whoosh.fields import Schema

from medialib.search import blocks, vocabulary
from medialib.search.schema import Document, index_fields, make_schema

# They bring dictionaries, whose words may change although those of the sample do not.
_DICTIONARIES = ("opencc", "pypinyin", "rjieba", "whoosh")
_SAMPLE = Document(
    id="sample",
    title="竹筍炒腊肉：银行行长重庆话 Excel２０１６ 第3.5课",
    description="乡村振兴，合作社怎样记账；it's the EMS café of Łódź ½ ㎏。",
    speaker="单小华 曾老师 O'Brien",
    unit="桃江县马迹塘镇农技站",
    series="小桃讲党课",
    units=("county", "town"),
    place="pavilion",
    themes=("skills", "skills-bamboo"),
    theme_words=("技能培训", "Practical skills"),
    transcript="我们来看看着竹鞭往哪里走，长了的长度是多少米？GPU 和 wifi 都没有。",
    kind="audio",
    year=2021,
    seconds=61.5,
    published=1.5,
)


@cache
def fingerprint() -> str:
    """The fingerprint of what this process would build: fields, analysis, dictionaries, form of the files."""
    samples = []
    for names in ((), (_SAMPLE.unit, _SAMPLE.series)):
        with vocabulary.with_names(*names):
            samples.append(index_fields(_SAMPLE))
    told = {
        "blocks": blocks.MAGIC.decode(),
        "packages": [version(name) for name in _DICTIONARIES],
        "fields": _described(make_schema()),
        "samples": samples,
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _described(schema: Schema) -> dict[str, tuple[object, ...]]:
    return {
        name: (
            type(field.format).__name__,
            field.indexed,
            field.stored,
            field.scorable,
            field.unique,
            type(field.column_type).__name__,
        )
        for name, field in schema.items()
    }
