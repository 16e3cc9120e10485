"""What all steps stand on: a world, and the people in it."""

import itertools
from datetime import datetime

from ..given import Given
from ..people import Person
from ..world import World


class Stage:
    """One journey's world and people."""

    def __init__(self, world: World, given: Given) -> None:
        self.world = world
        self.given = given
        self.began_at: datetime = world.clock.now()
        self.references = itertools.count(1)
        self.people = {customer: Person(customer, world) for customer in given.users}

    def person(self, customer: str | None) -> Person:
        """Who is meant: the first of the given users where nobody is named. Others may come along."""
        name = customer or self.given.users[0]
        return self.people.setdefault(name, Person(name, self.world))
