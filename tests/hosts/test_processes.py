"""Programs with a `Blocking` that fork, are interrupted, or end in the middle of something."""

import textwrap

import pytest

from .arrivals import arriving
from .started import started

pytestmark = [pytest.mark.processes]

BEGIN = """\
import os, signal, sys, threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
import anyio
from impact_sdk import Blocking, ConfigurationError, ImpactAPI

impact = Blocking(ImpactAPI.from_env)

def ask(user):
    return list(impact.each(lambda api: api.dreams.list(external_user_id=user)))

under_way = threading.Semaphore(0)

async def never(api):
    under_way.release()
    await anyio.sleep_forever()

def wait():
    try:
        impact.call(never)
    except Exception as error:
        pass  # at the end of the process
"""

# Which users are asked for, what is said, and the program.
PROGRAMS: dict[str, tuple[list[str], str, str]] = {
    "one that never closes": (["u1"], "", "ask('u1')"),
    "one that closes": (["u1"], "", "with impact: ask('u1')"),
    "one that never calls": ([], "", ""),
    "one that exits": (["u1"], "", "ask('u1'); sys.exit()"),
    "one whose thread waits for ever": (
        ["u1"],
        "",
        "ask('u1'); threading.Thread(target=wait, daemon=True).start(); under_way.acquire()",
    ),
    "one with threads that still call": (
        ["u1", "u2", "u3"],
        "",
        "threads = ThreadPoolExecutor(3); [threads.submit(ask, user) for user in ('u1', 'u2', 'u3')]",
    ),
    "one that forks": (
        ["u1", "u2", "u3"],
        "0\n",
        """
        ask("u1")
        child = os.fork()
        if child == 0:
            ask("u2")
            sys.exit()
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        ask("u3")
        """,
    ),
    "one whose child closes": (
        ["u1", "u2"],
        "0\n",
        """
        ask("u1")
        child = os.fork()
        if child == 0:
            impact.close()
            sys.exit()
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        ask("u2")
        """,
    ),
    "one that forks while threads wait": (
        ["u1"],
        "0\n",
        """
        threads = [threading.Thread(target=wait, daemon=True) for _ in range(4)]
        [thread.start() for thread in threads]
        [under_way.acquire() for _ in threads]
        child = os.fork()
        if child == 0:
            ask("u1")
            sys.exit()
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        """,
    ),
    "one that hands a listing to its child": (
        ["u1"],
        "this listing was begun in another process; call each() again in this one\n",
        """
        listing = impact.each(lambda api: api.dreams.list(external_user_id="u1"))
        child = os.fork()
        if child == 0:
            try:
                next(listing)
            except ConfigurationError as error:
                print(error)
            sys.exit()
        os.waitpid(child, 0)
        list(listing)
        """,
    ),
    "one with a pool of processes": (
        ["u1", "u2", "u3"],
        "",
        """
        ask("u1")
        with ProcessPoolExecutor(1, mp_context=get_context("fork")) as processes:
            list(processes.map(ask, ["u2", "u3"]))
        """,
    ),
    "one that a signal interrupts": (
        ["u1"],
        "interrupted\n",
        """
        def interrupt():
            under_way.acquire()
            os.kill(os.getpid(), signal.SIGINT)

        threading.Thread(target=interrupt).start()
        try:
            impact.call(never)
        except KeyboardInterrupt:
            print("interrupted")
        ask("u1")
        """,
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_ends_as_it_would_without_us(name: str) -> None:
    users, said, program = PROGRAMS[name]
    with arriving() as arrivals, started(["-c", BEGIN + textwrap.dedent(program)], arrivals.environment) as host:
        host.wait()

    assert arrivals.asked.keys() == set(users)
    assert all(len(connections) == 1 for connections in arrivals.asked.values())
    assert host.said == said
    assert host.is_clean


def test_connections_of_a_parent_and_its_child_are_two() -> None:
    _, _, program = PROGRAMS["one that forks"]
    with arriving() as arrivals, started(["-c", BEGIN + textwrap.dedent(program)], arrivals.environment) as host:
        host.wait()

    assert arrivals.asked["u1"] == arrivals.asked["u3"] != arrivals.asked["u2"]
