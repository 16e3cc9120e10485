"""`PreparedConnection` gives the same results as SQLAlchemy's own connection."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from bank_app_sim.server.database import Connection
from bank_app_sim.server.database.prepared import PreparedConnection, driver_of

metadata = sa.MetaData()
people = sa.Table(
    "people",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("age", sa.Integer),
    sa.Column("notes", sa.JSON),
)
ADA = {"name": "ada", "age": 36, "notes": {"likes": ["engines"]}}
BO = {"name": "bo", "age": None, "notes": None}


@pytest.fixture
def both() -> Iterator[tuple[sa.Connection, PreparedConnection]]:
    """One database, by SQLAlchemy's connection and by ours."""
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        metadata.create_all(connection)
        yield connection, PreparedConnection(driver_of(connection))
    engine.dispose()


def rows(connection: Connection, statement: sa.Executable, parameters: dict[str, Any] | None = None) -> list[Any]:
    return [tuple(row) for row in connection.execute(statement, parameters or {})]


@pytest.mark.parametrize(
    ("statement", "parameters"),
    [
        (sa.select(people).order_by(people.c.n), {}),
        (sa.select(people.c.name, people.c.notes).where(people.c.name == given("of")), {"of": "ada"}),
        (sa.select(people.c.age).where(people.c.name.in_(given("names", expanding=True))), {"names": ["ada", "bo"]}),
        (sa.select(people.c.age).where(people.c.name.in_(given("names", expanding=True))), {"names": []}),
        (sa.select(people.c.age).where(people.c.name.in_(["ada", "bo"]), people.c.age > given("than")), {"than": 30}),
        (sa.select(sa.func.coalesce(people.c.age, 7).label("age"), sa.literal("x").label("x")), {}),
        (sa.select(people.c.name).order_by(people.c.n).limit(given("limit")).offset(1), {"limit": 5}),
        (
            sa.update(people).where(people.c.name == given("of")).values(age=given("to")).returning(people.c.notes),
            {"of": "ada", "to": 37},
        ),
    ],
)
def test_a_statement_gives_what_sqlalchemy_gives(
    both: tuple[sa.Connection, PreparedConnection], statement: sa.Executable, parameters: dict[str, Any]
) -> None:
    theirs, ours = both
    ours.execute(sa.insert(people), [ADA, BO])

    assert rows(ours, statement, parameters) == rows(theirs, statement, parameters)
    assert rows(ours, statement, parameters) == rows(theirs, statement, parameters)


def test_one_statement_takes_lists_of_any_length(both: tuple[sa.Connection, PreparedConnection]) -> None:
    _, ours = both
    ours.execute(sa.insert(people), [ADA, BO])
    statement = sa.select(people.c.name).where(people.c.name.in_(given("names", expanding=True)))

    for names in (["ada"], ["bo", "ada", "cy"], [], ["bo"]):
        found = rows(ours, statement, {"names": names})
        assert sorted(found) == [(name,) for name in sorted({"ada", "bo"} & set(names))]


def test_an_update_sets_the_columns_of_its_parameters(both: tuple[sa.Connection, PreparedConnection]) -> None:
    theirs, ours = both
    ours.execute(sa.insert(people).values(age=1), {"name": "ada"})
    change = sa.update(people).where(people.c.name == given("of"))

    assert ours.execute(change, {"of": "ada", "age": 2}).rowcount == 1
    assert ours.execute(change, {"of": "ada", "notes": [3]}).rowcount == 1
    assert ours.execute(change, {"of": "nobody", "age": 4}).rowcount == 0
    assert rows(theirs, sa.select(people.c.age, people.c.notes)) == [(2, [3])]


def test_the_error_is_sqlalchemys_and_repeats_no_parameter(both: tuple[sa.Connection, PreparedConnection]) -> None:
    _, ours = both
    ours.execute(sa.insert(people), {"name": "a-secret"})

    with pytest.raises(sa.exc.IntegrityError, match=r"UNIQUE constraint failed: people\.name") as raised:
        ours.execute(sa.insert(people), {"name": "a-secret"})
    assert "a-secret" not in str(raised.value)


def test_a_default_that_only_sqlalchemy_computes_is_refused(both: tuple[sa.Connection, PreparedConnection]) -> None:
    _, ours = both
    with_default = sa.Table("with_default", sa.MetaData(), sa.Column("n", sa.Integer), sa.Column("m", default=1))

    with pytest.raises(TypeError, match="default"):
        ours.execute(sa.insert(with_default), {"n": 1})
