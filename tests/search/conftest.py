"""A small library to search in."""

from collections.abc import Callable
from pathlib import Path

import pytest

from medialib.search.index import Document, SearchIndex

MakeDocument = Callable[..., Document]


def make_document(id: str, title: str, **known: object) -> Document:
    """A lesson about which little is known."""
    return Document(id=id, title=title, **{"published": 0.0, **known})  # type: ignore[arg-type]


@pytest.fixture
def index(tmp_path: Path) -> SearchIndex:
    """An index in which nothing was ever written."""
    return SearchIndex(tmp_path / "index")


@pytest.fixture
def library(index: SearchIndex) -> SearchIndex:
    """Four lessons that differ in everything that can be filtered or sorted."""
    index.put([
        make_document("tea", "高山茶园冬季管理", description="修剪、施基肥、清园防冻。", speaker="李秀英",
                      unit="清溪镇农技站", units=("qingxi", "station"),
                      themes=("skills",), theme_words=("技能培训", "Practical skills"),
                      kind="video", year=2021, seconds=300, published=100),
        make_document("bees", "中蜂过箱与分蜂", description="怎样收捕分蜂群、取土蜂蜜。", speaker="张大山",
                      unit="清溪镇农技站", units=("qingxi", "station"),
                      themes=("skills", "stories"), kind="audio", year=2022, seconds=120,
                      published=200),
        make_document("red", "红色交通站旧址", description="地下交通员送情报的老屋。",
                      unit="县档案馆", units=("archive",),
                      series="县志里的故事", themes=("heritage",), kind="audio", year=2022, seconds=900,
                      published=300),
        make_document("excel", "Excel 2016 记账入门", description="给茶叶合作社记账。",
                      transcript="打开表格，输入茶叶收入。",
                      unit="县档案馆", units=("archive",), kind="video", year=2023,
                      seconds=600, published=400),
    ])  # fmt: skip
    return index
