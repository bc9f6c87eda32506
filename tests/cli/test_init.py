"""`liftos init`, and the settings file that every command then reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from liftos_agents.cli import options, project, settings_file
from liftos_agents.cli.entry import run
from liftos_agents.errors import ConfigurationError


@pytest.mark.parametrize("industry", project.industries())
def test_every_industry_gives_settings_that_are_read_back(industry: str, tmp_path: Path) -> None:
    assert run(["init", str(tmp_path / "shop"), "--industry", industry, "--margin", "0.4"]) == 0
    found = settings_file.current(tmp_path / "shop" / "data")
    assert found.path == tmp_path / "shop" / "liftos.toml"
    assert found.settings.organisation == "shop"
    assert found.settings.home == tmp_path / "shop" / ".liftos"
    assert found.settings.guardrails.max_share_moved == project.industries()[industry]["max_share_moved"]
    assert found.roles == {"margin": 0.4}
    text = found.path.read_text(encoding="utf-8")
    assert "<<" not in text


def test_an_option_goes_before_the_environment_and_that_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "liftos.toml").write_text(
        '[settings]\norganisation = "of the file"\nmax_usd = 2\n[roles]\nmargin = 0.2\noutcome = "sales"\n'
        "[guardrails]\nmax_share_moved = 0.1\n"
    )
    monkeypatch.chdir(tmp_path)
    for name in ("LIFTOS_ORGANISATION", "LIFTOS_HOME", "LIFTOS_MAX_USD"):
        monkeypatch.delenv(name, raising=False)
    assert options.settings().organisation == "of the file"
    assert options.settings().max_usd == 2
    assert options.settings().guardrails.max_share_moved == 0.1
    monkeypatch.setenv("LIFTOS_ORGANISATION", "of the environment")
    assert options.settings().organisation == "of the environment"
    assert options.settings(organisation="of the option").organisation == "of the option"
    assert options.roles(["outcome=revenue"]) == {"margin": 0.2, "outcome": "revenue"}


def test_settings_are_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(tmp_path)]) == 0
    assert run(["init", str(tmp_path)]) == 2
    assert "--force" in capsys.readouterr().err
    assert run(["init", str(tmp_path), "--force", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["industry"] == "general"


def test_an_unknown_industry_names_the_known_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(tmp_path), "--industry", "farming"]) == 2
    assert "ecommerce" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[settings]\norganization = 'x'\n", "Did you mean 'organisation'?"),
        ("[setings]\n", "Did you mean 'settings'?"),
        ("settings = 3\n", "[settings]"),
        ("[settings]\nmax_usd = 'much'\n", "max_usd"),
        ("[settings]\nmax_usd = -1\n", "max_usd"),
        ("[settings]\nmax_seconds = nan\n", "max_seconds"),
        ("[settings\n", "cannot be read"),
        ("[guardrails]\nmax_share_moved = 7\n", "max_share_moved"),
    ],
)
def test_a_broken_file_says_what_and_where(content: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "liftos.toml"
    path.write_text(content)
    with pytest.raises(ConfigurationError) as caught:
        settings_file.read(path)
    assert said in f"{caught.value.what} {caught.value.fix}"
    assert caught.value.where == str(path)


def test_a_file_with_a_mark_of_its_encoding_and_a_home_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "ada"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "ada"))
    path = tmp_path / "liftos.toml"
    path.write_text('[settings]\nhome = "~/stores"\n', encoding="utf-8-sig")
    assert settings_file.read(path).settings.home == tmp_path / "ada" / "stores"


def test_what_to_do_next_can_be_pasted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "shop [eu] & co"
    assert run(["init", str(folder)]) == 0
    shown = capsys.readouterr().out
    assert "[eu]" in shown.partition("Next:")[0].replace("\n", "")
    assert f"cd '{folder}'" in shown
