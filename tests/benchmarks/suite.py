"""All benchmarks by name, in the order in which they run."""

from __future__ import annotations

from . import bulk, codegen, command, crossing, execute, many, memory, push, schema, slow, start, stream, threads, typed
from .benchmark import Benchmark

MODULES = (
    execute, threads, bulk, stream, slow, many, memory, crossing, push, start, command, schema, typed, codegen,
)  # fmt: skip

BENCHMARKS: dict[str, Benchmark] = {benchmark.name: benchmark for module in MODULES for benchmark in module.BENCHMARKS}
