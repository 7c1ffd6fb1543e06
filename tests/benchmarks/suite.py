"""All benchmarks by name, in the order in which they run."""

from __future__ import annotations

from . import bulk, crossing, execute, many, memory, push, schema, slow, start, stream, threads
from .benchmark import Benchmark

BENCHMARKS: dict[str, Benchmark] = {
    benchmark.name: benchmark
    for module in (execute, threads, bulk, stream, slow, many, memory, crossing, push, start, schema)
    for benchmark in module.BENCHMARKS
}
