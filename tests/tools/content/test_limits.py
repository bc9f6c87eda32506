"""The table of limits, and the names by which its platforms are called."""

import pytest

from liftos_agents.tools.content.limits import limits_of, platform_named, platforms, platforms_for
from liftos_agents.tools.content.writing import _WRITERS
from liftos_agents.tools.errors import ToolRetry


def test_the_published_limits_are_there():
    hard = {
        (p, f.name): (f.least, f.most, f.hard, f.recommended)
        for p in platforms()
        for f in limits_of(p).fields
    }
    assert hard["google_rsa", "headlines"] == (3, 15, 30, None)
    assert hard["google_rsa", "descriptions"] == (2, 4, 90, None)
    assert hard["google_rsa", "paths"][2] == 15
    assert hard["pmax", "long_headlines"][2] == 90
    assert hard["pmax", "business_name"][2] == 25
    assert hard["meta", "primary_texts"][2:] == (2200, 125)
    assert hard["meta", "headlines"][2:] == (255, 40)
    assert hard["meta", "descriptions"][2:] == (255, 30)
    assert hard["tiktok", "texts"][2] == 100
    assert hard["tiktok", "brand_name"][2] == 20
    assert hard["linkedin", "intros"][2:] == (600, 150)
    assert hard["linkedin", "headlines"][2:] == (200, 70)
    assert hard["linkedin", "descriptions"][2:] == (300, 100)
    assert [hard["linkedin_text", name][2] for name in ("headlines", "descriptions")] == [25, 75]
    assert [hard["linkedin_message", name][2] for name in ("subject", "body")] == [60, 1500]
    assert [hard["x", name][2] for name in ("posts", "card_titles")] == [280, 70]
    assert hard["email", "subject"][2:] == (60, 41)
    assert hard["email", "preheader"][2] == 90
    assert [hard["seo", name][2] for name in ("title", "meta_description")] == [60, 155]


@pytest.mark.parametrize("platform", platforms())
def test_each_platform_says_where_its_limits_come_from_and_can_be_written_for(platform):
    limits = limits_of(platform)
    assert limits.source
    assert limits.retrieved == "2026-11-21"
    assert all(field.role == "path" or field.role in _WRITERS for field in limits.fields)
    assert all(field.least <= field.most for field in limits.fields)


def test_what_is_not_confirmed_says_so():
    assert {p for p in platforms() if not limits_of(p).verified} == {"email", "seo", "sms"}
    assert "not verified" in limits_of("google_rsa").source


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Google Ads", "google_rsa"),
        ("facebook", "meta"),
        ("Newsletter", "email"),
        ("meta title", "seo"),
        ("Twitter", "x"),
        ("google_rsa", "google_rsa"),
    ],
)
def test_platforms_go_by_several_names(name, key):
    assert platform_named(name) == key


def test_an_unknown_platform_is_answered_with_those_there_are():
    with pytest.raises(ToolRetry, match=r"billboard.*google_rsa, pmax, meta"):
        platform_named("billboard")
    with pytest.raises(ToolRetry, match="Did you mean 'meta'"):
        platform_named("facebok")


@pytest.mark.parametrize(
    ("request_", "keys"),
    [
        ("Write Google ads and Facebook ads for the kettle", ("google_rsa", "meta")),
        ("A newsletter with subject, please", ("email",)),
        ("Write a meta description for this page", ("seo",)),
        ("Write ads for the kettle", ("google_rsa",)),
        ("Write a post for X and an SMS", ("x", "sms")),
        ("Write ads for model x and for X-Large shirts", ("google_rsa",)),
        (None, ("google_rsa",)),
    ],
)
def test_a_request_names_its_platforms(request_, keys):
    assert platforms_for(None, request_) == keys


def test_named_platforms_go_before_the_request():
    assert platforms_for(["sms", "sms"], "Write Google ads") == ("sms",)
