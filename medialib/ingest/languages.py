"""What people and programs call a language (chs, eng, 繁體, zh_TW) to a BCP 47 tag, and its own name; pure."""

import re

from babel import Locale, UnknownLocaleError
from babel.core import get_global

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?")
_SIMPLIFIED, _TRADITIONAL = "zh-Hans", "zh-Hant"
_NAMES = {
    _SIMPLIFIED: "chs sc gb gbk zhs zh-cn zh-sg hans 简体 简体中文 简中 简 chinese-simplified simplified 中简",
    _TRADITIONAL: (
        "cht tc big5 zht zh-tw zh-hk zh-mo hant 繁体 繁體 繁体中文 繁體中文 繁中 繁 chinese-traditional traditional"
    ),
    "zh": "cn chn chinese 中文 汉语 漢語 普通话 国语 國語 中字 双语 双语字幕",
    "en": "english 英文 英语 英語 英字 us uk",
    "yue": "cantonese 粤语 粵語",
    "ja": "jp japanese 日文 日语 日本語",
    "ko": "kr korean 韩文 韩语 한국어",
    "bo": "tibetan 藏文 藏语",
    "ug": "uyghur 维吾尔语",
    "mn": "mongolian 蒙古语",
    "ii": "彝语",
    "za": "壮语",
}
_BY_NAME = {name: tag for tag, names in _NAMES.items() for name in names.split()}


def language_tag(name: str) -> str | None:
    """The tag for a name or code; None when it names no language. Several (chs&eng) are the first of them."""
    first = re.split(r"[&+,]", name.strip())[0]
    wanted = first.strip().replace("_", "-")
    if known := _BY_NAME.get(wanted.lower()):
        return known
    if not _TAG.fullmatch(wanted):
        return None
    language, _, rest = wanted.partition("-")
    language = _short(language.lower())
    if not _is_known(language):
        return None
    if tag := _BY_NAME.get(f"{language}-{rest}".lower()):
        return tag
    return "-".join([language, *map(_cased, rest.split("-"))]) if rest else language


def well_formed(tag: str) -> str | None:
    """A tag that somebody typed, in its usual spelling; None when there is no such language."""
    try:
        locale = Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return None
    language, *rest = tag.split("-")
    known = language.lower() == locale.language and _TAG.fullmatch(tag)
    return "-".join([language.lower(), *map(_cased, rest)]) if known else None


def own_name(tag: str) -> str:
    """What its speakers call a language: 中文 (简体), English; the tag itself when that is not known."""
    try:
        locale = Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return tag
    if tag.partition("-")[0].lower() == "und":
        return tag
    return str(locale.get_display_name() or tag)


def _short(language: str) -> str:
    """ISO 639-2 (chi, zho, eng) to the code that BCP 47 wants."""
    return str(get_global("language_aliases").get(language, language)).partition("_")[0]


def _is_known(language: str) -> bool:
    """Codes of two letters only: most words of three (new, sdh) are a language somewhere."""
    return language in _NAMES or (len(language) == 2 and language in Locale("en").languages)


def _cased(part: str) -> str:
    """RFC 5646, 2.1.1: Hant, TW."""
    return part.title() if len(part) == 4 else part.upper()
