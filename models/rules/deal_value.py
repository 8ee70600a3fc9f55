"""Deal values as exact ten-thousandths: 0 <= x < 10^12, at most four decimals (contract §3)."""

from decimal import Decimal, InvalidOperation

from models.rules.exact_float import ExactFloat

DEAL_VALUE_BOUND = 10**12
TEN_THOUSANDTHS = 10**4

_STEP = Decimal("0.0001")


class DealValueError(ValueError):
    """The value is no amount that is kept exactly."""


def read_deal_value(value: object) -> int | None:
    """A JSON number in ten-thousandths; None (null) clears.

    A float counts as the text it was written as, so that nothing is rounded on the way.
    Raises `DealValueError` for another type, a negative or too large number, a fifth decimal.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DealValueError("A deal value is a number or null.")
    if not 0 <= value <= DEAL_VALUE_BOUND:
        raise DealValueError("A deal value is at least 0 and less than 10^12.")
    if isinstance(value, int):
        return _bounded(value * TEN_THOUSANDTHS)
    return _bounded(_scaled(value.text if isinstance(value, ExactFloat) else repr(value)))


def _scaled(text: str) -> int:
    try:
        amount = Decimal(text)
        rounded = amount.quantize(_STEP)
    except InvalidOperation:
        # An exponent beyond Decimal's own bounds: not zero, and closer to it than any decimal.
        raise DealValueError("A deal value has at most 4 decimals.") from None
    if amount != rounded:
        raise DealValueError("A deal value has at most 4 decimals.")
    return int(rounded.scaleb(4))


def _bounded(amount_e4: int) -> int:
    if amount_e4 >= DEAL_VALUE_BOUND * TEN_THOUSANDTHS:
        raise DealValueError("A deal value is at least 0 and less than 10^12.")
    return amount_e4
