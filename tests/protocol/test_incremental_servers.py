"""Incremental delivery as releases of graphql-core and graphql-js emit it: fed in, it merges to the whole."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from graphql import GraphQLResolveInfo, build_schema, parse
from graphql.execution import ExperimentalIncrementalExecutionResults, experimental_execute_incrementally

from syncgql import IncrementalResult
from syncgql.protocol.incremental_delivery import IncrementalDelivery

NODE = Path(__file__).parents[1] / "node"

SDL = """
directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @stream(if: Boolean! = true, label: String, initialCount: Int = 0) on FIELD
type Query { person: Person! }
type Person {
  id: ID! name: String! home: Planet friends: [Person!] films: [Film] tags: [[String!]!]! bad: String! perhaps: String
}
type Planet { name: String! terrain: String bad: String! suns: [String!]! }
type Film { title: String! year: Int bad: String! }
"""
JS_SDL = SDL.split("\n", 3)[3]  # graphql-js has the directives

ERROR = {"error": "boom"}
HOME = {"name": "Tatooine", "terrain": "desert", "bad": ERROR, "suns": ["Tatoo I", "Tatoo II"]}
FILMS = [{"title": "A", "year": 1977, "bad": "ok"}, {"title": "B", "bad": ERROR}, {"title": "C", "bad": "ok"}]
FRIENDS = [
    {"id": str(number), "name": f"N{number}", "home": HOME, "films": FILMS[:1], "bad": ERROR if number == 3 else "ok"}
    for number in range(2, 6)
]
PERSON = {"id": "1", "name": "Luke", "home": HOME, "friends": FRIENDS, "films": FILMS, "tags": [["a"], [], ["b", "c"]]}
ROOT = {"person": {**PERSON, "bad": ERROR, "perhaps": ERROR}}

# Executed with $on true, and with $on false for the whole.
WHOLES = {
    "a fragment": "{ person { id ... @defer(if: $on, label: \"D\") { name home { name suns } } } }",
    "fragments that overlap": """{ person { id
        ... @defer(if: $on, label: "a") { home { name terrain } name }
        ... @defer(if: $on, label: "b") { name home { name suns } }
    } }""",
    "a fragment in a fragment": "{ ... @defer(if: $on) { person { id ... @defer(if: $on) { name home { name } } } } }",
    "a stream": "{ person { friends @stream(if: $on, initialCount: 1, label: \"S\") { id name } } }",
    "a stream of lists": "{ person { tags @stream(if: $on, initialCount: 1) } }",
    "fragments in a stream": """{ person { them: friends @stream(if: $on) { id
        ... @defer(if: $on) { name home { terrain } }
    } } }""",
    "a stream in a fragment in a stream": """{ person { friends @stream(if: $on, initialCount: 2) { id
        ... @defer(if: $on) { films @stream(if: $on) { title year } }
    } } }""",
    "null items": "{ person { films @stream(if: $on, initialCount: 1) { title bad } } }",
    "a null field": "{ person { id ... @defer(if: $on) { name perhaps } } }",
    "everything done at once": "{ person { friends @stream(if: $on, initialCount: 9) { id } } }",
}  # fmt: skip
FAILED = {
    "a fragment that fails": "{ person { id ... @defer(if: $on) { name bad } ... @defer(if: $on) { home { name } } } }",
    "a fragment of an object that is nulled": "{ person { id home { name ... @defer(if: $on) { bad } } } }",
    "a stream that fails": "{ person { id friends @stream(if: $on, initialCount: 1) { id bad } } }",
}
LEFT = {
    "a fragment that fails": {"person": {"id": "1", "home": {"name": "Tatooine"}}},
    "a fragment of an object that is nulled": {"person": {"id": "1", "home": {"name": "Tatooine"}}},
    "a stream that fails": {"person": {"id": "1", "friends": [{"id": "2", "bad": "ok"}]}},
}

# 17.0.0-alpha.9 announces fragments in any streamed item but the first with the index of the second.
NOT_BY_ALPHA_9 = {"fragments in a stream", "a stream in a fragment in a stream"}

Job = dict[str, Any]
Run = Callable[[list[Job]], list[list[Any]]]


def jobs(selection: str) -> list[Job]:
    """Return what executes a selection as a whole, and in parts in several orders."""
    document = f"query ($on: Boolean!) {selection}"
    whole: Job = {"document": document, "variables": {"on": False}, "seed": 0}
    return [whole, *({"document": document, "variables": {"on": True}, "seed": seed} for seed in range(1, 9))]


def merged(payloads: list[Any]) -> IncrementalResult:
    delivery = IncrementalDelivery()
    snapshots = []
    for payload in payloads:
        result = delivery.result(delivery.feed(payload))
        snapshots.append((result, json.dumps(result.data)))
    assert delivery.finished
    assert [json.dumps(result.data) for result, _ in snapshots] == [text for _, text in snapshots]
    return delivery.result()


def messages(result: IncrementalResult) -> list[str]:
    return [error["message"] for error in result.errors or []]


async def graphql_core(job: Job) -> list[Any]:
    random = Random(job["seed"])

    async def resolve(source: Any, info: GraphQLResolveInfo[Any]) -> Any:
        for _ in range(random.randint(0, 4)):
            await asyncio.sleep(0)
        value = source.get(info.field_name)
        if isinstance(value, dict) and "error" in value:
            raise ValueError(value["error"])
        return value

    answer: Any = experimental_execute_incrementally(
        build_schema(SDL), parse(job["document"]), ROOT, variable_values=job["variables"], field_resolver=resolve
    )
    if asyncio.iscoroutine(answer):
        answer = await answer
    if not isinstance(answer, ExperimentalIncrementalExecutionResults):
        return [answer.formatted]
    return [answer.initial_result.formatted, *[payload.formatted async for payload in answer.subsequent_results]]


def run_graphql_core(several: list[Job]) -> list[list[Any]]:
    return [asyncio.run(graphql_core(job)) for job in several]


def node(package: str, function: str) -> Run:
    def run(several: list[Job]) -> list[list[Any]]:
        if not shutil.which("node"):
            pytest.skip("Node is not installed.")
        if not (NODE / "node_modules" / package).exists():
            pytest.skip("The packages of tests/node are not installed; run: make node")
        work = json.dumps({"sdl": JS_SDL, "root": ROOT, "jobs": several})
        command = ["node", str(NODE / "incremental.mjs"), package, function]
        done = subprocess.run(command, input=work, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


SERVERS = {
    "graphql-core": run_graphql_core,
    "graphql-js 17": node("graphql", "experimentalExecuteIncrementally"),
    "graphql-js 17, the format of 2022": node("graphql", "legacyExecuteIncrementally"),
    "graphql-js 17.0.0-alpha.9": node("graphql-17-alpha-9", "experimentalExecuteIncrementally"),
    "graphql-js 17.0.0-alpha.2": node("graphql-17-alpha-2", "experimentalExecuteIncrementally"),
    "graphql-js 16, the format of 2020": node("graphql-16-experimental", "execute"),
}


@pytest.mark.parametrize("server", SERVERS)
def test_i06_responses_of_real_servers_merge_to_the_whole(server: str) -> None:
    """Resolvers may end in any order."""
    left_out = NOT_BY_ALPHA_9 if "alpha.9" in server else set()
    documents = {name: selection for name, selection in WHOLES.items() if name not in left_out}
    work = [(name, job) for name, selection in documents.items() for job in jobs(selection)]
    answers = SERVERS[server]([job for _, job in work])
    delivered_in_parts = set()
    for (name, job), payloads in zip(work, answers, strict=True):
        result = merged(payloads)
        if not job["variables"]["on"]:
            whole = result
        if len(payloads) > 1:
            delivered_in_parts.add(name)
        assert result.data == whole.data, (name, payloads)
        assert sorted(messages(result)) == sorted(messages(whole)), (name, payloads)
    assert len(delivered_in_parts) >= len(documents) - 1


@pytest.mark.parametrize("server", SERVERS)
def test_i10_failed_fragments_of_real_servers(server: str) -> None:
    """Failed fields are absent, each error occurs once, and the rest is complete."""
    # In the format of 2020 a null item could not be distinguished from the end of a stream.
    documents = {name: FAILED[name] for name in FAILED if "2020" not in server or "stream" not in name}
    work = [(name, job) for name, selection in documents.items() for job in jobs(selection)[1:]]
    for (name, _), payloads in zip(work, SERVERS[server]([job for _, job in work]), strict=True):
        result = merged(payloads)
        assert (result.data, messages(result)) == (LEFT[name], ["boom"]), (name, payloads)
