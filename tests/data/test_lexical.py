"""Words find texts, within one organisation."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liftos_agents.data import Home, SqliteLexicalIndex
from liftos_agents.data.lexical import MOST_TERMS, terms


def test_words_find_texts_best_first(home: Home) -> None:
    index = SqliteLexicalIndex(home.database)
    texts = [("a", "Search in Köln paid back"), ("b", "TV lost money"), ("c", "radio and TV money")]
    index.add("acme", [*texts, *((f"x{n}", "nothing of note here") for n in range(20))])
    assert [i for i, _ in index.search("acme", "did search in KOLN pay?")] == ["a"]
    assert [i for i, _ in index.search("acme", "TV money")] == ["b", "c"]
    assert index.search("acme", "what is the") == []
    assert len(index.search("acme", "note", limit=3)) == 3


def test_organisations_do_not_meet(home: Home) -> None:
    index = SqliteLexicalIndex(home.database)
    index.add("acme", [("a", "secret budget")])
    index.add("other", [("b", "public budget")])
    assert [i for i, _ in index.search("other", "secret budget")] == ["b"]
    assert index.search("third", "budget") == []


def test_a_text_is_replaced_and_forgotten(home: Home) -> None:
    index = SqliteLexicalIndex(home.database)
    index.add("acme", [("a", "old words")])
    index.add("acme", [("a", "new words")])
    assert index.search("acme", "old") == []
    assert len(index.search("acme", "words")) == 1
    index.delete("acme", ["a", "unknown"])
    assert index.search("acme", "new words") == []
    index.delete("nobody", ["a"])


def test_an_open_transaction_is_joined(home: Home) -> None:
    index = SqliteLexicalIndex(home.database)
    try:
        with home.database.begin() as connection:
            index.add("acme", [("a", "word")], connection=connection)
            assert index.search("acme", "word", connection=connection)
            raise KeyError
    except KeyError:
        assert index.search("acme", "word") == []


def test_a_long_query_keeps_its_rarest_words(home: Home) -> None:
    index = SqliteLexicalIndex(home.database)
    common = [f"common{n}" for n in range(MOST_TERMS + 2)]
    index.add("acme", [(f"t{n}", " ".join(common)) for n in range(5)])
    index.add("acme", [("rare", "needle")])
    assert index.search("acme", " ".join([*common, "needle"]))[0][0] == "rare"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40), st.text(max_size=40))
def test_no_query_breaks_it(home: Home, text: str, query: str) -> None:
    index = SqliteLexicalIndex(home.database)
    index.add("any", [("a", text)])
    found = index.search("any", query)
    assert bool(found) == bool(set(terms(query)) & set(terms(text)))
