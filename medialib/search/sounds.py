"""How Chinese words sound: pinyin, initials, and Latin letters read back as syllables (pure)."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, combinations, islice, pairwise, product

from medialib.search import folding, text

LONGEST_SOUND = 6
"""Syllables joined into one term; longer pinyin is asked for in pieces."""
LONGEST_INITIALS = 8

_SYLLABLES = """
    a ai an ang ao ba bai ban bang bao bei ben beng bi bian biao bie bin bing bo bu ca cai can cang cao ce
    cen ceng cha chai chan chang chao che chen cheng chi chong chou chu chua chuai chuan chuang chui chun
    chuo ci cong cou cu cuan cui cun cuo da dai dan dang dao de den deng di dian diao die ding diu dong dou
    du duan dui dun duo e ei en eng er fa fan fang fei fen feng fiao fo fou fu ga gai gan gang gao ge gei
    gen geng gong gou gu gua guai guan guang gui gun guo ha hai han hang hao he hei hen heng hong hou hu hua
    huai huan huang hui hun huo ji jia jian jiang jiao jie jin jing jiong jiu ju juan jue jun ka kai kan
    kang kao ke ken keng kong kou ku kua kuai kuan kuang kui kun kuo la lai lan lang lao le lei leng li lia
    lian liang liao lie lin ling liu lo long lou lu luan lun luo lv lve ma mai man mang mao me mei men meng
    mi mian miao mie min ming miu mo mou mu na nai nan nang nao ne nei nen neng ni nian niang niao nie nin
    ning niu nong nou nu nuan nun nuo nv nve o ou pa pai pan pang pao pei pen peng pi pian piao pie pin ping
    po pou pu qi qia qian qiang qiao qie qin qing qiong qiu qu quan que qun ran rang rao re ren reng ri rong
    rou ru rua ruan rui run ruo sa sai san sang sao se sen seng sha shai shan shang shao she shen sheng shi
    shou shu shua shuai shuan shuang shui shun shuo si song sou su suan sui sun suo ta tai tan tang tao te
    teng ti tian tiao tie ting tong tou tu tuan tui tun tuo wa wai wan wang wei wen weng wo wu xi xia xian
    xiang xiao xie xin xing xiong xiu xu xuan xue xun ya yan yang yao ye yi yin ying yo yong you yu yuan yue
    yun za zai zan zang zao ze zei zen zeng zha zhai zhan zhang zhao zhe zhen zheng zhi zhong zhou zhu zhua
    zhuai zhuan zhuang zhui zhun zhuo zi zong zou zu zuan zui zun zuo
    """

_MISREAD = {
    "朝阳": "chao yang", "还款": "huan kuan", "还贷": "huan dai", "还钱": "huan qian", "还账": "huan zhang",
    "还田": "huan tian", "还林": "huan lin", "弹棉花": "tan mian hua", "大夫": "dai fu", "单县": "shan xian",
    "涡阳": "guo yang", "圈养": "juan yang", "猪圈": "zhu juan", "牛圈": "niu juan", "羊圈": "yang juan",
    "鸡圈": "ji juan", "嚼碎": "jiao sui", "重楼": "chong lou", "着重": "zhuo zhong",
}  # fmt: skip
"""Words that the dictionary of readings does not know, or reads otherwise than people do."""
_misread = re.compile("|".join(_MISREAD))
_FAMILIES = {
    "曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "区": "ou", "任": "ren", "朴": "piao", "查": "zha",
    "翟": "zhai", "盖": "ge", "洗": "xian", "冼": "xian", "覃": "qin", "员": "yun", "缪": "miao", "幺": "yao",
    "召": "shao", "宁": "ning", "秘": "bi", "折": "she", "黑": "he", "乐": "yue", "种": "chong",
}  # fmt: skip
"""How a family is called whose character is mostly read otherwise."""

SYLLABLES = frozenset(_SYLLABLES.split())
_LONGEST_SYLLABLE = max(map(len, SYLLABLES))
_TONE_MARKS = dict.fromkeys((0x300, 0x301, 0x304, 0x30C))
_numbered = re.compile(r"(?<![a-z\d])(?:[a-z]{2,6}[0-5])+(?![a-z\d])")
_latin = re.compile(rf"(?:(?![{folding.HAN}])[^\W\d_])+")

_BEGINNINGS = (
    ("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("l", "n"), ("z", "zh"), ("c", "ch"), ("s", "sh"),
    ("f", "h"), ("h", "f"), ("f", "hu"), ("hu", "f"),
)  # fmt: skip
_ENDINGS = (("ing", "in"), ("eng", "en"), ("ang", "an"), ("in", "ing"), ("en", "eng"), ("an", "ang"))
_SPOKEN = {"fei": "hui", "fen": "hun", "feng": "hong", "hui": "fei", "hun": "fen", "hong": "feng"}
_MOST_SLIPS = 24
"""Ways in which one word is said that are looked for."""


@lru_cache(maxsize=65_536)
def syllables(word: str) -> tuple[str, ...]:
    """The pinyin of a Chinese word without tones, one syllable a character, "" where none is known."""
    from pypinyin import lazy_pinyin  # a quarter of a second that most commands need not spend

    return tuple(lazy_pinyin(word, errors=_unknown))  # type: ignore[arg-type]


@lru_cache(maxsize=65_536)
def ways(character: str) -> tuple[str, ...]:
    """All the ways in which a character is said in any word, without tones."""
    from pypinyin.constants import PINYIN_DICT  # as above

    said = PINYIN_DICT.get(ord(character), "").split(",")
    return tuple({_toneless(way).replace("ü", "v") for way in said if way})


def readings(han: str) -> list[str]:
    """The pinyin of a run of Chinese; cut into words first, because 行 in 银行 and 行走 differ."""
    said = [syllable for word in text.cut(han) for syllable in syllables(word)]
    for found in _misread.finditer(han):
        said[found.start() : found.end()] = _MISREAD[found.group()].split()
    return said


def person_terms(name: str) -> list[str]:
    """`sound_terms` of a person's name, whose first character may be read in its own way: 曾 zeng, 单 shan."""
    terms = sound_terms(name)
    family = _FAMILIES.get(folding.normalise(name)[:1])
    if family is None:
        return terms
    said = [family, *[one for run in _han_runs(name) for one in readings(run)][1:]]
    return [*terms, *("".join(said[:length]) for length in range(1, len(said) + 1))]


def sound_terms(value: str) -> list[str]:
    """Every one to six neighbouring syllables of a text, joined: 竹笋 -> zhu, zhusun, sun."""
    found: list[str] = []
    for run in _han_runs(value):
        said = readings(run)
        for start in range(len(said)):
            longest = min(LONGEST_SOUND, len(said) - start)
            found.extend("".join(said[start : start + length]) for length in range(1, longest + 1))
    return [term for term in found if term]


def initials_terms(value: str) -> list[str]:
    """The initials of two to eight neighbouring characters, from the start of any word.

    村规民约 -> cg, cgm, cgmy, and my when 民约 is a word of its own. Those that end with a word come twice, those of
    the whole run three times: people shorten words rather than what happens to begin alike.
    """
    found: list[str] = []
    for run in _han_runs(value):
        first = "".join(syllable[:1] or " " for syllable in readings(run))
        starts = [*_word_starts(run)]
        ends = {*starts[1:], len(first)}
        for start in starts:
            for end in range(start + 2, min(start + LONGEST_INITIALS, len(first)) + 1):
                times = 1 + (end in ends) + (start == 0 and end == len(first))
                found.extend([first[start:end]] * times)
    return [term for term in found if " " not in term]


def spelled_words(value: str) -> tuple[list[str], list[int]]:
    """A text as it is typed in letters, and where in that list a word begins.

    One syllable for a Chinese character, one piece for a Latin word; "" for what has no letters from a to z.
    """
    spelled: list[str] = []
    starts: list[int] = []
    for run in text.stretches(folding.normalise(value)):
        if run.han:
            starts.extend(len(spelled) + start for start in _word_starts(run.text))
            spelled.extend(one if one.isascii() and one.isalpha() else "" for one in readings(run.text))
        else:
            starts.append(len(spelled))
            spelled.append(run.text if run.text.isascii() and run.text.isalpha() else "")
    return spelled, starts


def word_sounds(words: Iterable[str]) -> list[str]:
    """The joined pinyin of each Chinese word of at least two characters; cheap enough for descriptions."""
    joined = ("".join(syllables(word)) for word in words if len(word) > 1 and not word.isascii())
    return [sound for sound in joined if sound]


def pairs(said: list[str]) -> list[str]:
    """Neighbouring syllables joined in twos: san yang ji -> sanyang, yangji."""
    return [first + second for first, second in pairwise(said)]


def split_pinyin(letters: str) -> list[str]:
    """Latin letters read as pinyin, longest syllables first: zhusun -> zhu, sun; [] when they are none."""
    # best[at] is the syllables of letters[at:], filled from the end.
    best: list[list[str] | None] = [None] * len(letters) + [[]]
    for at in range(len(letters) - 1, -1, -1):
        for end in range(min(len(letters), at + _LONGEST_SYLLABLE), at, -1):
            rest = best[end]
            if rest is not None and letters[at:end] in SYLLABLES:
                best[at] = [letters[at:end], *rest]
                break
    return best[0] or []


def without_tones(normalised: str) -> str:
    """Pinyin with marks or numbers for its tones as it is without: zhú sǔn, zhu2sun3 -> zhu sun, zhusun."""
    unmarked = _latin.sub(lambda found: _unmarked(found.group()), normalised)
    return _numbered.sub(lambda found: _unnumbered(found.group()), unmarked)


def _unmarked(letters: str) -> str:
    plain = _toneless(letters)
    return plain if plain != letters and split_pinyin(plain.replace("ü", "v")) else letters


def _toneless(letters: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", letters).translate(_TONE_MARKS))


def _unnumbered(syllables_and_tones: str) -> str:
    said = re.split(r"\d", syllables_and_tones)[:-1]
    return "".join(said) if all(one in SYLLABLES for one in said) else syllables_and_tones


def slips(letters: str) -> list[str]:
    """Pinyin as it is said in the south, where zh is z, n is l, f is h and ang is an, and the other way round.

    Those with the fewest other syllables come first.
    """
    said = split_pinyin(letters)
    if not 1 < len(said) <= LONGEST_SOUND:
        return []
    others = [_said_as(one) for one in said]
    places = chain.from_iterable(combinations(range(len(said)), many) for many in range(1, len(said) + 1))
    ways = ("".join(way) for some in places for way in product(*_ways_at(said, others, some)))
    return [*islice(dict.fromkeys(islice(ways, 2 * _MOST_SLIPS)), _MOST_SLIPS)]


def _ways_at(said: list[str], others: list[list[str]], places: tuple[int, ...]) -> list[list[str]]:
    """For each syllable what it may be: at these places another one, else itself."""
    return [others[at] if at in places else [one] for at, one in enumerate(said)]


@lru_cache(maxsize=1024)
def _said_as(syllable: str) -> list[str]:
    """What else a syllable may be meant for, the likeliest first."""
    begun = [other + syllable[len(one) :] for one, other in _BEGINNINGS if syllable.startswith(one)]
    begun += [_SPOKEN[syllable]] if syllable in _SPOKEN else []
    ended = [one[: -len(end)] + other for one in (syllable, *begun) for end, other in _ENDINGS if one.endswith(end)]
    return [*dict.fromkeys(one for one in (*begun, *ended) if one in SYLLABLES and one != syllable)]


def _unknown(characters: str) -> list[str]:
    return [""] * len(characters)


def _han_runs(value: str) -> Iterator[str]:
    return (run.text for run in text.stretches(folding.normalise(value)) if run.han)


def _word_starts(han: str) -> Iterator[int]:
    """Where words begin, those inside of a name too: 石门镇林业站 is called 林业站 as well."""
    start = 0
    for word in text.cut_through_names(han):
        yield start
        start += len(word)
