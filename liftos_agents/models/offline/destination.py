"""Where a text is to go: the platforms and the language that a request names, in ten languages."""

from __future__ import annotations

import re

from liftos_agents.models.offline.spelling import fold

_PLATFORMS: tuple[tuple[str, str], ...] = (
    ("pmax", r"\bp ?max\b|performance max"),
    ("google_rsa", r"\bgoogle(?! (?:shopping|analytics))\b|\brsas?\b|responsive search|search ads?\b|adwords|suchanzeige|谷歌|グーグル"),
    ("meta", r"\bmeta(?! ?(?:desc|besch|titl|titel|titre|titul|titol|tit|omsch|opis|tag|描|タ|デ|标))\b|facebook|\bfb\b|instagram|\binsta\b|\big\b|インスタ|脸书"),
    ("tiktok", r"tik ?tok|抖音"),
    ("linkedin", r"linkedin"),
    ("email", r"\be ?mails?\b|\bmails?\b|newsletter|mailing|courriel|infolettre|correos?\b|boletin|nieuwsbrief|\bmaila\b|mejl|betreff|subject line"
              r"|oggetto della mail|onderwerpregel|メール|メルマガ|件名|邮件|郵件"),
    ("seo", r"\bseo\b|meta ?(?:desc|besch|titl|titel|titre|titul|titol|tit|omsch|opis)\w*|title tag|snippet|メタディスク|元描述"),
    ("sms", r"\bsms\b|text messages?\b|短信|ショートメッセージ"),
    ("x", r"\btwitter\b|\btweets?\b|\btuits?\b|\bx (?:post|ad)s?\b|on x\b|ツイート|推文"),
)  # fmt: skip
_LANGUAGES: tuple[tuple[str, str], ...] = (
    ("en", r"english|englisch\w*|anglais\w*|ingles\w*|engels\w*|angielsk\w*|英語|英文|英语"),
    ("de", r"german|deutsch\w*|allemand\w*|aleman\w*|tedesc\w*|alema\w*|duits\w*|niemieck\w*|ドイツ語|德语|德文"),
    ("fr", r"french|franzosisch\w*|francais\w*|frances\w*|frans\w*|francusk\w*|フランス語|法语|法文"),
    ("es", r"spanish|spanisch\w*|espagnol\w*|espanol\w*|spagnol\w*|espanhol\w*|spaans\w*|hiszpansk\w*|スペイン語|西班牙语|西班牙文"),
    ("it", r"italian\w*|italienisch\w*|italien\w*|italiaans\w*|wlosk\w*|イタリア語|意大利语"),
    ("pt", r"portuguese|portugiesisch\w*|portugais\w*|portugues\w*|portoghes\w*|portugees\w*|portugalsk\w*|ポルトガル語|葡萄牙语"),
    ("nl", r"dutch|niederlandisch\w*|hollandisch\w*|neerlandais\w*|neerlandes\w*|olandes\w*|holandes\w*|nederlands\w*|niderlandzk\w*|オランダ語|荷兰语"),
    ("pl", r"polish|polnisch\w*|polonais\w*|polaco|polacc\w*|polones|pools\w*|polsk\w*|ポーランド語|波兰语"),
    ("ja", r"japanese|japanisch\w*|japonais\w*|japones\w*|giappones\w*|japans\w*|japonsk\w*|日本語|日语|日文"),
    ("zh", r"chinese|chinesisch\w*|chinois\w*|chino|cines\w*|chines\w*|chinees\w*|chinsk\w*|中国語|中文|汉语"),
)  # fmt: skip
_BEFORE = r"(?<![a-z])(?:in|into|auf|ins|en|em|in het|po|w jezyku|para o|al|naar het|na|language|sprache|langue|idioma|lingua|taal)[ :]\s?"
_AFTER = r"(?:ads?|version|language|copy|headlines?|newsletter|e ?mail|anzeigen?|texte?|fassung|sprache|advertenties?|tekst)\b"


def asked_platforms(text: str) -> list[str]:
    """The platforms that `text` names, in the order in which it names them."""
    folded = fold(text)
    found = [(match.start(), name) for name, pattern in _PLATFORMS if (match := re.search(pattern, folded))]
    return [name for _, name in sorted(found)]


def asked_language(text: str) -> str | None:
    """The language that `text` asks for, as `in French` does; None when it names none."""
    folded = fold(text)
    for code, names in _LANGUAGES:
        if re.search(rf"{_BEFORE}(?:{names})(?![a-z])|(?<![a-z])(?:{names})\s{_AFTER}", folded):
            return code
        if any(name in folded for name in names.split("|") if not name.isascii()):
            return code
    return None
