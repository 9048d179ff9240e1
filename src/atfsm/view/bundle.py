r"""The script of a page: modules put together into one, without a tool from outside.

The modules are written in a narrow form, so that putting them together is taking lines off:

    >>> bundle({
    ...     "b.js": 'import {one} from "./a.js";\nexport function two() { return one + one; }\n',
    ...     "a.js": "export const one = 1;\n",
    ... }).splitlines()
    ['{', 'const one = 1;', 'function two() { return one + one; }', '}']
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Final

_IMPORT: Final = re.compile(
    r'import \{ ?(?P<names>\w+(?:, \w+)*) ?\} from "\./(?P<module>\w+\.js)";'
)
_DECLARED: Final = re.compile(
    r"(?P<export>export )?(?:async )?(?:function\*?|const|let|class) (?P<name>\w+)"
)
_WORD: Final = re.compile(r"(?:import|export)\b")


def bundle(modules: Mapping[str, str]) -> str:
    """Put modules together, each behind those that it imports.

    Args:
        modules: Their text, by file name.

    Raises:
        AssertionError: A module is not in the form, or asks for what is not there: our own bug.
    """
    needs: dict[str, set[str]] = {}
    exported: dict[str, str] = {}
    wanted: list[tuple[str, str, str]] = []
    bodies: dict[str, str] = {}
    for name, text in sorted(modules.items()):
        lines = text.replace("\r\n", "\n").split("\n")
        found = [(line, _IMPORT.fullmatch(line)) for line in lines]
        bodies[name] = "\n".join(
            _stripped(name, line) for line, is_import in found if not is_import
        )
        needs[name] = {m["module"] for _, m in found if m}
        wanted += [
            (name, m["module"], word) for _, m in found if m for word in m["names"].split(", ")
        ]
        for line in lines:
            declared = _DECLARED.match(line)
            if declared is None:
                continue
            word = declared["name"]
            if word in exported:
                raise AssertionError(f"{name}: {word} is declared in {exported[word]}, too")
            exported[word] = name if declared["export"] else f"{name} (not exported)"
    for name, module, word in wanted:
        if exported.get(word) != module:
            raise AssertionError(f"{name}: {module} does not export {word}")
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        raise AssertionError(f"modules import one another in a circle: {error.args[1]}") from error
    script = "{\n" + "".join(bodies[name].strip("\n") + "\n" for name in order) + "}\n"
    for mark in ("</script", "<!--", "\0"):
        if mark in script.lower():
            raise AssertionError(f"{mark!r} would end or hide the script")
    return script


def needed(modules: Mapping[str, str], entry: str) -> dict[str, str]:
    """The modules that one of them needs, itself among them.

    >>> sorted(needed({"a.js": 'import {b} from "./b.js";', "b.js": "", "c.js": ""}, "a.js"))
    ['a.js', 'b.js']
    """
    found: dict[str, str] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name in found or name not in modules:
            continue
        found[name] = modules[name]
        lines = found[name].replace("\r\n", "\n").split("\n")
        waiting += [m["module"] for m in map(_IMPORT.fullmatch, lines) if m]
    return found


def _stripped(module: str, line: str) -> str:
    """Take ``export`` off; refuse what the form does not have."""
    if not _WORD.match(line):
        return line
    if not line.startswith("export ") or _DECLARED.match(line) is None:
        raise AssertionError(f"{module}: not in the form of our modules: {line.strip()}")
    return line.removeprefix("export ")
