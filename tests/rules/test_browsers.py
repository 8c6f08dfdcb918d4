"""What scripts and styles are written in: members hold phones of 2020, televisions are older still."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "medialib" / "web" / "static"
# Chromium 97, 103, 92, 98, 93, 119, 128, 122: what it does is not worth leaving anybody out.
NEW = r"\.findLast\w*\(|AbortSignal\.\w+|\.at\(|structuredClone|Object\.hasOwn|Object\.groupBy|Promise\.(?:try|withResolvers|any)"
NEW += r"|\.(?:toSorted|toReversed|toSpliced|union|intersection)\(|randomUUID|static \{"
# Chromium 84 to 90, and what older.js stands in for is not meant: private methods, &&= ||= ??=, String.replaceAll.
OF_MEMBERS = NEW + r"|^  (?:async |get |set |static )*#\w+\(|\?\?=|\|\|=|&&=|\.replaceAll\(|WeakRef|import\.meta"
# Chromium 67 to 80, for sets of 2018.
OF_TELEVISIONS = OF_MEMBERS + r"|\?\.[A-Za-z(\[]|\?\?|(?<![\w\"'/#])#[a-z]\w*[ ;=]|signal \}|replaceChildren|flatMap|fromEntries|matchAll|\d_\d"
# Chromium 87, 88, 105, 111: a phone without them would lay the page out anew.
OF_STYLES = r"(?<![\w-])inset:|(?:padding|margin)-(?:inline|block):|:is\(|:where\(|color-mix|@layer|@container|\d[sdl]v[hw]\b"


def found(pattern: str, files: Iterable[Path]) -> list[str]:
    """Each place with its file and line; comments are not looked at."""
    seen = re.compile(pattern)
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


def test_the_televisions_page_is_written_for_chromium_66() -> None:
    assert found(OF_TELEVISIONS, sorted((STATIC / "tv").glob("*.js"))) == []


def test_the_desk_is_written_for_chromium_90() -> None:
    assert found(NEW, sorted(STATIC.glob("*.js"))) == []


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
