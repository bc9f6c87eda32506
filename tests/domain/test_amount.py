"""Numbers as people read them."""

import pytest

from liftos_agents.domain.amount import format_count, format_number, format_share


@pytest.mark.parametrize(
    ("value", "shown"),
    [(-0.0002, "0.0 %"), (0.0002, "0.0 %"), (-0.0006, "−0.1 %"), (-0.1, "−10.0 %"), (0.0, "0.0 %")],
)
def test_a_share_that_rounds_to_nothing_has_no_sign(value: float, shown: str) -> None:
    assert format_share(value) == shown


def test_what_rounds_to_nothing_has_no_sign() -> None:
    assert format_count(-0.4) == "0"
    assert format_number(-0.004, decimals=2) == "0.00"
    assert format_number(-0.006, decimals=2) == "−0.01"
    assert format_count(-1000.0) == "−1,000"
