"""in_options: replaces the names of Python options in messages of the client with those of the command line."""

from __future__ import annotations

import re

from ..exceptions import TransportProtocolsRefused

OPTIONS = {
    "auth": "--auth",
    "cert": "--cert",
    "execute_timeout": "--timeout",
    "headers": "--header",
    "init_payload": "--init-payload",
    "proxy": "--proxy",
    "retry": "--retry",
    "subscription_protocol": "--protocol",
    "timeout": "--timeout",
}
"""The options of the command line by those of ``Client`` that they set."""

NO_OPTIONS = (
    "buffer_size",
    "json_deserialize",
    "json_serialize",
    "max_message_size",
    "overflow",
    "pagination",
    "schema",
    "subscriptions",
    "trust_env",
)
"""Python options that the command line does not have; advice to use one is omitted."""

PHRASES = {
    "cap= of the RetryPolicy is": "--timeout allows",
    "See ssl=.": "SSL_CERT_FILE can name a file with further authorities; --insecure accepts any certificate.",
    " to the client or to this call": "",
    "; choose one with path=": ", but --paginate fetches only one",
}
"""Parts of messages that read differently on the command line."""

_ANY = "|".join(OPTIONS)
_NAME = re.compile(
    rf"^({_ANY})(?=:| must | needs | has )"  # at the beginning of the message
    rf"|(?<![\w?&-])({_ANY})=(?!\w)"  # as an argument, but not as a parameter in a URL
    r"|(?<![\w?&-])(execute_timeout|init_payload|subscription_protocol)(?![\w=])"  # not an English word
)
_ADVICE = re.compile(rf"(?<![\w?&-])({'|'.join(NO_OPTIONS)})=")
_SENTENCES = re.compile(r"(?<=[.?!]) (?=[A-Z])")


def in_options(text: str, *quoted: object) -> str:
    """Return a message of the client with the names of options as they are on the command line.

    The words of the server are not changed: a name that occurs in *quoted* stays as it is in the whole message.

    Args:
        text: the message.
        quoted: what the message quotes: errors, whose attributes contain the words of the server, and text.
    """
    theirs = "\n".join(map(_server_text, quoted))
    for phrase, replacement in PHRASES.items():
        if phrase not in theirs:
            text = text.replace(phrase, replacement)
    first, *others = _SENTENCES.split(text)
    # The first sentence describes the failure, and may give advice after a semicolon.
    failure, semicolon, advice = first.rpartition("; ")
    if semicolon and _is_impossible(advice, theirs):
        first = f"{failure}."
    text = " ".join([first, *(each for each in others if not _is_impossible(each, theirs))])

    def option(name: re.Match[str]) -> str:
        return name[0] if name[0] in theirs else OPTIONS[name[name.lastindex or 0]]

    return _NAME.sub(option, text)


def _is_impossible(advice: str, theirs: str) -> bool:
    """Return whether a sentence recommends an option that the command line does not have."""
    return any(option[0] not in theirs for option in _ADVICE.finditer(advice))


def _server_text(quoted: object) -> str:
    """Return the words of the server: those in the attributes of an error, or the text itself."""
    if isinstance(quoted, str):
        return quoted
    if isinstance(quoted, TransportProtocolsRefused):
        return "\n".join(map(_server_text, quoted.reasons.values()))
    return "\n".join(str(getattr(quoted, name, "")) for name in ("body", "errors", "reason", "received"))
