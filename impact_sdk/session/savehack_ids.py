"""The ids of the savehacks that a bank offers."""

import attrs

from ..api.savehacks import Savehacks
from ..errors import ConfigurationError
from ..mistakes.shown import shown
from ..models import SAVEHACK_TYPES, SavehackTerms


@attrs.frozen
class SavehackIds:
    """Asks DES once, when the first id is needed."""

    _by_type: dict[str, str] = attrs.field(factory=dict, init=False)

    async def of(self, terms: SavehackTerms, savehacks: Savehacks) -> str:
        """The id of the savehack that `terms` are for; `ConfigurationError` if the bank does not offer it."""
        try:
            wanted = SAVEHACK_TYPES[type(terms)]
        except KeyError:
            known = ", ".join(kind.__name__ for kind in SAVEHACK_TYPES)
            raise ConfigurationError(f"terms is {shown(terms)}, which is no savehack; pass one of {known}") from None
        if wanted not in self._by_type:
            self._by_type.update({savehack.type: savehack.id async for savehack in savehacks.list()})
        if wanted not in self._by_type:
            raise ConfigurationError(f"this bank does not offer {wanted}; it offers {', '.join(self._by_type)}")
        return self._by_type[wanted]
