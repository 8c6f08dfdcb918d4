"""What scripts and styles are written in: members hold phones of 2020, televisions are older still."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "medialib" / "web" / "static"
# Not in Chromium 90.
OF_DESK = (
    r"\.findLast\w*\(", r"AbortSignal\.\w+", r"\.at\(", "structuredClone", r"Object\.(?:hasOwn|groupBy)", "randomUUID",
    r"Promise\.(?:try|withResolvers)", r"\.to(?:Sorted|Reversed|Spliced)\(", r"\.(?:union|intersection)\(",
    r"static \{",
)  # fmt: skip
# Not in Chromium 80; older.js stands in for some more.
OF_MEMBERS = (
    *OF_DESK, r"^  (?:async |get |set |static )*#\w+\(", r"\?\?=", r"\|\|=", "&&=", r"\.replaceAll\(",
    "WeakRef", r"Promise\.any",
)  # fmt: skip
# Not in Chromium 66.
OF_TELEVISIONS = (
    *OF_MEMBERS, r"\?\.[A-Za-z(\[]", r"\?\?", r"this\.#\w+", r"\bsignal \}", "replaceChildren", "flatMap",
    "fromEntries", "matchAll", r"\d_\d", "allSettled",
)  # fmt: skip
# Not in Chromium 80.
OF_STYLES = (
    r"(?<![\w-])inset:", r"(?:padding|margin)-(?:inline|block):", r":(?:is|where)\(", "color-mix", "@layer",
    "@container", r"\d[sdl]v[hw]\b",
)  # fmt: skip


def found(patterns: Iterable[str], files: Iterable[Path]) -> list[str]:
    """Each place with its file and line; comments are not looked at."""
    seen = re.compile("|".join(patterns))
    return [
        f"{file.name}:{number} {match.group().strip()}"
        for file in files
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if (match := seen.search(re.sub(r"(?:^|\s)//.*", "", line)))
    ]


def members() -> list[Path]:
    return [one for one in sorted(STATIC.glob("*.js")) if not one.name.startswith(("desk", "upload", "older"))]


def test_members_pages_are_written_for_chromium_80() -> None:
    assert members() and found(OF_MEMBERS, members()) == []


def test_members_pages_run_their_scripts_as_they_are_now() -> None:
    """What browsers fetch is one file made of all of them."""
    bundled = STATIC / "bundled" / "page.js"
    assert bundled.is_file() and bundled.stat().st_mtime >= max(one.stat().st_mtime for one in members()), (
        "run `make setup`"
    )


def test_the_televisions_page_is_written_for_chromium_66() -> None:
    assert found(OF_TELEVISIONS, sorted((STATIC / "tv").glob("*.js"))) == []


def test_the_desk_is_written_for_chromium_90() -> None:
    assert found(OF_DESK, sorted(STATIC.glob("*.js"))) == []


def test_styles_of_members_pages_are_known_to_chromium_80() -> None:
    assert found(OF_STYLES, [STATIC / name for name in ("tokens.css", "phone.css", "player.css", "noscript.css")]) == []


@pytest.mark.parametrize(
    "line", ["a ??= b", "  #open() {", "  async #open(a) {", "lines.findLast((one) => one)", "list.at(-1)"]
)
def test_what_is_too_new_is_seen(line: str, tmp_path: Path) -> None:
    (tmp_path / "one.js").write_text(f"// like a ??= b\n{line}\n", encoding="utf-8")
    assert len(found(OF_MEMBERS, [tmp_path / "one.js"])) == 1


def test_what_is_old_enough_is_let_pass(tmp_path: Path) -> None:
    (tmp_path / "one.js").write_text("  #slow = 0;\nthis.#slow ?? a?.b; // ??=\nthis._at(1); look('.at');\n")
    assert found(OF_MEMBERS, [tmp_path / "one.js"]) == []


def test_a_script_that_a_page_loads_by_itself_is_no_library() -> None:
    """What only hands out functions does nothing there: once the desk's player stood still for that reason."""
    pages = [file.read_text(encoding="utf-8") for file in (STATIC.parent / "templates").rglob("*.html")]
    loaded = {name for page in pages for name in re.findall(r"<script[^>]*filename='([\w/-]+\.js)'", page)}
    assert "desk-player.js" in loaded
    scripts = {name: (STATIC / name).read_text(encoding="utf-8") for name in loaded if not name.startswith("vendor/")}
    assert [name for name, text in scripts.items() if re.search("^export ", text, re.MULTILINE)] == []
