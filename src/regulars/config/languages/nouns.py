"""A merchant's word for its stores, put into every sentence that has it: "Add a store" becomes "Add an outlet".

Whole words only, never a placeholder, and never what stands in quotation marks: that is a word of a file.
"""

import re
from collections.abc import Callable
from functools import cache

from regulars.core.store_words import ENGLISH, StoreWord

ELSEWHERE: dict[str, dict[StoreWord, str]] = {
    "vi": {
        StoreWord.STORE: "cửa hàng",
        StoreWord.BRANCH: "chi nhánh",
        StoreWord.OUTLET: "điểm bán",
        StoreWord.SHOP: "tiệm",
        StoreWord.LOCATION: "địa điểm",
        StoreWord.RESTAURANT: "nhà hàng",
        StoreWord.SALON: "salon",
        StoreWord.CLINIC: "phòng khám",
        StoreWord.STATION: "trạm",
    },
    "ms": {
        StoreWord.STORE: "kedai",
        StoreWord.BRANCH: "cawangan",
        StoreWord.OUTLET: "outlet",
        StoreWord.SHOP: "gerai",
        StoreWord.LOCATION: "lokasi",
        StoreWord.RESTAURANT: "restoran",
        StoreWord.SALON: "salon",
        StoreWord.CLINIC: "klinik",
        StoreWord.STATION: "stesen",
    },
    "zh-hans": {
        StoreWord.STORE: "门店",
        StoreWord.BRANCH: "分店",
        StoreWord.OUTLET: "网点",
        StoreWord.SHOP: "店铺",
        StoreWord.LOCATION: "地点",
        StoreWord.RESTAURANT: "餐厅",
        StoreWord.SALON: "沙龙",
        StoreWord.CLINIC: "诊所",
        StoreWord.STATION: "站点",
    },
}
"""The words in the other languages; none of them has another form for many. The first is what .po files say."""

# What is left as it is: placeholders of both kinds, tags of HTML, and quoted words.
_KEPT = r"%\(\w+\)\w|\{[^}]*\}|<[^>]*>|“[^”]*”|\"[^\"]*\"|`[^`]*`"
_STORE = re.compile(rf"(?P<kept>{_KEPT})|(?:\b(?P<article>an? ))?\b(?P<noun>stores?)\b", re.IGNORECASE)
_VOWELS = "aeiou"


def has_store(english: str) -> bool:
    """Tell whether an English message speaks of a store."""
    return any(match["noun"] for match in _STORE.finditer(english))


def say_in_english(text: str, word: StoreWord) -> str:
    """Put the word for "store" into an English message, with its article, its number and its capital."""
    noun = ENGLISH[word]

    def put(match: re.Match[str]) -> str:
        if match["kept"]:
            return match[0]
        said = _like(match["noun"], noun.singular if match["noun"].casefold() == "store" else noun.plural)
        if match["article"] is None:
            return said
        return _like(match["article"], "an " if said[0].casefold() in _VOWELS else "a ") + said

    return _STORE.sub(put, text)


def say_in(language: str, text: str, word: StoreWord) -> str:
    """Put the word into a translation."""
    said = ELSEWHERE[language][word]
    return _pattern(language).sub(_replacement(said), text)


@cache
def _pattern(language: str) -> re.Pattern[str]:
    store = re.escape(ELSEWHERE[language][StoreWord.STORE])
    bounds = store if language == "zh-hans" else rf"\b{store}\b"  # Chinese puts no spaces between words
    return re.compile(rf"(?P<kept>{_KEPT})|(?P<noun>{bounds})", re.IGNORECASE)


def _replacement(said: str) -> Callable[[re.Match[str]], str]:
    return lambda match: match["kept"] or _like(match["noun"], said)


def _like(model: str, said: str) -> str:
    """Write `said` with the capitals of its model."""
    if len(model.strip()) > 1 and model.isupper():
        return said.upper()
    return said[0].upper() + said[1:] if model[0].isupper() else said
