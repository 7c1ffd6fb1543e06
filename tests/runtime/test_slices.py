"""Waiting in slices: Ctrl-C ends every wait, at any moment."""

from __future__ import annotations

import sys
import threading

import pytest

from syncgql.runtime import slices

from ..fix_scripts import RunScript

INTERRUPTS = """
    import asyncio, random, signal, sys, threading, time
    from concurrent.futures import Future
    from syncgql.runtime.event_buffer import EventBuffer
    from syncgql.deadline import NO_DEADLINE
    from syncgql.runtime.runtime import Runtime
    from syncgql.runtime.single_flight import _wait

    class Slow:
        async def close(self):
            await asyncio.sleep(random.uniform(0, 0.004))

    def close():
        runtime = Runtime(Slow())
        runtime.request_stop()
        runtime.join()

    def execute():
        shared.run(asyncio.sleep(600))

    def next_event():
        EventBuffer(1, "block", shared.thread.post).get()

    def next_event_with_timeout():
        EventBuffer(1, "block", shared.thread.post).get(600)

    def wait_for_another_thread():
        _wait(Future(), NO_DEADLINE)

    def press(delay):
        global pressed
        time.sleep(delay)
        pressed = time.monotonic()
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    def interrupt(action):
        thread = threading.Thread(target=press, args=[random.uniform(0, 0.003)])
        try:
            thread.start()
            action()
            while True:  # it was over before the signal came
                time.sleep(0.001)
        except KeyboardInterrupt:
            heard = time.monotonic()
        thread.join()
        return heard - pressed

    def press_again(unraisable):
        # Python does not raise Ctrl-C that arrives in a finalizer or in a callback of a weak reference.
        if unraisable.exc_type is KeyboardInterrupt:
            signal.setitimer(signal.ITIMER_REAL, 0.01)
        else:
            sys.__unraisablehook__(unraisable)

    sys.unraisablehook = press_again
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    shared = Runtime(Slow())
    longest = 0.0
    waits = [execute] * 400 + [next_event] * 250 + [next_event_with_timeout] * 200 + [wait_for_another_thread] * 100
    for action in random.sample(waits + [close] * 50, 1000):
        longest = max(longest, interrupt(action))
    print(longest < 10)
    shared.request_stop()
    shared.join()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="pthread_kill is POSIX")
def test_no_interrupt_is_lost(run_script: RunScript) -> None:
    """A thousand interrupts at random moments; a lost one would leave the program waiting."""
    result = run_script(INTERRUPTS, timeout=280)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == "True\n"


def test_waiting_in_slices_ends_as_waiting_does() -> None:
    """Waits work for more than one slice, and return immediately if there is nothing to wait for."""
    lock, event = threading.Lock(), threading.Event()
    lock.acquire()
    timers = [threading.Timer(1.5 * slices.SLICE, lock.release), threading.Timer(1.5 * slices.SLICE, event.set)]
    for timer in timers:
        timer.start()
    slices.acquire(lock)
    slices.wait(event)
    slices.wait(event, 60)
    for timer in timers:
        slices.join(timer)
        slices.join(timer, 60)
        assert not timer.is_alive()
