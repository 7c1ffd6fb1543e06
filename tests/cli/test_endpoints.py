"""Endpoints by name, and the headers and credentials that go with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.processes import Terminal, syncgql
from tests.fix_servers import Server


def pyproject(folder: Path, url: str, more: str = "") -> None:
    (folder / "pyproject.toml").write_text(f'[tool.syncgql.endpoints.prod]\nurl = "{url}"\n{more}')


def headers_of(server: Server) -> dict[str, str]:
    """The headers of the last request that the server saw."""
    return {name.lower(): value for name, value in dict(server.seen("request")[-1]["headers"]).items()}


def test_an_endpoint_of_pyproject_toml(strawberry_server: Server, tmp_path: Path) -> None:
    """It is found from a folder below; ${NAME} is filled in from the environment, and -H replaces a header."""
    more = '[tool.syncgql.endpoints.prod.headers]\nAuthorization = "Bearer ${TOKEN}"\nX-Team = "readers"\n'
    pyproject(tmp_path, strawberry_server.url, more)
    below = tmp_path / "src"
    below.mkdir()
    arguments = ("run", "prod", "{ __typename }", "-H", "x-team: writers")
    assert syncgql(*arguments, cwd=below, env={"TOKEN": "t0ken"}) == (0, '{"__typename": "Query"}\n', "")
    headers = headers_of(strawberry_server)
    assert (headers["authorization"], headers["x-team"]) == ("Bearer t0ken", "writers")
    outcome = syncgql(*arguments, cwd=below)
    assert (outcome.exit_code, "TOKEN is not set" in outcome.stderr) == (2, True)


def test_the_schema_file_of_an_endpoint_needs_no_secrets(tmp_path: Path) -> None:
    """The file is read without the environment variables of the endpoint; only a connection needs them."""
    more = 'schema = "schema.graphql"\nheaders = { Authorization = "Bearer ${TOKEN}" }\n'
    pyproject(tmp_path, "https://${HOST}/graphql", more)
    (tmp_path / "schema.graphql").write_text("type Query { hello: String }")
    (tmp_path / "hello.graphql").write_text("{ hello }")
    assert syncgql("check", "prod", "hello.graphql", cwd=tmp_path).exit_code == 0
    outcome = syncgql("diff", "prod", "prod", cwd=tmp_path)
    assert (outcome.exit_code, "HOST is not set" in outcome.stderr or "TOKEN is not set" in outcome.stderr) == (2, True)


def test_a_url_without_its_scheme(tmp_path: Path) -> None:
    """The message suggests the URL that was probably meant, but no URL for a misspelled name."""
    outcome = syncgql("run", "127.0.0.1:8001/graphql", "{ __typename }", cwd=tmp_path)
    assert (outcome.exit_code, "Did you mean http://127.0.0.1:8001/graphql?" in outcome.stderr) == (2, True)
    assert "Did you mean" not in syncgql("run", "prud", "{ __typename }", cwd=tmp_path).stderr


def test_the_document_before_the_url() -> None:
    """The message shows the order."""
    for command in ("run", "subscribe"):
        outcome = syncgql(command, "{ hello }", "http://h/")
        assert (outcome.exit_code, "The URL comes before the document" in outcome.stderr) == (2, True)
        outcome = syncgql(command, "a b.graphql", "http://h/")
        assert (outcome.exit_code, "comes before the document: URL -f 'a b.graphql'" in outcome.stderr) == (2, True)


def test_an_endpoint_of_the_user(strawberry_server: Server, tmp_path: Path) -> None:
    """It is in ~/.config/syncgql/config.toml, or below XDG_CONFIG_HOME; the project's definition takes precedence."""
    folder = tmp_path / "syncgql"
    folder.mkdir()
    (folder / "config.toml").write_text(f'[endpoints.mine]\nurl = "{strawberry_server.url}"\n')
    env = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert syncgql("run", "mine", "{ __typename }", env=env, cwd=tmp_path).exit_code == 0
    outcome = syncgql("run", "other", "{ __typename }", env=env, cwd=tmp_path)
    assert (outcome.exit_code, "the configured endpoints are mine" in outcome.stderr) == (2, True)
    (tmp_path / "pyproject.toml").write_text('[tool.syncgql.endpoints.mine]\nurl = "http://127.0.0.1:1/"\n')
    assert syncgql("run", "mine", "{ __typename }", env=env, cwd=tmp_path).exit_code == 3


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ("", "needs a url"),
        ('url = "http://h/"\nheader = {}', "unknown key 'header'. Did you mean 'headers'?"),
        ('uri = "http://h/"', "unknown key 'uri'. Did you mean 'url'?"),
        ('url = "http://h/"\ncolor = 1', "unknown key 'color'. The keys are headers, schema, url."),
        ('url = "http://h/"\n[tool.syncgql.endpoint.prod]', "[tool.syncgql]: unknown key 'endpoint'. Did you mean"),
        ('url = "http://h/"\nheaders = {a = 1}', "headers must be"),
        ('url = "http://h/"\nschema = 1', "schema must be"),
        ('url = "http://h/', "cannot be read"),
    ],
)
def test_a_definition_that_is_not_valid(definition: str, message: str, tmp_path: Path) -> None:
    """The message names the file and the mistake."""
    (tmp_path / "pyproject.toml").write_text(f"[tool.syncgql.endpoints.prod]\n{definition}\n")
    outcome = syncgql("run", "prod", "{ a }", cwd=tmp_path)
    assert outcome.exit_code == 2
    assert message in outcome.stderr
    assert "pyproject.toml" in outcome.stderr


def test_a_setting_of_the_user_that_does_not_exist(tmp_path: Path) -> None:
    """The message names the file and the mistake."""
    file = tmp_path / "syncgql" / "config.toml"
    file.parent.mkdir()
    file.write_text('[endpoint.mine]\nurl = "http://h/"\n')
    outcome = syncgql("run", "mine", "{ a }", env={"XDG_CONFIG_HOME": str(tmp_path)}, cwd=tmp_path)
    assert outcome.exit_code == 2
    assert f"{file}: unknown key 'endpoint'. Did you mean 'endpoints'?" in outcome.stderr


def test_headers_of_the_environment(strawberry_server: Server, tmp_path: Path) -> None:
    """SYNCGQL_HEADERS has one per line; secrets come from the environment and from files."""
    (tmp_path / "key").write_text("k3y\n")
    env = {"SYNCGQL_HEADERS": "X-Team: readers\nX-Other: @env:OTHER", "OTHER": "0ther"}
    secret = f"X-Key: @file:{tmp_path / 'key'}"
    assert syncgql("run", strawberry_server.url, "{ __typename }", "-H", secret, env=env).exit_code == 0
    headers = headers_of(strawberry_server)
    assert (headers["x-team"], headers["x-other"], headers["x-key"]) == ("readers", "0ther", "k3y")


def test_credentials(strawberry_server: Server) -> None:
    """--auth writes the Authorization header; @prompt asks on the terminal, without an echo."""
    run = ("run", strawberry_server.url, "{ __typename }", "--auth")
    assert syncgql(*run, "bearer:@env:TOKEN", env={"TOKEN": "t0ken"}).exit_code == 0
    assert headers_of(strawberry_server)["authorization"] == "Bearer t0ken"
    assert syncgql(*run, "basic:ada:@env:WORD", env={"WORD": "w0rd"}).exit_code == 0
    assert headers_of(strawberry_server)["authorization"] == "Basic YWRhOncwcmQ="
    with Terminal(*run, "bearer:@prompt") as terminal:
        terminal.wait_for("Token: ")
        terminal.type("typed-t0ken\n")
        assert terminal.wait() == 0
    assert headers_of(strawberry_server)["authorization"] == "Bearer typed-t0ken"
    assert "typed" not in terminal.screen
    for wrong in ("t0ken-without-scheme", "basic:ada", "bearer:@env:NOT_SET", "bearer:@prompt"):
        outcome = syncgql(*run, wrong)
        assert (outcome.exit_code, "t0ken" in outcome.stderr) == (2, False)


def test_secrets_are_not_in_the_log(strawberry_server: Server) -> None:
    """They are not logged, even with --debug."""
    arguments = ("--debug", "run", strawberry_server.url, "{ nope }", "-H", "Authorization: Bearer @env:TOKEN")
    outcome = syncgql(*arguments, env={"TOKEN": "s3cret-token"})
    assert outcome.exit_code == 1
    assert "s3cret-token" not in outcome.stderr


def test_the_shell_completes_names(tmp_path: Path) -> None:
    """The shell asks by click's own completion: the environment variable of bash."""
    pyproject(tmp_path, "http://127.0.0.1:1/")
    env = {"_SYNCGQL_COMPLETE": "bash_complete", "COMP_WORDS": "syncgql run pr", "COMP_CWORD": "2"}
    assert syncgql(env=env, cwd=tmp_path).stdout == "plain,prod\n"
