"""Plays batches of journeys in several processes."""

import collections
import concurrent.futures
import itertools
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool

import attrs

from .batch import Played, play_batch
from .job import Job, Plan
from .quiet import prepare_process

Batches = Generator[Played, None, None]
Future = concurrent.futures.Future[Played]


class WorkerDied(Exception):
    """A process that played journeys has died."""


def in_processes(batches: Sequence[Sequence[Job]], plan: Plan, workers: int, ended: Callable[[int], None]) -> Batches:
    """Play batches in as many processes; the results come in the order of the batches.

    Args:
        ended: Called with the number of journeys in a batch, as soon as it has ended.

    Raises:
        WorkerDied: A process has died.
        KeyboardInterrupt: Somebody has stopped it. The results of batches that had ended come first.
    """
    others = set(multiprocessing.active_children())
    pool = concurrent.futures.ProcessPoolExecutor(
        max_workers=min(workers, len(batches)),
        mp_context=multiprocessing.get_context("spawn"),  # not forked: no thread of this process exists there
        initializer=_prepare_worker,
    )
    queue = _Queue(pool, plan, ended, iter(batches), 2 * workers)
    is_done = False
    try:
        while (future := queue.oldest()) is not None:
            # The oldest first: the order of what is reported does not depend on the speed of the processes.
            played = future.result()
            queue.waiting.popleft()
            yield played
        is_done = True
    except BrokenProcessPool as error:
        raise WorkerDied(
            "a process that played journeys has died; was it killed, or was there too little memory? "
            "--workers 1 plays them in this process"
        ) from error
    except KeyboardInterrupt:
        yield from queue.played()
        raise
    finally:
        if not is_done:  # nobody needs the journeys that are under way
            for process in set(multiprocessing.active_children()) - others:
                process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)


@attrs.define
class _Queue:
    """The batches that are under way. A few in advance are enough for the pool.

    Attributes:
        most: How many batches wait at most.
    """

    pool: concurrent.futures.ProcessPoolExecutor
    plan: Plan
    ended: Callable[[int], None]
    left: Iterator[Sequence[Job]]
    most: int
    waiting: collections.deque[Future] = attrs.field(factory=collections.deque)

    def oldest(self) -> Future | None:
        """Fill the queue; its oldest batch, or None if there is none."""
        self.waiting.extend(map(self._begin, itertools.islice(self.left, self.most - len(self.waiting))))
        return self.waiting[0] if self.waiting else None

    def _begin(self, batch: Sequence[Job]) -> Future:
        future = self.pool.submit(play_batch, batch, self.plan)
        future.add_done_callback(lambda future: self.ended(len(batch)) if _is_played(future) else None)
        return future

    def played(self) -> Iterator[Played]:
        """The results of the oldest batches that have ended."""
        while self.waiting and _is_played(self.waiting[0]):
            yield self.waiting.popleft().result()


def _is_played(future: Future) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _prepare_worker() -> None:
    """Leave Ctrl-C to the first process, and be silent about faults that journeys ask for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_the_first_process, daemon=True).start()
    prepare_process()


def _end_with_the_first_process() -> None:
    """If the first process is killed, this one ends too."""
    first = multiprocessing.parent_process()
    assert first is not None
    multiprocessing.connection.wait([first.sentinel])
    os._exit(1)
