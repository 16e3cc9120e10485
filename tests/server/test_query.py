"""Queries: statements that know the type of their rows."""

from collections.abc import Iterator
from contextlib import closing

import attrs
import pytest
import sqlalchemy as sa

from bank_app_sim.server.database import Database, columns_of, order_of_insertion, parameters, rows, values

metadata = sa.MetaData()
people = sa.Table("people", metadata, order_of_insertion(), sa.Column("name", sa.Text), sa.Column("age", sa.Integer))


@attrs.frozen
class Person:
    age: int
    name: str
    is_old: bool = False
    n: int = 0


PEOPLE = rows(Person, sa.select(*columns_of(Person, people, is_old=people.c.age > 60)).order_by(people.c.n))


@pytest.fixture
def database() -> Iterator[Database]:
    with closing(Database("sqlite://", metadata, version=1)) as database:
        yield database


def add(database: Database, *added: Person) -> None:
    database.run_now(
        lambda connection: connection.execute(
            sa.insert(people), [parameters(people, each, elsewhere=["is_old"]) for each in added]
        )
    )


def test_a_row_is_written_and_read_by_the_names_of_its_fields(database: Database) -> None:
    add(database, Person(36, "ada"), Person(72, "bo"))

    assert database.run_now(PEOPLE.all) == [Person(36, "ada", False, 1), Person(72, "bo", True, 2)]
    assert database.run_now(PEOPLE.first) == Person(36, "ada", False, 1)


def test_a_field_without_a_column_is_found_when_the_query_is_made() -> None:
    @attrs.frozen
    class Renamed:
        years: int

    with pytest.raises(KeyError, match="years"):
        columns_of(Renamed, people)


def test_a_field_that_no_column_keeps_is_not_lost_silently() -> None:
    with pytest.raises(TypeError, match="people has no column for is_old of Person"):
        parameters(people, Person(36, "ada"))


def test_columns_in_another_order_are_refused() -> None:
    with pytest.raises(TypeError, match="Person has the fields"):
        rows(Person, sa.select(people.c.name, people.c.age, sa.true().label("is_old"), people.c.n))


def test_one_row_is_wanted_where_there_are_none_or_two(database: Database) -> None:
    assert database.run_now(PEOPLE.first) is None
    assert database.run_now(PEOPLE.one_or_none) is None
    with pytest.raises(ValueError, match="not enough values"):
        database.run_now(PEOPLE.one)
    add(database, Person(36, "ada"), Person(72, "bo"))

    for query in (PEOPLE.one, PEOPLE.one_or_none):
        with pytest.raises(ValueError, match=r"too many values|there are 2"):
            database.run_now(query)


def test_values_are_those_of_the_one_column(database: Database) -> None:
    add(database, Person(36, "ada"), Person(72, "bo"))
    older = values(sa.select(people.c.name).where(people.c.age > sa.bindparam("than")))

    assert database.run_now(lambda connection: older.all(connection, than=40)) == ["bo"]
