# SPDX-License-Identifier: LGPL-2.1-or-later
"""Test cases as TAP, and waiting for what the main context does."""

from gi.repository import GLib

# Seconds.
DEADLINE = 120


def wait_until(condition):
    timed_out = []
    source = GLib.timeout_add_seconds(DEADLINE, timed_out.append, True)
    while not condition():
        assert not timed_out, "it took too long"
        GLib.MainContext.default().iteration(True)
    GLib.source_remove(source)


def run(names, *arguments, after=lambda: None):
    """Calls the functions of these names that begin with test_; whether all went well."""
    tests = [function for name, function in names.items() if name.startswith("test_")]
    failed = 0
    print(f"1..{len(tests)}")
    for number, test in enumerate(tests, 1):
        try:
            test(*arguments)
            print(f"ok {number} - {test.__name__}", flush=True)
        except (AssertionError, GLib.Error) as error:
            failed += 1
            print(f"not ok {number} - {test.__name__}: {error}", flush=True)
        after()
    return failed == 0
