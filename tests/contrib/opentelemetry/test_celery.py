"""One trace from the caller of a Celery task, through a real prefork worker, to the server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from opentelemetry.trace import format_trace_id

from ...fix_scripts import run_python
from ...fix_servers import PATIENCE, Server
from .conftest import Telemetry

TASKS = """
from celery import Celery
from celery.signals import worker_process_init
from opentelemetry import trace
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from syncgql import Client
from syncgql.contrib.opentelemetry import OpenTelemetry

app = Celery("tasks", broker="filesystem://", backend="file://{folder}")
app.conf.broker_transport_options = {{
    "data_folder_in": "{folder}", "data_folder_out": "{folder}", "control_folder": "{folder}/control"
}}
client = Client("{url}", middleware=[OpenTelemetry()])

@worker_process_init.connect(weak=False)
def set_up(**_):
    trace.set_tracer_provider(TracerProvider())
    CeleryInstrumentor().instrument()

@app.task
def ask():
    return client.execute("query Span {{ span {{ trace parent }} }}")["span"]["trace"]
"""

CALL = """
import sys
from opentelemetry import propagate, trace
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.sdk.trace import TracerProvider

trace.set_tracer_provider(TracerProvider())
CeleryInstrumentor().instrument()
from tasks import ask
with trace.use_span(trace.NonRecordingSpan(trace.get_current_span(propagate.extract(
        {"traceparent": sys.argv[1]})).get_span_context())):
    print(ask.delay().get(timeout=240))
"""


@contextmanager
def worker(folder: Path) -> Iterator[None]:
    root = {"C_FORCE_ROOT": "1"} if os.getuid() == 0 else {}
    command = [sys.executable, "-m", "celery", "-A", "tasks", "worker", "-c", "1", "-P", "prefork", "-l", "ERROR"]
    with subprocess.Popen(command, cwd=folder, env={**os.environ, **root}) as process:
        try:
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)


@pytest.mark.timeout(8 * PATIENCE)  # a worker starts, which imports much
def test_a_task_is_part_of_the_trace(telemetry: Telemetry, traced_server: Server, tmp_path: Path) -> None:
    """The client was created before the fork; the providers after it."""
    (tmp_path / "tasks.py").write_text(TASKS.format(folder=tmp_path, url=traced_server.url), "utf-8")
    (tmp_path / "control").mkdir()
    with telemetry.tracer.start_as_current_span("view") as view:
        context = view.get_span_context()
        parent = f"00-{format_trace_id(context.trace_id)}-{context.span_id:016x}-01"
    with worker(tmp_path):
        result = run_python("-c", CALL, parent, cwd=tmp_path, timeout=6 * PATIENCE)
    assert (result.exit_code, result.stdout.strip()) == (0, format_trace_id(context.trace_id)), result.stderr
