"""warn_if_forks_are_unsafe: warns that uWSGI needs an option to fork a process that has threads.

While it forks its workers, uWSGI's master process does not hold the interpreter's lock (the GIL). If another thread
holds it at that moment, the worker inherits a lock that none of its threads can release, and waits for it forever
before it accepts its first request. Any thread may hold the lock, for example a thread that reads the events of a
subscription; nothing in Python can prevent it. With ``py-call-uwsgi-fork-hooks`` uWSGI takes the lock first, and calls
Python's at-fork hooks: https://github.com/unbit/uwsgi/pull/2388. With ``lazy-apps`` the master process has no threads.
"""

from __future__ import annotations

import os
import sys
import warnings

FORK_HOOKS = "py-call-uwsgi-fork-hooks"

OFF = (b"false", b"False", b"off", b"no", b"0")
"""The values that turn an option of uWSGI off; an option without a value is True."""


def warn_if_forks_are_unsafe() -> None:
    """Warn that uWSGI forks without the GIL, if this process is its master and about to start a thread."""
    if _forks_are_unsafe():
        warnings.warn(
            "A client is used in uWSGI's master process and starts a thread there. uWSGI then forks workers that may "
            f"hang in their first request. Set enable-threads = true and {FORK_HOOKS} = true (uWSGI 2.0.21 or newer), "
            "or lazy-apps = true.",
            RuntimeWarning,
            stacklevel=1,  # always the same place, so that it is shown once
        )


def _forks_are_unsafe() -> bool:
    # uWSGI creates this module; other programs have none, or a stub for tests.
    uwsgi = sys.modules.get("uwsgi")
    if uwsgi is None or getattr(uwsgi, "masterpid", int)() != os.getpid():
        return False
    # Without thread support uWSGI ignores the option, and the worker inherits a lock that lost threads wait for.
    return not uwsgi.has_threads or uwsgi.opt.get(FORK_HOOKS, b"false") in OFF
