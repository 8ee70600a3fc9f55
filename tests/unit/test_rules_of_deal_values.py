"""Deal values are kept exactly, in ten-thousandths (§3)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.deal_value import DealValueError, read_deal_value
from models.rules.exact_float import ExactFloat


@pytest.mark.parametrize(
    ("value", "expected_e4"),
    [
        (None, None),
        (0, 0),
        (12_000, 120_000_000),
        (999_999_999_999, 9_999_999_999_990_000),
        (12.5, 125_000),
        (0.1, 1_000),
        (ExactFloat("999999999999.9999"), 9_999_999_999_999_999),
        (ExactFloat("999999999999.9998"), 9_999_999_999_999_998),
        (ExactFloat("1.500000"), 15_000),
        (ExactFloat("1e3"), 10_000_000),
        (ExactFloat("-0.0"), 0),
        (ExactFloat("0." + "0" * 9_999), 0),
    ],
)
def test_a_deal_value_is_read_as(value: object, expected_e4: int | None) -> None:
    assert read_deal_value(value) == expected_e4


@pytest.mark.parametrize(
    "value",
    [
        True,
        "12000",
        [],
        {},
        -1,
        -0.0001,
        10**12,
        1e12,
        2**53 - 1,
        0.00001,
        float("nan"),
        float("inf"),
        ExactFloat("1.00005"),
        ExactFloat("999999999999.99999"),
        ExactFloat("1e-400"),
        ExactFloat("1e-99999999999999999999"),
    ],
)
def test_a_deal_value_is_refused(value: object) -> None:
    with pytest.raises(DealValueError):
        read_deal_value(value)


@given(st.integers(min_value=0, max_value=10**16 - 1))
def test_every_amount_of_four_decimals_is_kept_exactly(amount_e4: int) -> None:
    text = str(Decimal(amount_e4).scaleb(-4))
    assert read_deal_value(ExactFloat(text)) == amount_e4
