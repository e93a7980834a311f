"""A merchant's word for its stores goes into every sentence that means one, and into no other word."""

import pytest

from regulars.config.languages.collect import collect
from regulars.config.languages.nouns import ELSEWHERE, has_store, say_in, say_in_english
from regulars.core.store_words import ENGLISH, StoreWord


@pytest.mark.parametrize(
    ("text", "word", "said"),
    [
        ("Add a store", "branch", "Add a branch"),
        ("Add a store", "outlet", "Add an outlet"),
        ("A store has any number of tags.", "outlet", "An outlet has any number of tags."),
        ("Stores", "branch", "Branches"),
        ("All stores", "clinic", "All clinics"),
        ("the store's own time", "salon", "the salon's own time"),
        ("%(n)s stores changed.", "location", "%(n)s locations changed."),
        ("Home store", "restaurant", "Home restaurant"),
        ("There is no store “%(store)s”.", "station", "There is no station “%(store)s”."),
        ("in %(stores)s", "branch", "in %(stores)s"),
        ("{store} and {{ store }}", "branch", "{store} and {{ store }}"),
        ('<a class="store">the store</a>', "branch", '<a class="store">the branch</a>'),
        ("One code in each line; a first line “store” is left out.", "shop", None),
        ("It is stored with a key.", "branch", None),
        ("Restore what expired", "branch", None),
        ("store_tags: no such store", "branch", "store_tags: no such branch"),
        ("STORES", "branch", "BRANCHES"),
        ("Add a store", "store", "Add a store"),
    ],
)
def test_a_store_is_called_as_the_merchant_calls_it(text, word, said):
    assert say_in_english(text, StoreWord(word)) == (text if said is None else said)


@pytest.mark.parametrize(
    ("language", "text", "word", "said"),
    [
        ("vi", "Thêm cửa hàng", "branch", "Thêm chi nhánh"),
        ("vi", "Cửa hàng", "branch", "Chi nhánh"),
        ("vi", "Không có cửa hàng “%(store)s”.", "outlet", "Không có điểm bán “%(store)s”."),
        ("ms", "Kedai", "branch", "Cawangan"),
        ("ms", "tag kedai dan pekedai", "branch", "tag cawangan dan pekedai"),
        ("zh-hans", "添加门店", "branch", "添加分店"),
        ("zh-hans", "没有门店“%(store)s”。", "outlet", "没有网点“%(store)s”。"),
    ],
)
def test_so_it_is_in_the_other_languages(language, text, word, said):
    assert say_in(language, text, StoreWord(word)) == said


def test_every_word_is_there_in_every_language():
    assert all(set(words) == set(StoreWord) for words in (*ELSEWHERE.values(), ENGLISH))


def test_no_message_means_another_store():
    """What "store" may not mean in a text: to keep something, or credit. Say it in another way."""
    messages = [each for message in collect() for each in ([message.id] if isinstance(message.id, str) else message.id)]
    others = [text for text in messages if has_store(text) and any(part in text.lower() for part in OTHER_MEANINGS)]

    assert others == []


OTHER_MEANINGS = ("store credit", "in store for", "to store", "app store", "play store")
