"""No request reads a file outside the allowed folders."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftos_agents.errors import ArgumentError, NotFoundError, UserError
from liftos_agents.server.data_roots import allowed_sources


@pytest.fixture
def root(data_root):
    (data_root / "more").mkdir()
    (data_root / "more" / "a.csv").write_text("x\n")
    (data_root / "more" / "b.csv").write_text("x\n")
    (data_root / ".hidden").mkdir()
    (data_root / ".hidden" / "key.csv").write_text("x\n")
    (data_root / "link.csv").symlink_to(data_root.parent / "outside.csv")
    (data_root / "inner.csv").symlink_to(data_root / "sales.csv")
    (data_root / "way").symlink_to(data_root.parent)
    return data_root


def test_files_globs_and_ids_within_the_roots(root):
    assert allowed_sources(["sales.csv", "more/*.csv", "a" * 64], [root]) == (
        str(root / "sales.csv"),
        str(root / "more" / "a.csv"),
        str(root / "more" / "b.csv"),
        "a" * 64,
    )
    assert allowed_sources([str(root / "sales.csv")], [root]) == (str(root / "sales.csv"),)


def test_a_second_root_is_looked_in(root):
    assert allowed_sources(["a.csv"], [root, root / "more"]) == (str(root / "more" / "a.csv"),)


def test_a_root_that_is_itself_a_link_is_the_hosts_choice(root):
    linked = root.parent / "linked"
    linked.symlink_to(root)
    assert allowed_sources(["sales.csv"], [linked]) == (str(linked / "sales.csv"),)


@pytest.mark.parametrize(
    "path",
    [
        "../outside.csv",
        "more/../../outside.csv",
        "/etc/passwd",
        "/etc/does-not-exist",
        "link.csv",
        "inner.csv",
        "way/outside.csv",
        "way/*.csv",
        "*.csv",
        ".hidden/key.csv",
        ".hidden/*.csv",
        "https://example.com/a.csv",
        "file:///etc/passwd",
        "s3://bucket/a.csv",
        "sales.csv\x00",
        "",
    ],
)
def test_what_leads_outside_is_refused(root, path):
    with pytest.raises(ArgumentError, match="outside the folders"):
        allowed_sources([path], [root])


def test_what_lies_outside_is_refused_alike_whether_it_exists_or_not(root):
    told = []
    for name in ("/etc/passwd", "/etc/xxxxxx"):
        with pytest.raises(ArgumentError) as raised:
            allowed_sources([name], [root])
        told.append(str(raised.value).replace(name, "X"))
    assert told[0] == told[1]


@pytest.mark.parametrize("path", ["none.csv", "more", "more/*.parquet", "none/deep.csv"])
def test_what_is_not_there_is_said(root, path):
    with pytest.raises(NotFoundError):
        allowed_sources([path], [root])


@given(st.text(max_size=60))
def test_no_text_leads_outside(tmp_path_factory, text):
    root = tmp_path_factory.getbasetemp() / "roots"
    root.mkdir(exist_ok=True)
    (root / "a.csv").write_text("x\n")
    try:
        found = allowed_sources([text], [root])
    except UserError:
        return
    assert all(path.startswith(str(root)) or len(path) == 64 for path in found)


def test_the_server_refuses_as_the_function_does(client):
    for path in ("../outside.csv", "/etc/passwd"):
        response = client.post("/v1/chat", json={"question": "a", "data": [path]})
        assert response.status_code == 422
        assert "outside" in response.json()["error"]["message"]
    assert client.post("/v1/plan", json={"question": "a", "data": ["/etc/passwd"]}).status_code == 422
    assert client.post("/v1/chat", json={"question": "a", "data": ["none.csv"]}).status_code == 404
