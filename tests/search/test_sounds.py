"""Pinyin, initials, and pinyin read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialib.search import sounds


def test_a_word_is_said_as_a_word() -> None:
    assert sounds.readings("重庆银行") == ["chong", "qing", "yin", "hang"]


def test_sounds_are_joined_from_one_to_six_syllables() -> None:
    assert sounds.sound_terms("竹笋") == ["zhu", "zhusun", "sun"]
    assert max(len(sounds.split_pinyin(term)) for term in sounds.sound_terms("农民专业合作社登记")) == 6


def test_initials_start_at_words() -> None:
    assert "cgmy" in sounds.initials_terms("村规民约修订指南")
    assert "xdzn" not in sounds.initials_terms("张，村")


@pytest.mark.parametrize(
    ("letters", "syllables"),
    [
        ("zhusun", ["zhu", "sun"]),
        ("xiangcunzhenxing", ["xiang", "cun", "zhen", "xing"]),
        ("fangan", ["fang", "an"]),
        ("lvse", ["lv", "se"]),
        ("excel", []),
        ("", []),
    ],
)
def test_letters_are_read_as_pinyin_when_they_can_be(letters: str, syllables: list[str]) -> None:
    assert sounds.split_pinyin(letters) == syllables


@given(st.text(st.characters(), max_size=40))
def test_sounds_take_any_text(value: str) -> None:
    for term in [*sounds.sound_terms(value), *sounds.initials_terms(value), *sounds.word_sounds([value])]:
        assert term
        assert term.encode().decode() == term


@given(st.lists(st.sampled_from(sorted(sounds.SYLLABLES)), min_size=1, max_size=8))
def test_joined_syllables_can_always_be_read_back(syllables: list[str]) -> None:
    assert "".join(sounds.split_pinyin("".join(syllables))) == "".join(syllables)


SAID_RIGHTLY = """
    银行 yinhang 重庆 chongqing 长沙 changsha 行走 xingzou 音乐 yinyue 会计 kuaiji 重点 zhongdian 调解 tiaojie
    朝阳 chaoyang 行业 hangye 长大 zhangda 重阳 chongyang 快乐 kuaile 还款 huankuan 人参 renshen 处理 chuli
    办事处 banshichu 供给 gongji 模样 muyang 角色 juese 弹棉花 tanmianhua 薄荷 bohe 便宜 pianyi 头发 toufa
    种植 zhongzhi 种子 zhongzi 中奖 zhongjiang 出差 chuchai 传记 zhuanji 着火 zhaohuo 教书 jiaoshu 相亲 xiangqin
    藏族 zangzu 收藏 shoucang 降落 jiangluo 投降 touxiang 茶几 chaji 大夫 daifu 调查 diaocha 村长 cunzhang
    生长 shengzhang 长征 changzheng 重建 chongjian 说服 shuofu 睡觉 shuijiao 爱好 aihao 水分 shuifen 晒干 shaigan
    理发 lifa 宿舍 sushe 率领 shuailing 供奉 gongfeng 有空 youkong 结实 jieshi 上当 shangdang 厦门 xiamen
    益阳 yiyang 长寿 changshou 内行 neihang 作坊 zuofang 扎根 zhagen 包扎 baoza 炮制 paozhi 散文 sanwen
    囤积 tunji 秸秆 jiegan 荨麻 xunma 芥菜 jiecai 称职 chenzhi 应急 yingji 看守 kanshou 强调 qiangdiao
    倔强 juejiang 似的 shide 押解 yajie 试卷 shijuan 猪圈 zhujuan 圈养 juanyang 露天 lutian 绿林 lulin 没收 moshou
    油炸 youzha 正月 zhengyue 中毒 zhongdu 转动 zhuandong 钻孔 zuankong 还田 huantian
    """


def test_common_words_with_characters_of_several_readings_are_said_rightly() -> None:
    words = SAID_RIGHTLY.split()
    wrong = {
        word: said for word, said in zip(words[::2], words[1::2], strict=True) if "".join(sounds.readings(word)) != said
    }
    assert wrong == {}
    assert sounds.readings("到重庆银行还款") == ["dao", "chong", "qing", "yin", "hang", "huan", "kuan"]


def test_a_family_may_be_read_in_its_own_way() -> None:
    assert {"zengxiaoming", "zeng", "cengxiaoming"} <= set(sounds.person_terms("曾小明"))
    assert "shanlaoshi" in sounds.person_terms("單老师")
    assert sounds.person_terms("李秀英") == sounds.sound_terms("李秀英")


def test_initials_of_whole_words_and_titles_count_more() -> None:
    terms = sounds.initials_terms("竹笋病虫害")
    assert (terms.count("zs"), terms.count("zsb"), terms.count("zsbch")) == (2, 1, 3)


def test_a_text_is_spelled_syllable_by_syllable() -> None:
    assert sounds.spelled_words("用Excel记账2016") == (["yong", "excel", "ji", "zhang", ""], [0, 1, 2, 4])


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("zhú sǔn", "zhu sun"), ("zhúsǔn", "zhusun"), ("zhu2sun3", "zhusun"), ("zhu3 sun3", "zhu sun"),
        ("lǜ chá", "lü cha"), ("养jī", "养ji"), ("café", "café"), ("mp3 h264 5g a4", "mp3 h264 5g a4"),
        ("excel2016", "excel2016"), ("zhu25", "zhu25"),
    ],
)  # fmt: skip
def test_tones_that_are_typed_are_passed_over(typed: str, read: str) -> None:
    assert sounds.without_tones(typed) == read


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("zusun", "zhusun"), ("cunsun", "chunsun"), ("zulin", "zhuling"), ("lannan", "nanlan"),
        ("sangyang", "sanyang"), ("jihen", "jifen"), ("huangfo", "fanghuo"), ("shihui", "shifei"), ("hongfu", "fengfu"),
    ],
)  # fmt: skip
def test_pinyin_as_it_is_said_in_the_south_is_understood(typed: str, meant: str) -> None:
    assert meant in sounds.slips(typed)
    assert typed not in sounds.slips(typed)


def test_one_other_syllable_is_likelier_than_two() -> None:
    assert sounds.slips("zusun")[-1] == "zhushun"


@pytest.mark.parametrize("typed", ["excel", "zu", "", "zusunzusunzusunzusun"])
def test_what_is_no_word_in_pinyin_has_no_other_way_to_be_said(typed: str) -> None:
    assert sounds.slips(typed) == []
