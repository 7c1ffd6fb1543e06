"""The import rules that keep the architecture readable: which modules may import asyncio, threads and each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import syncgql

from .fix_scripts import RunScript
from .fix_servers import Server

PACKAGE = Path(syncgql.__file__).parent

# From the bottom up. A module may import from its own part of the package and from the layers below.
LAYERS = [
    {"gql", "graphql_request", "dsl", "utilities"},  # placeholders for modules of gql
    {"result", "messages", "version", "bounded_cache", "gql_names", "records", "overwrite_check"},
    {"checks", "pickling", "incremental_result", "argument_hints"},
    {"exceptions", "option_errors"},
    {"deadline", "tracebacks"},
    {"request", "file_var"},
    {"typed"},
    {"protocol"},
    {"runtime"},
    {"event_source"},
    {"subscription"},
    {"schema"},
    {"bulk"},
    {"operations", "transport"},
    {"pipeline"},
    {"client"},
    {"__init__", "testing"},
    {"codegen"},
    {"contrib", "cli"},
    {"__main__"},
]

THREADS = {"threading", "queue", "_thread"}
ASYNCIO = {"asyncio"}

# The demo's server is not part of the client.
SERVERS = {PACKAGE / "cli" / "demo" / "server.py", PACKAGE / "cli" / "demo" / "serving.py"}

# A session of requests is for one thread only.
THREAD_LOCAL = {PACKAGE / "transport" / "requests_http" / "session.py"}

MODULES = sorted(set(PACKAGE.rglob("*.py")) - SERVERS)


def part_of(module: Path) -> str:
    """The part of the package that a module belongs to: its folder, or the module itself."""
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def layer_of(part: str) -> int:
    for number, layer in enumerate(LAYERS):
        if part in layer:
            return number
    pytest.fail(f"syncgql/{part} is in no layer; add it to LAYERS.")


def imports_of(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports at run time, at any depth, without those for type checkers."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        else:
            yield from imports_of(node)


def names_in(module: Path) -> Iterator[str]:
    """The absolute names of the modules and names that a module imports."""
    for node in imports_of(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
            continue
        start = node.module or ""
        if node.level:
            folder = module.parents[node.level - 1].relative_to(PACKAGE.parent)
            start = ".".join([*folder.parts, *([start] if start else [])])
        yield from (f"{start}.{alias.name}" for alias in node.names)


def top_names(module: Path) -> set[str]:
    return {name.partition(".")[0] for name in names_in(module)}


def name_of(module: Path) -> str:
    return str(module.relative_to(PACKAGE))


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_only_runtime_imports_threading(module: Path) -> None:
    """``threading`` and ``queue`` are imported in ``runtime`` alone."""
    if part_of(module) != "runtime" and module not in THREAD_LOCAL:
        assert not top_names(module) & THREADS


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_only_runtime_and_transport_import_asyncio(module: Path) -> None:
    """``asyncio`` is imported in ``runtime`` and ``transport`` alone, aiohttp in ``transport``; both in ``testing``."""
    if part_of(module) not in {"runtime", "transport", "testing"}:
        assert not top_names(module) & ASYNCIO
    if part_of(module) not in {"transport", "testing"}:
        assert "aiohttp" not in top_names(module)


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_imports_point_one_way(module: Path) -> None:
    """Each module imports from its own part of the package and from the layers below it."""
    own = part_of(module)
    for name in names_in(module):
        package, *rest = name.split(".")
        if package != PACKAGE.name:
            continue
        other = rest[0] if rest and exists(rest[0]) else "__init__"
        assert other == own or layer_of(other) < layer_of(own), f"{name_of(module)} imports {name}"


def exists(part: str) -> bool:
    return (PACKAGE / part).is_dir() or (PACKAGE / f"{part}.py").is_file()


# Folders that may not be imported by a module in another folder, as (importer, imported).
ONE_WAY = [
    ("transport", "pipeline"),
    ("transport", "subscription"),
    ("transport/aiohttp_session", "transport/http"),
    ("transport/aiohttp_session", "transport/websocket"),
    ("transport/requests_http", "transport/aiohttp_session"),
    ("transport/requests_http", "transport/websocket"),
    ("transport/websocket", "transport/http"),
    ("transport/http", "transport/websocket"),
    ("transport/options", "transport/aiohttp_session"),
    ("transport/options", "transport/http"),
    ("transport/recovery", "transport/websocket"),
    ("protocol", "transport"),
    ("protocol", "runtime"),
    ("schema", "transport"),
    ("schema", "operations"),
    ("operations", "pipeline"),
    ("operations", "transport"),
    ("runtime", "transport"),
    ("pipeline", "client"),
]


def all_imports_of(module: Path) -> set[Path]:
    """The modules of the package that a module imports at any depth, for type checkers too."""
    found: set[Path] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            start = module.parents[node.level - 1] if node.level else PACKAGE.parent
            base = start.joinpath(*(node.module or "").split("."))
            # Names of a package may be modules; otherwise the package's __init__ defines or re-exports them.
            found |= {file_of(base / alias.name) or file_of(base) or module for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {file_of(PACKAGE.parent.joinpath(*alias.name.split("."))) or module for alias in node.names}
    return found - {module}


def file_of(path: Path) -> Path | None:
    """The file of a module or package; None for modules of other packages."""
    if PACKAGE not in (path, *path.parents):
        return None
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return next((candidate for candidate in candidates if candidate.is_file()), None)


@pytest.mark.parametrize(("importer", "imported"), ONE_WAY)
def test_folders_lean_one_way(importer: str, imported: str) -> None:
    """Layers and the folders of ``transport`` do not import anything above or beside them, not even for types."""
    targets = {PACKAGE / imported, (PACKAGE / imported).with_suffix(".py")}
    for module in (PACKAGE / importer).rglob("*.py"):
        for other in all_imports_of(module):
            assert targets.isdisjoint((other, *other.parents)), f"{name_of(module)} imports {name_of(other)}"


def test_no_import_cycles() -> None:
    """No two modules import each other, directly or through others, not even late or for type checkers."""
    # An import of a name that a package re-exports counts as an import of its __init__. Importing a module also runs
    # the __init__ of its package, which does not count: that would make each package with re-exports a cycle.
    sorter = TopologicalSorter({module: all_imports_of(module) for module in PACKAGE.rglob("*.py")})
    try:
        sorter.prepare()
    except CycleError as error:
        pytest.fail("Import cycle: " + " <- ".join(map(name_of, error.args[1])))


def test_import_loads_no_heavy_modules(run_script: RunScript) -> None:
    """``import syncgql`` loads no library that only some calls need."""
    result = run_script(
        """
        import sys
        import syncgql
        heavy = {"graphql", "requests", "botocore", "click", "rich", "strawberry"}
        heavy |= {"difflib", "http.cookiejar"}
        print(sorted(heavy & set(sys.modules)))
        """
    )
    assert (result.stdout, result.stderr) == ("[]\n", "")


def test_import_loads_no_transport_and_no_policy(run_script: RunScript) -> None:
    """``import syncgql`` loads what all clients need; the rest is imported for the clients that use it."""
    result = run_script(
        """
        import sys
        sys.modules["msgspec"] = None  # imports some of these modules itself
        import aiohttp
        loaded = set(sys.modules)  # also by coverage
        import syncgql
        own = {name.removeprefix("syncgql.") for name in sys.modules if name.startswith("syncgql.")}
        for folder in "bulk", "codegen", "contrib", "operations", "testing":
            assert not any(name.partition(".")[0] == folder for name in own), folder
        for folder in "aiohttp_session", "http", "http_stream", "options", "recovery", "selection", "websocket":
            assert not any(name.startswith(f"transport.{folder}.") for name in own), folder
        assert len(own) <= 78, own  # each takes a search, a file and its bytecode
        print(sorted(name for name in own if name.count(".") == 1 and name.startswith("transport.")))
        print(sorted(name for name in own if name.startswith("pipeline.")))
        print(sorted({"dataclasses", "decimal", "encodings.idna", "graphql"} & set(sys.modules) - loaded))
        """
    )
    transport = ["base", "blocking", "limits", "round_trip", "token_auth"]
    pipeline = ["dispatch", "middleware", "operation", "pending_calls", "pipeline", "policies", "request_workers"]
    pipeline += ["steps", "stream_source"]
    expected = [[f"transport.{name}" for name in transport], [f"pipeline.{name}" for name in pipeline], []]
    assert (result.stdout.splitlines(), result.stderr) == ([str(names) for names in expected], "")


def test_the_loop_imports_nothing_of_the_package(strawberry_server: Server, run_script: RunScript) -> None:
    """An import would delay all calls of the client; it runs in the thread that creates the client or calls it."""
    result = run_script(
        """
        import sys, threading
        from importlib.abc import MetaPathFinder

        threads = set()

        class Recorder(MetaPathFinder):
            def find_spec(self, name, path=None, target=None):
                if name.startswith("syncgql"):
                    threads.add(threading.current_thread() is threading.main_thread())

        sys.meta_path.insert(0, Recorder())
        from syncgql import Client, TransportQueryError
        options = {"subscription_protocol": "graphql-transport-ws"}, {"batch_interval": 0.01, "retry": True}, {}
        for each in options:
            with Client(sys.argv[1], **each) as client:
                client.execute("{ hello }")
                try:
                    client.execute("{ missing }")
                except TransportQueryError:
                    pass
                assert len(list(client.subscribe("subscription { count(to: 1) }")))
        print(threads)
        """,
        strawberry_server.url,
    )
    assert (result.stdout, result.stderr) == ("{True}\n", "")


def test_first_calls_import_few_modules(strawberry_server: Server, run_script: RunScript) -> None:
    """``execute`` imports nothing; ``subscribe`` imports graphql-core, which checks documents before they are sent."""
    result = run_script(
        """
        import sys
        from syncgql import Client

        def imported(call):
            before = set(sys.modules)
            call()
            return sorted({name.partition(".")[0] for name in set(sys.modules) - before})

        with Client(sys.argv[1]) as client:
            print(imported(lambda: client.execute("{ hello }")))
            print(imported(lambda: list(client.subscribe("subscription { count(to: 1) }"))))
        """,
        strawberry_server.url,
    )
    assert (result.stdout.splitlines(), result.stderr) == (["[]", "['graphql']"], "")


def test_late_imports_are_seen(run_script: RunScript) -> None:
    """Names that are imported on access can be found, are listed, and are not loaded before."""
    result = run_script(
        """
        import sys
        import syncgql
        print("syncgql.transport.requests" in sys.modules, {"RequestsHTTPTransport", "Client"} <= set(dir(syncgql)))
        from syncgql import LocalSchemaTransport, RequestsHTTPTransport
        print(syncgql.RequestsHTTPTransport is RequestsHTTPTransport, LocalSchemaTransport.__name__)
        try:
            syncgql.RequestsTransport
        except AttributeError as error:
            print(error)
        """
    )
    lines = ["False True", "True LocalSchemaTransport", "module 'syncgql' has no attribute 'RequestsTransport'"]
    assert (result.stdout.splitlines(), result.stderr) == (lines, "")
