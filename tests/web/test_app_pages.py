"""What makes the pages an app, and taking lists into podcast apps."""

import io
import json
import re
import shutil
import subprocess
from xml.etree import ElementTree as Xml

import pytest
from flask.testing import FlaskClient
from PIL import Image

from medialib.catalogue import collecting, edits, lookups, narrowing
from medialib.services import Services

from .factories import add_lesson


def test_the_manifest_names_the_site_and_icons_that_are_there(client: FlaskClient) -> None:
    told = client.get("/manifest.webmanifest")
    assert told.mimetype == "application/manifest+json"
    icons = told.json["icons"]  # type: ignore[index]
    for icon in icons:
        with Image.open(io.BytesIO(client.get(icon["src"]).data)) as picture:
            assert f"{picture.width}x{picture.height}" == icon["sizes"]
    assert {one["purpose"] for one in icons} == {"any", "maskable"}


def test_the_service_worker_keeps_only_what_is_there(client: FlaskClient) -> None:
    text = client.get("/sw.js").text
    shell = json.loads(text.partition("\n")[0].removeprefix("const SHELL = ").rstrip(";"))
    for address in (*shell["shell"], shell["mine"]):
        assert client.get(address).status_code == 200, address
    assert not re.findall(r"^import ", text, re.MULTILINE)


def test_every_script_and_style_of_a_kept_page_is_kept(client: FlaskClient, services: Services) -> None:
    told = client.get("/sw.js").text.partition("\n")[0].removeprefix("const SHELL = ").rstrip(";")
    lesson_id = add_lesson(services)
    for address in ("/", "/mine", f"/lessons/{lesson_id}"):
        text = re.sub("<noscript>.*?</noscript>", "", client.get(address).text)
        wanted = set(re.findall(r'<(?:script|link rel="stylesheet")[^>]*(?:src|href)="(/static/[^"]+)"', text))
        assert len(wanted) > 2 and wanted <= set(json.loads(told)["shell"]), address


_PUTS = """
const kept = [];
const cache = { put: async (address) => kept.push(address), keys: async () => [], match: async () => undefined };
globalThis.self = { addEventListener: (name, act) => { self[name] = act; } };
globalThis.location = { origin: "http://it" };
globalThis.caches = { open: async () => cache, match: async () => undefined };
const controls = {
  "/media/a/v1/poster/1-640.webp": "public, max-age=9",
  "/media/b/v1/poster/1-640.webp": "private, no-cache",
};
const told = (url) => ({ headers: { "Cache-Control": controls[new URL(url).pathname] } });
globalThis.fetch = async ({ url }) => new Response("x", told(url));
new Function(require("fs").readFileSync(0, "utf8"))();
(async () => {
  for (const path of Object.keys(controls)) {
    let answer;
    self.fetch({ request: new Request("http://it" + path), respondWith: (one) => { answer = one; } });
    await answer;
  }
  console.log(JSON.stringify(kept));
})();
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="NOT TESTED: no node here")
def test_the_service_worker_keeps_no_picture_of_a_lesson_for_some(client: FlaskClient) -> None:
    text = client.get("/sw.js").text
    done = subprocess.run(["node", "-e", _PUTS], input=text, capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == ["http://it/media/a/v1/poster/1-640.webp"]


_RUNS = """
globalThis.self = { addEventListener: (name, act) => { self[name] = act; } };
globalThis.location = { origin: "http://it" };
const match = async (address) => address.startsWith("/static/") ? address : undefined;
globalThis.caches = { open: async () => ({ match }) };
globalThis.fetch = async ({ url }) => "asked for " + new URL(url).pathname;
new Function(require("fs").readFileSync(0, "utf8"))();
(async () => {
  for (const name of ["page", "unscripted", "older"]) {
    let answer;
    const request = new Request(`http://it/scripts/0123456789/${name}.js`);
    self.fetch({ request, respondWith: (one) => { answer = one; } });
    console.log((await answer).replace(/[?].*/, ""));
  }
})();
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="NOT TESTED: no node here")
def test_a_lesson_that_was_saved_with_its_page_of_old_runs_what_there_is_now(client: FlaskClient) -> None:
    """Its scripts lay under /scripts/, each by itself: without a network nobody could play it any more."""
    text = client.get("/sw.js").text
    done = subprocess.run(["node", "-e", _RUNS], input=text, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split("\n")[:3] == [
        "/static/bundled/page.js", "/static/unscripted.js", "asked for /scripts/0123456789/older.js",
    ]  # fmt: skip


def test_pages_for_everyone_may_be_kept_and_no_others(client: FlaskClient, services: Services) -> None:
    lesson_id = add_lesson(services)
    for address in ("/", f"/lessons/{lesson_id}", "/themes", "/mine"):
        assert client.get(address).headers["Medialib-Keep"] == "yes"
    for address in ("/themes?lang=en", "/sign-in", "/nosuch"):
        assert client.get(address).headers.get("Medialib-Keep") != "yes"
    with services.database.begin() as session:
        lookups.lesson(session, lesson_id).access = "signed-in"
    assert client.get(f"/lessons/{lesson_id}").headers.get("Medialib-Keep") != "yes"


def test_a_list_can_be_subscribed_to_by_its_code(client: FlaskClient, services: Services) -> None:
    add_lesson(services, series="声临其境", number=1, kind="audio")
    with services.database.read() as session:
        slug = narrowing.browse(session, narrowing.Wanted()).lessons[0].series_slug
    page = client.get(f"/subscribe?of=collections/{slug}").text
    assert f"http://localhost/collections/{slug}.rss" in page
    assert client.get(f"/subscribe.svg?of=collections/{slug}").mimetype == "image/svg+xml"
    assert (
        "http://localhost/search.rss?q=%E8%8C%B6" in client.get("/subscribe", query_string={"of": "search?q=茶"}).text
    )
    assert "http://localhost/latest.rss" in client.get("/subscribe").text
    opml = Xml.fromstring(client.get("/series.opml").data)
    assert [one.attrib["xmlUrl"] for one in opml.iter("outline")] == [f"http://localhost/collections/{slug}.rss"]


@pytest.mark.parametrize("of", ["collections/nosuch", "nonsense", "search/x", "themes", "search?year=x", "//[x"])
def test_what_is_no_list_cannot_be_subscribed_to(client: FlaskClient, of: str) -> None:
    assert client.get("/subscribe", query_string={"of": of}).status_code == 404
    assert client.get("/subscribe.svg", query_string={"of": of}).status_code == 404


def test_places_show_kinds_and_the_tree_of_units(client: FlaskClient, services: Services) -> None:
    assert "还没有课写明在哪里拍的" in client.get("/places").text
    add_lesson(services, place="grove", unit="桃江县/马迹塘镇/赤塘村")
    add_lesson(services, place="grove", unit="桃江县/三堂街镇")
    text = client.get("/places").text
    assert "竹林" in text and "covers/bamboo.svg" in text
    units = re.findall(r"<span>([^<]+)</span><span class=\"num\">(\d+)</span>", text)
    assert units == [("桃江县", "2"), ("马迹塘镇", "1"), ("赤塘村", "1"), ("三堂街镇", "1")] or sorted(units) == sorted(
        [("桃江县", "2"), ("马迹塘镇", "1"), ("赤塘村", "1"), ("三堂街镇", "1")]
    )


def test_home_leaves_room_for_what_goes_on_only_where_something_does(client: FlaskClient, services: Services) -> None:
    add_lesson(services)
    assert "接着看" not in client.get("/").text
    client.set_cookie("going", "1")
    assert "接着看" in client.get("/").text


def test_listening_begins_with_series_of_readings(client: FlaskClient, services: Services) -> None:
    add_lesson(services, "谷雨", kind="audio", series="节气里的农事", number=1)
    add_lesson(services, "选竹", series="竹子的一年", number=1)
    text = client.get("/?kind=audio").text
    assert "节气里的农事" in text and "竹子的一年" not in text and "/series.opml" in text


def test_a_package_shows_what_is_to_be_done_and_read(client: FlaskClient, services: Services) -> None:
    lesson_id = add_lesson(services, "选竹")
    with services.database.begin() as session:
        package = edits.new_collection(session, kind="package", title="春笋下山", dated="2023-05")
        collecting.add(session, package, [lesson_id])
        package.extras = [
            {"id": "a1", "kind": "task", "title": "量一量<竹>", "text": "带上尺子", "position": 2},
            {"id": "a2", "kind": "reading", "title": "笋价", "link": "/latest", "position": 3},
        ]
        collecting.publish(session, package)
        slug = package.slug
    text = client.get(f"/collections/{slug}").text
    assert re.findall(r'class="seal todo">\s*(\S)\s*<', text) == ["课", "做", "读"]
    assert "量一量&lt;竹&gt;" in text and "带上尺子" in text and 'href="/latest"' in text
