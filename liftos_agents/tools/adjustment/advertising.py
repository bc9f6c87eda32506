"""The warning that user-level observational measurement of advertising always carries."""

from __future__ import annotations

import re

WARNING = (
    "User-level observational attribution is not an experiment: over 663 Facebook experiments a median lift of 29/18/5 % "
    "(upper, middle and lower funnel) became 83/58/24 % under DML. Expect this estimate to be too high, and confirm it by "
    "a holdout or geo experiment."
)
_EXPOSURE = re.compile(
    r"(?:^|_)(?:ads?|advert\w*|expos\w*|impressions?|campaigns?|clicks?|clicked|emails?|emailed|newsletters?|promos?|"
    r"coupons?|retarget\w*|remarket\w*|banners?|creatives?|push|sms|viewed|views?|touch(?:es|points?)?|spend)(?:_|$|\d)"
)


def is_exposure(treatment: str) -> bool:
    """Whether a column's name says that it records contact with advertising."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", treatment).casefold()
    return bool(_EXPOSURE.search(re.sub(r"[^a-z0-9]+", "_", snake).strip("_")))
