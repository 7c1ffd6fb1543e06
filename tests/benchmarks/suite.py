"""All benchmarks by name, in the order in which they run."""

from __future__ import annotations

from . import bulk, codegen, crossing, execute, many, memory, push, schema, slow, start, stream, threads, typed
from .benchmark import Benchmark

BENCHMARKS: dict[str, Benchmark] = {
    benchmark.name: benchmark
    for module in (execute, threads, bulk, stream, slow, many, memory, crossing, push, start, schema, typed, codegen)
    for benchmark in module.BENCHMARKS
}
