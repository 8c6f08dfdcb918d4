"""Whatever stands in the places of an address: no failure, and nothing of elsewhere."""

import re

import pytest
from flask.testing import FlaskClient

from medialib.services import Services

from .factories import add_lesson
from .signing import add_person, sign_in

CANARY = "known to nobody"
ODD = (
    "..", "..%2f..%2fcanary", "%2e%2e/canary", "..%5c..%5ccanary", "/etc/passwd", "%00", "a%0d%0aSet-Cookie:a=b", "%ff",
    "%e2%80%ae", "9" * 40, "-1", "1e5", "%f0%9d%9f%99", "canary",
)  # fmt: skip

FORESEEN = (200, 301, 302, 308, 400, 401, 403, 404, 405, 503)


@pytest.mark.parametrize("signed_in", [False, True])
def test_odd_words_in_an_address_lead_nowhere(client: FlaskClient, services: Services, signed_in: bool) -> None:
    if signed_in:
        add_person(services, "guan", "admin")
        sign_in(client, "guan")
    (services.store.root / "canary").write_text(CANARY)
    (services.store.lessons / "canary").write_text(CANARY)
    lesson_id = add_lesson(services)
    rules = [rule.rule for rule in client.application.url_map.iter_rules() if "GET" in (rule.methods or ())]
    patterns = {
        one for rule in rules for one in (rule, rule.replace("<lesson:lesson_id>", lesson_id)) if re.search("<.+>", one)
    }
    told = []
    for pattern in sorted(patterns):
        for odd in ODD:
            address = re.sub(r"<[^>]+>", odd, pattern)
            with client.get(address) as answer:
                if answer.status_code not in FORESEEN or CANARY.encode() in answer.data:
                    told.append((answer.status_code, address))
    assert len(patterns) > 50 and told == []
