"""An answer to look at and hand on: one self-contained page, its pictures as SVG and PNG, its figures as a workbook.

It reads typed results alone, opens no connection and has no clock: the same answer gives the same bytes.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liftos_agents.reports.chart import Chart, Table
    from liftos_agents.reports.document import page
    from liftos_agents.reports.drawing import png, svg, themed
    from liftos_agents.reports.files import (
        check_page_path,
        check_picture_path,
        check_workbook_path,
        write_charts,
        write_page,
        write_pictures,
        write_workbook,
    )
    from liftos_agents.reports.gallery import charts
    from liftos_agents.reports.replay_page import check_replay_path, draw_replay, replay_html
    from liftos_agents.reports.workbook import xlsx

__all__ = [
    "Chart",
    "Table",
    "charts",
    "check_page_path",
    "check_picture_path",
    "check_replay_path",
    "check_workbook_path",
    "draw_replay",
    "page",
    "png",
    "replay_html",
    "svg",
    "themed",
    "write_charts",
    "write_page",
    "write_pictures",
    "write_workbook",
    "xlsx",
]

_HOMES = {
    "Chart": "liftos_agents.reports.chart",
    "Table": "liftos_agents.reports.chart",
    "charts": "liftos_agents.reports.gallery",
    "check_page_path": "liftos_agents.reports.files",
    "check_picture_path": "liftos_agents.reports.files",
    "check_replay_path": "liftos_agents.reports.replay_page",
    "draw_replay": "liftos_agents.reports.replay_page",
    "replay_html": "liftos_agents.reports.replay_page",
    "page": "liftos_agents.reports.document",
    "png": "liftos_agents.reports.drawing",
    "svg": "liftos_agents.reports.drawing",
    "themed": "liftos_agents.reports.drawing",
    "write_charts": "liftos_agents.reports.files",
    "write_page": "liftos_agents.reports.files",
    "write_pictures": "liftos_agents.reports.files",
    "check_workbook_path": "liftos_agents.reports.files",
    "write_workbook": "liftos_agents.reports.files",
    "xlsx": "liftos_agents.reports.workbook",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
