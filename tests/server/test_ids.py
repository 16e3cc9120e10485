"""Where ids come from."""

import random
import uuid

from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim.server.ids import Ids


class Source(random.Random):
    """Gives one number."""

    number: int

    def getrandbits(self, _count: int, /) -> int:
        return self.number


@given(st.integers(0, 2**128 - 1))
def test_an_id_is_the_uuid_of_the_number_that_was_drawn(number: int) -> None:
    source = Source()
    source.number = number

    assert Ids(source).uuid() == str(uuid.UUID(int=number, version=4))
