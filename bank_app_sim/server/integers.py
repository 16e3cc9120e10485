"""Which of JSON's numbers are integers."""


def integer(value: object) -> int | None:
    """The integer that a value is; None for anything else.

    As JSON Schema's `type: integer` has it: a number without a fraction, however it is written (5, 5.0, 5e0). JSON's
    integers beyond 64 bits reach us as floats, and are the nearest ones that there are.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, float) and value.is_integer() else None
