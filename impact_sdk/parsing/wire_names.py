"""How names are written on the wire. Pure."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import attrs


def camel(name: str) -> str:
    """`target_cents` as the wire writes it: `targetCents`."""
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def wire_name(field: "attrs.Attribute[object]") -> str:
    """The wire's name of a field; the few exceptions name it themselves: `attrs.field(metadata={"wire": …})`."""
    return str(field.metadata.get("wire", camel(field.name)))
