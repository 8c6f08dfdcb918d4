"""The tree of themes and proposals as JSON."""

from typing import Any

from flask.testing import FlaskClient

from medialib.catalogue import seeds
from medialib.services import Services

from .factories import add_lesson

TREE: dict[str, dict[str, Any]] = {
    "skills": {
        "zh": "技能培训", "en": "Skills", "words": ["栽培"],
        "below": {"bamboo": {"zh": "竹笋竹林", "en": "Bamboo", "words": ["竹", "笋", "毛竹"]}},
    },
    "health": {"zh": "平安健康", "en": "Health", "words": ["血压"]},
}  # fmt: skip


def plant(services: Services) -> None:
    with services.database.begin() as session:
        seeds.seed_themes(session, TREE)


def test_the_tree_comes_with_its_paths_words_and_counts(client: FlaskClient, services: Services) -> None:
    plant(services)
    add_lesson(services, themes=("bamboo",))
    assert client.get("/api/themes").get_json() == {
        "themes": [
            {"slug": "skills", "path": ["skills"], "zh": "技能培训", "en": "Skills", "words": ["栽培"], "lessons": 1},
            {"slug": "bamboo", "path": ["skills", "bamboo"], "zh": "竹笋竹林", "en": "Bamboo",
             "words": ["竹", "笋", "毛竹"], "lessons": 1},
            {"slug": "health", "path": ["health"], "zh": "平安健康", "en": "Health", "words": ["血压"], "lessons": 0},
        ]
    }  # fmt: skip


def test_proposals_have_exactly_the_promised_shape(client: FlaskClient, services: Services) -> None:
    plant(services)
    lesson_id = add_lesson(services, "毛竹栽培")
    answer = client.get(f"/api/lessons/{lesson_id}/themes").get_json()
    (first,) = answer.pop("proposals")
    assert answer == {"lesson": lesson_id}
    assert 0.5 < first.pop("confidence") <= 1
    assert first == {
        "slug": "bamboo", "path": ["skills", "bamboo"], "zh": "竹笋竹林", "en": "Bamboo", "words": ["毛竹"],
        "has": False,
    }  # fmt: skip


def test_an_unknown_lesson_is_404(client: FlaskClient) -> None:
    answer = client.get("/api/lessons/nosuch/themes")
    assert (answer.status_code, answer.get_json()) == (404, {"error": "没有找到这一课。"})
