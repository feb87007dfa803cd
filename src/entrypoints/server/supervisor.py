"""The parent process: starts the workers, replaces those that die or do not answer, and ends them.

It has one thread, so that a fork copies a process at rest. Each worker has a pipe to report by, whose end says that the worker is gone.
All workers share the reading end of one more pipe, whose end says that the parent is gone.
"""

import gc
import logging
import os
import selectors
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from attrs import field
from msgspec import Struct

from modeldesk.domain.records import define
from modeldesk.entrypoints.server.allocation import forget_attributes, use_up_gaps
from modeldesk.entrypoints.server.limits import EndLimits

LOGGER = logging.getLogger(__name__)
READY = b"r"
ALIVE = b"."
SIGNALS = (signal.SIGTERM, signal.SIGINT)
START_FAILED = 1
KILLED = 1


class Lifeline(Struct, frozen=True):
    """What a worker gets from its parent: `parent` ends with the parent, and what is written to `reports` reaches it."""

    parent: int
    reports: int


class Pace(Struct, frozen=True):
    """In seconds: a worker that ends `early` after its start is replaced after a pause, which doubles from `pause` up to `longest_pause`.

    A worker that reports nothing for `silence`, or is not ready `start` after its fork, is killed.
    """

    early: float = 5.0
    pause: float = 0.25
    longest_pause: float = 2.0
    silence: float = 10.0
    start: float = 60.0
    tick: float = 1.0
    end: EndLimits = EndLimits()


class Worker(Struct):
    """A running worker. `heard` is the time of its last report."""

    pid: int
    reports: int
    started: float
    heard: float
    is_ready: bool = False


class Place(Struct):
    """One of the workers that shall run. `due` is when its next process starts, `early_ends` how many in a row ended early."""

    number: int
    worker: Worker | None = None
    due: float = 0.0
    early_ends: int = 0


@define
class Supervisor:
    """Runs `count` processes of `work`, which gets a number from 0 and returns an exit code, until a signal.

    `on_ready` is called once, when all are ready, and `on_end` when the signal came.
    """

    work: Callable[[int, Lifeline], int]
    count: int
    on_ready: Callable[[], None]
    on_end: Callable[[], None]
    pace: Pace = field(factory=Pace)
    _places: list[Place] = field(factory=list, init=False)
    _signals: int = field(default=0, init=False)
    _has_started: bool = field(default=False, init=False)
    _looked: float = field(default=0.0, init=False)
    _parent_pipe: tuple[int, int] = field(default=(-1, -1), init=False)
    _wakeup: tuple[int, int] = field(default=(-1, -1), init=False)
    _selector: selectors.BaseSelector = field(factory=selectors.DefaultSelector, init=False)

    def run(self) -> int:
        """Returns the exit code: 0 for an end that was asked for, 1 if the start failed or a worker had to be killed at the end."""
        self._places = [Place(number) for number in range(self.count)]
        self._parent_pipe, self._wakeup = os.pipe(), os.pipe()
        for end in self._wakeup:
            os.set_blocking(end, False)
        self._selector.register(self._wakeup[0], selectors.EVENT_READ)
        signal.set_wakeup_fd(self._wakeup[1], warn_on_full_buffer=False)
        for number in SIGNALS:
            # A function, not a method: each worker replaces it, for which Python makes the text of the old one. A method's text has all of its object.
            signal.signal(number, lambda *_: self._note_signal())
        gc.freeze()  # the workers share what is loaded by now
        gc.collect()  # of nothing, after that; it empties Python's lists of free objects, to whose pages each worker would write
        forget_attributes()
        use_up_gaps()
        gc.enable()
        try:
            code = self._serve()
        finally:
            was_killed = self._end()
        return code or (KILLED if was_killed else 0)

    def _note_signal(self) -> None:
        self._signals += 1

    def _serve(self) -> int:
        """Until a signal, or a start that fails."""
        self._looked = time.monotonic()
        while not self._signals:
            for place in self._places:
                if place.worker is None and place.due <= time.monotonic():
                    self._start(place)
            for place, worker in self._wait(self._next_due()):
                status = self._collect(worker)
                if not self._has_started and os.WIFEXITED(status) and os.WEXITSTATUS(status):
                    LOGGER.error("worker %s could not start; the server ends", place.number + 1)
                    return START_FAILED
                self._plan_next(place, worker, status)
            self._announce()
            self._kill_silent()
        return 0

    def _start(self, place: Place) -> None:
        try:
            place.worker = self._fork(place.number)
        except OSError as error:  # no memory, or too many processes: the other workers serve on
            LOGGER.error("worker %s cannot be started: %s", place.number + 1, error.strerror)  # noqa: TRY400 - the reason is enough
            place.due = time.monotonic() + self.pace.longest_pause

    def _fork(self, place: int) -> Worker:
        ours, theirs = os.pipe()
        os.set_blocking(theirs, False)  # a stopped parent does not stop its workers
        _flush()  # what is buffered would be written twice
        # A signal to the worker waits until the worker has its own handlers: none is lost, and none runs the parent's.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        pid = os.fork()
        if pid == 0:
            self._become_worker(place, ours, theirs)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        os.close(theirs)
        self._selector.register(ours, selectors.EVENT_READ)
        now = time.monotonic()
        return Worker(pid, ours, now, now)

    def _become_worker(self, place: int, ours: int, theirs: int) -> None:
        """In the new process; does not return."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)  # nothing to finish yet; a handler of ours would wait for what runs to return
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes, and the parent alone decides
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            self._selector.close()
            for copied in (ours, self._parent_pipe[1], *self._wakeup, *(other.worker.reports for other in self._places if other.worker)):
                os.close(copied)
            code = self.work(place, Lifeline(self._parent_pipe[0], theirs))
        except BaseException:
            LOGGER.exception("a worker failed")
        finally:
            _flush()
            os._exit(code)

    def _wait(self, until: float) -> list[tuple[Place, Worker]]:
        """Waits for a report, a signal or that time. Returns the workers that are gone, with their places, which are empty now."""
        gone = list[tuple[Place, Worker]]()
        for key, _ in self._selector.select(max(0.0, min(self.pace.tick, until - time.monotonic()))):
            said = _read(key.fd)
            place = next((place for place in self._places if place.worker is not None and place.worker.reports == key.fd), None)
            if place is None or place.worker is None:
                continue
            if not said:
                gone.append((place, place.worker))
                place.worker = None
                continue
            place.worker.heard = time.monotonic()
            place.worker.is_ready = place.worker.is_ready or READY in said
        return gone

    def _next_due(self) -> float:
        return min((place.due for place in self._places if place.worker is None), default=float("inf"))

    def _collect(self, worker: Worker) -> int:
        """The wait status of a worker that is gone."""
        self._selector.unregister(worker.reports)
        os.close(worker.reports)
        with suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGKILL)  # it ends already; this keeps the wait below from lasting
        return os.waitpid(worker.pid, 0)[1]

    def _plan_next(self, place: Place, worker: Worker, status: int) -> None:
        now = time.monotonic()
        place.early_ends = place.early_ends + 1 if now - worker.started < self.pace.early else 0
        pause = min(self.pace.longest_pause, self.pace.pause * 2 ** min(place.early_ends - 1, 16)) if place.early_ends else 0.0
        LOGGER.warning("worker %s (pid %s) ended %s; the next one starts in %s s", place.number + 1, worker.pid, _how(status), pause)
        place.due = now + pause

    def _announce(self) -> None:
        if not self._has_started and all(place.worker is not None and place.worker.is_ready for place in self._places):
            self._has_started = True
            self.on_ready()

    def _kill_silent(self) -> None:
        now = time.monotonic()
        if now - self._looked > self.pace.silence / 2:  # this process itself was stopped, and could hear nobody
            for place in self._places:
                if place.worker is not None:
                    place.worker.heard = now
        self._looked = now
        for place in self._places:
            if (worker := place.worker) is None:
                continue
            since, longest = (worker.heard, self.pace.silence) if worker.is_ready else (worker.started, self.pace.start)
            if now - since > longest:
                LOGGER.error("worker %s (pid %s) does not answer; it is killed", place.number + 1, worker.pid)
                worker.heard = worker.started = now
                os.kill(worker.pid, signal.SIGKILL)

    def _end(self) -> bool:
        """Ends the workers; at once after a second signal. Returns whether one had to be killed."""
        self.on_end()
        running = {place.number: place.worker for place in self._places if place.worker is not None}
        for worker in running.values():
            os.kill(worker.pid, signal.SIGTERM)
        end = time.monotonic() + self.pace.end.killed
        while running and self._signals < 2 and time.monotonic() < end:
            for place, worker in self._wait(end):
                self._collect(worker)
                del running[place.number]
        for number, worker in running.items():
            LOGGER.warning("worker %s did not end by itself; it is killed", number + 1)
            os.kill(worker.pid, signal.SIGKILL)
            self._collect(worker)
        return bool(running)


def _flush() -> None:
    for buffered in (*logging.getLogger().handlers, sys.stdout, sys.stderr):
        with suppress(Exception):  # closed, or a pipe that nobody reads
            buffered.flush()


def _read(file: int) -> bytes:
    try:
        return os.read(file, 65_536)
    except BlockingIOError:
        return ALIVE


def _how(status: int) -> str:
    return f"by signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"with code {os.WEXITSTATUS(status)}"
