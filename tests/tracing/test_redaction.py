import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftos_agents.tracing import redact

SECRETS = [
    "sk-proj-abcdefghijklmnop1234",
    "sk_live_abcdefghijklmnop",
    "ghp_abcdefghijklmnopqrstuvwxyz",
    "github_pat_abcdefghijklmnopqrstuv",
    "xoxb-1234567890-abc",
    "AKIAABCDEFGHIJKLMNOP",
    "AIza" + "a" * 35,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
    "jane.doe+news@shop.co.uk",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_taken_out_and_the_words_around_it_stay(secret):
    text = redact(f"before {secret} after")
    assert secret not in text
    assert text.startswith("before ")
    assert text.endswith(" after")
    assert "[redacted" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("password=hunter22 next", "password=[redacted] next"),
        ('{"OPENAI_API_KEY": "abc\\"def"}', '{"OPENAI_API_KEY": "[redacted]"}'),
        ("client_secret: s3cr3t-value", "client_secret: [redacted]"),
        ("Authorization: Bearer abcdefghijklmnop", "Authorization: Bearer [redacted token]"),
        ("https://user:pa55@host/path", "https://[redacted login]@host/path"),
        (
            "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----",
            "[redacted key]",
        ),
    ],
)
def test_a_secret_that_its_name_gives_away_is_taken_out(text, expected):
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "ev_7f3a12 holds channels.tv.roas.mean",
        "ab" * 32,
        "gen_ai.usage.input_tokens: 12, a risk-adjusted-return-on-advertising-spend",
        "The secret of good advertising in Asia is a token effort",
        "https://example.com/a?b=c@d 12:30 @mention",
        "basic idea: €1.5m at 40 % on TV",
    ],
)
def test_what_is_no_secret_stays(text):
    assert redact(text) == text


@given(
    st.dictionaries(
        st.sampled_from(["password", "api_key", "note", "mail"]),
        st.one_of(st.text(), st.sampled_from(SECRETS), st.floats(allow_nan=False)),
    )
)
def test_json_stays_json(value):
    for ascii_only in (True, False):
        cleaned = json.loads(redact(json.dumps(value, ensure_ascii=ascii_only)))
        assert set(cleaned) == set(value)
        assert not any(secret in json.dumps(cleaned) for secret in SECRETS)


@given(st.text())
def test_redacting_twice_changes_nothing_more(text):
    assert redact(redact(text)) == redact(text)


PIECES = (
    "password",
    "secret=",
    "api_key: ",
    '"',
    "\\",
    "'",
    "Bearer ",
    "sk-abcdefghijklmnopqrst",
    "://u:p@h",
    "{",
    ":",
)
PIECES += (
    ",",
    "jane@shop.example",
    "\n",
    "\x01",
    '\\"',
    "authorization",
    "€",
    "x",
    "-----BEGIN PRIVATE KEY-----",
)


@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join), st.booleans())
def test_json_stays_json_whatever_is_said_in_it(said, ascii_only):
    for value in ({"q": said}, {"password": said}, {said: "v"}, {"a": [said, {"secret_x": said}]}):
        json.loads(redact(json.dumps(value, ensure_ascii=ascii_only)))


@pytest.mark.parametrize(
    "secret",
    ["sk-proj-abcdefghijklmnop1234", "jane.doe@shop.example", "password:\nhunter22", "AKIAABCDEFGHIJKLMNOP"],
)
def test_a_secret_at_the_start_of_a_line_is_found_in_json(secret):
    clean = json.loads(redact(json.dumps({"q": f"look:\n{secret}"})))["q"]
    assert secret.rpartition("\n")[2] not in clean
    assert clean.startswith("look:\n")
