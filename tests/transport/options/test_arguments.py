"""Arguments that are passed on to a library."""

from __future__ import annotations

import pytest

from syncgql.transport.options import check_arguments


def test_unknown_arguments_name_the_nearest() -> None:
    """An unknown argument is named, with the probable intention."""
    check_arguments("x", {"a": 1}, {"a"}, {})
    with pytest.raises(TypeError, match=r"x has 'prxy'.*Did you mean 'proxy'"):
        check_arguments("x", {"prxy": 1}, {"proxy"}, {})
    with pytest.raises(TypeError, match=r"does not know\.$"):
        check_arguments("x", {"zzz": 1}, {"proxy"}, {})
