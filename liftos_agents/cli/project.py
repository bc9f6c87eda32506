"""`liftos init`: a folder to work in, with its settings written out and explained."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from liftos_agents.cli import options, settings_file
from liftos_agents.errors import ArgumentError, ConfigurationError

DATA_FOLDER = "data"
_IGNORED = "# The stores of this project: evidence, memory, traces.\n.liftos/\n"


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write; made when it is not there.")] = Path(),
    industry: Annotated[
        str, typer.Option("--industry", "-i", help="Whose channels, figures and seasons to begin with.")
    ] = "general",
    organisation: Annotated[
        str | None, typer.Option("--organisation", "-o", help="Whose memory and trace this project keeps.")
    ] = None,
    margin: Annotated[
        float | None,
        typer.Option("--margin", min=0.0, max=1.0, help="Profit per unit of revenue, before media."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over settings that are there.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Write a project folder: settings, roles, guardrails and margin, each explained where it stands."""
    template = _template(industry)
    settings = folder / settings_file.FILE_NAME
    if settings.exists() and not force:
        raise ArgumentError(
            "settings are there already", where=str(settings), fix="Add --force to replace them"
        )
    name = organisation or _name(folder)
    try:
        (folder / DATA_FOLDER).mkdir(parents=True, exist_ok=True)
        settings.write_text(render(template, organisation=name, margin=margin), encoding="utf-8")
        ignored = folder / ".gitignore"
        if not ignored.exists():
            ignored.write_text(_IGNORED, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"the folder cannot be written: {error.strerror}", where=str(folder), fix="Choose another folder"
        ) from error
    settings_file.read(settings.resolve())
    if as_json:
        typer.echo(json.dumps({"settings": str(settings), "industry": industry, "organisation": name}))
        return
    console = Console()
    console.print(
        f"Written: {escape(str(settings))}   (for {template['title']}; edit it, every line is explained)",
        highlight=False,
    )
    console.print("Next:", style="bold")
    question = template["questions"][0]
    elsewhere = folder.resolve() != Path.cwd()
    for step in (
        *((f"cd {shlex.quote(str(folder))}",) if elsewhere else ()),
        f"put your table into {DATA_FOLDER}/",
        f"liftos data check {DATA_FOLDER}/FILE.csv      what is wrong with it, if anything",
        f"liftos ask {shlex.quote(question)} --data {DATA_FOLDER}/FILE.csv",
    ):
        console.print(f"  · {escape(step)}", highlight=False, soft_wrap=True)


def industries() -> dict[str, dict[str, Any]]:
    """The templates by name."""
    text = resources.files("liftos_agents.cli").joinpath("project_files/industries.toml").read_text("utf-8")
    return tomllib.loads(text)


def render(template: dict[str, Any], *, organisation: str, margin: float | None) -> str:
    """The settings file as TOML, every key explained."""
    text = resources.files("liftos_agents.cli").joinpath("project_files/liftos.toml.txt").read_text("utf-8")
    known = f"{margin:g}" if margin is not None else template["margin"]
    values = {
        "title": template["title"],
        "source": template["source"],
        "organisation": json.dumps(organisation, ensure_ascii=False),
        "outcome": template["outcome"],
        "margin": f"margin = {known}" if margin is not None else f"# margin = {known or '0.30'}",
        "max_share_moved": f"{template['max_share_moved']:g}",
        "channels": ", ".join(template["channels"]),
        "lag": template["lag"],
        "figures": ", ".join(template["figures"]),
        "season": "; ".join(template["season"]),
        "rules": "\n".join(f"#   {rule}" for rule in template["rules"]),
        "questions": "\n".join(f"#   {question}" for question in template["questions"]),
    }
    return re.sub(r"<<(\w+)>>", lambda found: values[found[1]], text)


def _template(industry: str) -> dict[str, Any]:
    known = industries()
    name = industry.strip().casefold().replace("-", "_").replace(" ", "_")
    if name not in known:
        raise ArgumentError(
            f"there is no template for {industry!r}", where="--industry", fix=f"There are: {', '.join(known)}"
        )
    return known[name]


def _name(folder: Path) -> str:
    return re.sub(r"[^\w.-]+", "-", folder.resolve().name).strip("-") or "default"
