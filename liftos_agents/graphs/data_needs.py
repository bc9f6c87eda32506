"""Which data a question needs: the panel, the table as it stands, or none of what was given."""
# ruff: noqa: SIM905 (word lists read better as words)

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from liftos_agents.domain.causal_words import asks_for_credit, is_causal, names_columns
from liftos_agents.domain.plan import Plan
from liftos_agents.domain.task import DatasetBrief
from liftos_agents.graphs.numerals import numerals
from liftos_agents.graphs.services import Run

# Beginnings of words, without accents, in ten languages.
_TABLE = (
    "data datas dataset file table column row csv spreadsheet sheet workbook "
    "daten datei tabell spalte zeile donnees fichier tableau colonne ligne "
    "dato datos fichero archivo tabla columna fila dati tabella colonna riga dados arquivo ficheiro tabela coluna linha "
    "gegevens bestand tabel kolom rij dane danych plik kolumn wiersz"
).split()
_LOOK = (
    "quality clean dirty tidy valid usable complete correct fault error problem issue wrong miss gap profile describ "
    "summar overview inspect trust enough contain good check fix repair ready "
    "qualitat sauber bereinig fehler luck prufe vollstandig brauchbar taug beschreib enthalt stimm geeignet genug "
    "qualite propre nettoy erreur manqu verifi complet fiable decri contien suffi "
    "calidad limpi error falt revis complet fiable describ contien sufici "
    "qualita pulit pulisc error manc verific complet affidabil descriv contien suffic "
    "qualidade limp erro falt verific complet confiav descrev contem sufic "
    "kwaliteit schoon opschon fout ontbrek controleer volledig betrouwbaar beschrijf bevat genoeg "
    "jakosc czyst oczysc blad bled brak sprawdz komplet wiarygodn opisz zawiera wystarcz"
).split()
_ALONE = (
    "duplicat outlier doublon duplikat ausreisser duplicad atipic duplicat anomal dubbel uitschiet odstaj "
    "datenqualit datenlucke gegevenskwaliteit"
).split()
_WHAT_IS_IN = re.compile(
    r"\bwhat(?:'s| is| does)?\b.{0,20}\b(?:in|inside|contain)|\bwas (?:ist|steht|steckt)\b.{0,20}\b(?:in|drin)|"
    r"\bqu(?:e|'est-ce qu).{0,25}\b(?:dans|contient)|\bque hay\b|\bcosa c'?e\b|\bo que (?:ha|tem)\b|\bwat (?:staat|zit)\b|\bco (?:jest|zawiera)\b"
)
_UNSPACED_TABLE = ("データ", "ファイル", "表", "列", "行", "数据", "数據", "文件", "表格")
_UNSPACED_LOOK = (
    "品質", "欠損", "重複", "異常", "外れ値", "確認", "チェック", "きれい", "掃除", "クリーニング", "間違", "不足", "十分", "中身", "内容",
    "质量", "缺失", "重复", "异常", "检查", "清洗", "清理", "错误", "干净", "足够", "完整", "问题", "里有什么",
)  # fmt: skip


def asks_about_table(texts: Iterable[str]) -> bool:
    """Whether a question is about the table itself, its quality or what is in it, which needs no panel."""
    return any(_about(text) for text in texts)


def reads_rows(run: Run, plan: Plan, question: str, tables: Sequence[DatasetBrief]) -> bool:
    """Whether a question is of causes in a table of any subject, for a specialist who reads tables as they stand."""
    registry = run.services.registry
    tools = {tool for step in plan.steps for tool in run.services.specialists[step.agent].tools}
    if not any(registry.spec(tool).data == "rows" for tool in tools):
        return False
    texts = (question, *(step.goal for step in plan.steps))
    if any(b.descriptions or b.graph for b in tables) or any(is_causal(text) for text in texts):
        return True
    credit = asks_for_credit(question)
    return any(not b.channels and (credit or names_columns(question, b)) for b in tables)


def with_unused(run: Run, plan: Plan, briefs: Sequence[DatasetBrief]) -> tuple[DatasetBrief, ...]:
    """The briefs, with a note on each dataset that no specialist of the plan reads."""
    if not plan.steps or plan.clarification is not None:
        return tuple(briefs)
    specialists = [run.services.specialists[step.agent] for step in plan.steps]
    registry = run.services.registry
    read = {registry.spec(tool).data for specialist in specialists for tool in specialist.tools}
    read |= {specialist.needs for specialist in specialists}
    product, table = {"text", "product"} & read, {"table", "panel", "rows"} & read
    media = any(brief.kind == "table" and not brief.catalogue for brief in briefs)
    noted: list[DatasetBrief] = []
    for brief in briefs:
        if brief.kind == "text":
            needed = product
        elif brief.catalogue:
            needed = product if media else product | table
        else:
            needed = table
        unused = f"{_told(brief)} is not needed for this question and was not used."
        said = brief.notes if needed else (unused,)
        noted.append(brief.model_copy(update={"notes": said}))
    return tuple(noted)


def notes_of(briefs: Iterable[DatasetBrief]) -> tuple[str, ...]:
    """What is to be kept in mind of the data, each note once."""
    return tuple(dict.fromkeys(note for brief in briefs for note in brief.notes))


def _told(brief: DatasetBrief) -> str:
    """The name of a dataset; one that reads as a figure, such as `two`, is not said."""
    figure = numerals(brief.name) and not any(c.isdigit() for c in brief.name)
    return "A file" if figure else repr(brief.name)


def _about(text: str) -> bool:
    folded = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss"))
    plain = "".join(c for c in folded if not unicodedata.combining(c)).replace("ł", "l")
    words = re.findall(r"[a-z]+", plain)
    if any(word.startswith(tuple(_ALONE)) for word in words):
        return True
    if any(mark in text for mark in _UNSPACED_LOOK):
        return any(mark in text for mark in _UNSPACED_TABLE)
    if not any(word.startswith(tuple(_TABLE)) for word in words):
        return False
    return any(word.startswith(tuple(_LOOK)) for word in words) or _WHAT_IS_IN.search(plain) is not None
