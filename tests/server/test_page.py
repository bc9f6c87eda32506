"""The page at `/`: one file, nothing from elsewhere, its script allowed by hash alone."""

import base64
import hashlib
import re


def test_the_page_loads_nothing_from_elsewhere(client):
    response = client.get("/")
    assert response.status_code == 200
    assert not re.search(r"https?://|(?:src|href)=", response.text)
    assert "innerHTML" not in response.text
    assert 'data-prefix="/v1"' in response.text


def test_script_and_style_match_the_content_policy(client):
    response = client.get("/")
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    for tag in ("script", "style"):
        text = re.search(rf"<{tag}>(.*?)</{tag}>", response.text, re.DOTALL).group(1)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_every_field_has_a_label_and_the_page_a_language(client):
    text = client.get("/").text
    assert '<html lang="en">' in text
    labelled = set(re.findall(r'<label for="(\w+)"', text))
    assert {name for _, name in re.findall(r'<(textarea|input) id="(\w+)"', text)} <= labelled


def test_the_reference_names_every_route_and_needs_no_network(client):
    response = client.get("/docs")
    assert response.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "<script" not in response.text
    assert not re.search(r'src=|href="(?!openapi\.json")', response.text)
    for path, item in client.get("/openapi.json").json()["paths"].items():
        for method, operation in item.items():
            assert f"<code>{method.upper()} {path}</code>" in response.text
            assert operation["summary"] in response.text
