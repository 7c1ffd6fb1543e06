"""The pytest plugin in separate test suites: the fixtures exist, and fail the right test."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import dedent

import pytest

from syncgql.testing import GraphQLServer

CLIENT = """
    from syncgql import Client

    def title(id):
        with Client("https://api.invalid/graphql") as client:
            return client.execute("query Book($id: ID!) { book(id: $id) { title } }", {"id": id})["book"]["title"]
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(program=CLIENT)
    return pytester


def outcomes(suite: pytest.Pytester) -> dict[str, int]:
    result = suite.runpytest_subprocess("-p", "no:cacheprovider", "-W", "error")
    return result.parseoutcomes()


def test_graphql_mock(suite: pytest.Pytester) -> None:
    """The plugin needs no activation, and each test has a new mock."""
    suite.makepyfile(
        """
        from program import title

        def test_one(graphql_mock):
            graphql_mock.add("Book", {"book": {"title": "Emma"}})
            assert title("1") == "Emma"
            graphql_mock.assert_called("Book", {"id": "1"})

        def test_two(graphql_mock):
            graphql_mock.add("Book", {"book": {"title": "Ubik"}})
            assert title("2") == "Ubik"
            assert len(graphql_mock.calls) == 1
        """
    )
    assert outcomes(suite) == {"passed": 2}


def test_caught_failures_fail_the_test(suite: pytest.Pytester) -> None:
    """An unexpected operation fails the test, also if the program catches everything."""
    suite.makepyfile(
        """
        from program import title

        def test_hidden(graphql_mock):
            try:
                title("1")
            except Exception:
                pass
        """
    )
    result = suite.runpytest_subprocess()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*No answer is registered for query Book. No names are registered.*"])


def test_a_failure_is_reported_once(suite: pytest.Pytester) -> None:
    """If the test raises it itself, the report shows the lines of the test and of the program, and no others."""
    suite.makepyfile(
        """
        from program import title

        def test_raised(graphql_mock):
            title("1")

        def test_other(graphql_mock):
            try:
                title("1")
            except AssertionError:
                pass
            raise ValueError("another")
        """
    )
    result = suite.runpytest_subprocess("--tb=short")
    result.assert_outcomes(failed=2, errors=1)
    frames = [line for line in result.outlines if ": in " in line]
    assert [frame.partition(":")[0] for frame in frames] == [
        "test_a_failure_is_reported_once.py",
        "program.py",
        "test_a_failure_is_reported_once.py",
    ]


def test_graphql_schema(suite: pytest.Pytester) -> None:
    """With a schema, a misspelled field fails the test, and data can be generated."""
    suite.makeconftest(
        """
        import pytest

        @pytest.fixture
        def graphql_schema():
            return "type Query { book(id: ID!): Book } type Book { name: String! }"
        """
    )
    suite.makepyfile(
        """
        from program import title
        from syncgql import Client

        def test_misspelt(graphql_mock):
            graphql_mock.add("Book", {"book": {"title": "Emma"}})
            title("1")

        def test_fake(graphql_mock):
            graphql_mock.fake("Name", {"book.name": "Emma"})
            data = Client("http://api.invalid/").execute("query Name { book(id: 1) { name } }")
            assert data == {"book": {"name": "Emma"}}
        """
    )
    result = suite.runpytest_subprocess()
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["*Cannot query field 'title' on type 'Book'*"])


def test_graphql_server(suite: pytest.Pytester) -> None:
    """There is a real port, which is closed after the test."""
    suite.makepyfile(
        """
        import json, urllib.request, pytest
        urls = []

        def test_one(graphql_server):
            urls.append(graphql_server.url)
            graphql_server.add("Hi", {"hello": "world"})
            request = urllib.request.Request(graphql_server.url, json.dumps({"query": "query Hi { hello }"}).encode())
            with urllib.request.urlopen(request) as answer:
                assert json.load(answer) == {"data": {"hello": "world"}}

        def test_two():
            with pytest.raises(OSError):
                urllib.request.urlopen(urls[0])
        """
    )
    assert outcomes(suite) == {"passed": 2}


RECORDED = """
    from program import title

    def test_{name}(graphql_mock):
        graphql_mock.replay("tapes/books.json")
        assert title("{id}") == "Emma"
"""


@pytest.fixture
def books(suite: pytest.Pytester) -> Iterator[pytest.Pytester]:
    """Two tests that share a tape, and the server that it is recorded from."""
    with GraphQLServer() as server:
        server.add("Book", {"book": {"title": "Emma"}})
        suite.makepyfile(program=CLIENT.replace("https://api.invalid/graphql", server.url))
        for name, id in (("one", "1"), ("two", "2")):
            (suite.path / f"test_{name}.py").write_text(dedent(RECORDED.format(name=name, id=id)))
        yield suite


def test_tapes(books: pytest.Pytester) -> None:
    """They are recorded on request, next to the tests, and then replayed in any process without a server."""
    tape = books.path / "tapes" / "books.json"
    result = books.runpytest_subprocess()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*There is no tape to replay. To record it*pytest --syncgql-record*test_one*"])
    result = books.runpytest_subprocess("--syncgql-record")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*recorded tapes*", f"{tape} was recorded."])
    assert tape.read_text().count('"operation": "query Book"') == 2
    books.makepyfile(program=CLIENT)
    books.runpytest_subprocess("-n", "2").assert_outcomes(passed=2)


def test_recording_one_of_several_tests(books: pytest.Pytester) -> None:
    """The tape keeps what the others need, and the report names them."""
    books.runpytest_subprocess("--syncgql-record").assert_outcomes(passed=2)
    result = books.runpytest_subprocess("--syncgql-record", "test_two.py")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*books.json was recorded. Earlier recordings were kept for test_one.py::test_one."])
    books.makepyfile(program=CLIENT)
    books.runpytest_subprocess().assert_outcomes(passed=2)


def test_tapes_without_the_fixture(suite: pytest.Pytester) -> None:
    """The advice is to call record(), because the option of pytest does not apply there."""
    suite.makepyfile(
        """
        from syncgql.testing import GraphQLMock

        def test_it():
            with GraphQLMock() as mock:
                mock.replay("missing.json")
        """
    )
    result = suite.runpytest_subprocess("--syncgql-record")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*To record it, with the real server, call record() instead of replay().*"])
    assert "pytest --syncgql-record" not in result.stdout.str()


def test_tapes_are_recorded_in_one_process(books: pytest.Pytester) -> None:
    """Processes would overwrite each other's recordings."""
    result = books.runpytest_subprocess("--syncgql-record", "-n", "2")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--syncgql-record requires a single process; run pytest with -n 0.*"])


def test_requests_that_are_not_on_the_tape(books: pytest.Pytester) -> None:
    """The test fails with the nearest recording, also if the program catches everything."""
    books.runpytest_subprocess("--syncgql-record").assert_outcomes(passed=2)
    books.makepyfile(
        test_one="""
        from program import title

        def test_three(graphql_mock):
            graphql_mock.replay("tapes/books.json")
            try:
                title("3")
            except BaseException:
                pass
        """
    )
    result = books.runpytest_subprocess("test_one.py")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            '*books.json has no response to query Book {"id": "3"}.',
            "The nearest recording has other variables:",
            '  id: "1" was recorded, "3" was sent',
            "To record it again, with the real server: pytest --syncgql-record test_one.py::test_three",
        ]
    )


def test_a_tape_is_kept_if_a_test_fails(books: pytest.Pytester) -> None:
    """One of the tests that share it suffices, and the report names this test."""
    books.runpytest_subprocess("--syncgql-record").assert_outcomes(passed=2)
    tape = books.path / "tapes" / "books.json"
    recorded = tape.read_text("utf-8")
    failing = dedent(RECORDED.format(name="two", id="3")).replace("Emma", "Ubik")
    (books.path / "test_two.py").write_text(failing, "utf-8")
    result = books.runpytest_subprocess("--syncgql-record")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*tapes that were not recorded*",
            "The earlier tape *books.json was kept, because test_two.py::* did not pass.",
        ]
    )
    assert tape.read_text("utf-8") == recorded


def test_a_tape_is_kept_if_the_server_is_down(books: pytest.Pytester) -> None:
    """Also if the tests pass without a response."""
    books.runpytest_subprocess("--syncgql-record").assert_outcomes(passed=2)
    tape = books.path / "tapes" / "books.json"
    recorded = tape.read_text("utf-8")
    books.makepyfile(program="def title(id): return 'Emma'")
    result = books.runpytest_subprocess("--syncgql-record")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["The earlier tape *books.json was kept, because no response was recorded."])
    assert tape.read_text("utf-8") == recorded


def test_a_failed_test_writes_no_tape(books: pytest.Pytester) -> None:
    """The teardown of the test counts, too."""
    books.makepyfile(
        conftest="""
        import pytest

        @pytest.fixture(autouse=True)
        def failing():
            yield
            raise ValueError
        """
    )
    result = books.runpytest_subprocess("--syncgql-record", "test_one.py")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["The tape *books.json was not written, because test_one.py::test_one did not pass."])
    assert not (books.path / "tapes").exists()
