"""The loop thread uses asyncio's own event loop."""

from __future__ import annotations

import asyncio
import gc

import pytest

from syncgql.runtime.event_loop import new_event_loop

from ..fix_leaks import Remains
from ..fix_scripts import RunScript

POLICY = """
    import asyncio, warnings
    from syncgql.runtime.runtime import Runtime

    class Policy(asyncio.DefaultEventLoopPolicy):
        def new_event_loop(self):
            raise SystemExit("the policy was asked")

    class Nothing:
        async def close(self): ...

    async def kind():
        return isinstance(asyncio.get_running_loop(), asyncio.BaseEventLoop)

    asyncio.set_event_loop_policy(Policy())
    print(Runtime(Nothing()).run(kind()))
"""


def test_the_loop_is_asyncios() -> None:
    """It runs and can be closed."""
    loop = new_event_loop()
    assert isinstance(loop, asyncio.BaseEventLoop)
    loop.close()


def test_a_loop_that_never_ran_closes_itself() -> None:
    """Ctrl-C before the thread of the loop has started leaves nothing open. Warnings are errors here."""
    before = Remains()
    new_event_loop()
    gc.collect()
    assert before.leaked() == []


def test_an_interrupted_creation_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while a loop is being created is raised, and nothing else."""

    def interrupted(loop: asyncio.SelectorEventLoop, selector: object) -> None:
        raise KeyboardInterrupt

    before = Remains()
    with monkeypatch.context() as patch:
        patch.setattr(asyncio.SelectorEventLoop, "__init__", interrupted)
        with pytest.raises(KeyboardInterrupt):
            new_event_loop()
    gc.collect()
    assert before.leaked() == []


def test_a_loop_that_ran_must_be_closed() -> None:
    """Otherwise asyncio warns, as for its own loops."""
    new_event_loop().run_until_complete(asyncio.sleep(0))
    with pytest.warns(ResourceWarning, match="unclosed event loop"):
        gc.collect()


def test_a_policy_of_the_program_is_ignored(run_script: RunScript) -> None:
    """A program that installs uvloop for its own loops does not change the client's loop."""
    result = run_script(POLICY)
    assert (result.exit_code, result.stdout) == (0, "True\n"), result.stderr
