"""A JSON number with a fraction or exponent, together with the text it was written as."""


class ExactFloat(float):
    """A float everywhere, and exact where a rule asks for `text` (deal values, contract §3)."""

    __slots__ = ("text",)

    def __new__(cls, text: str) -> "ExactFloat":
        self = super().__new__(cls, text)
        self.text = text
        return self

    text: str
