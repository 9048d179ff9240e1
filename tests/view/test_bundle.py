"""Modules put together are one script; what breaks their form is found when the page is built."""

from __future__ import annotations

import pytest

from atfsm.view.bundle import bundle

BAD = {
    "default export": {"a.js": "export default function x() {}\n"},
    "export of a list": {"a.js": "const x = 1;\nexport {x};\n"},
    "star import": {"a.js": 'import * as b from "./b.js";\n', "b.js": ""},
    "renamed import": {"a.js": 'import {x as y} from "./b.js";\n', "b.js": "export const x = 1;"},
    "import for effect": {"a.js": 'import "./b.js";\n', "b.js": ""},
    "import over two lines": {
        "a.js": 'import {\n  x} from "./b.js";\n',
        "b.js": "export const x = 1;",
    },
    "module that is not there": {"a.js": 'import {x} from "./b.js";\n'},
    "name that is not there": {"a.js": 'import {x} from "./b.js";\n', "b.js": "const x = 1;\n"},
    "name that is there twice": {"a.js": "const x = 1;\n", "b.js": "function x() {}\n"},
    "circle": {
        "a.js": 'import {x} from "./b.js";\nexport const y = 1;\n',
        "b.js": 'import {y} from "./a.js";\nexport const x = 1;\n',
    },
    "end of the script": {"a.js": 'const x = "</SCRIPT>";\n'},
    "comment of HTML": {"a.js": 'const x = "<!--";\n'},
}


@pytest.mark.parametrize("name", BAD)
def test_a_module_out_of_form_is_refused(name: str) -> None:
    """A page is not written with a script that would not run."""
    with pytest.raises(AssertionError):
        bundle(BAD[name])


def test_modules_stand_behind_what_they_import() -> None:
    """Whatever their names are, and with the import lines gone."""
    script = bundle(
        {
            "a.js": 'import {b} from "./b.js";\nimport {c} from "./c.js";\nconst a = b + c;\n',
            "b.js": 'import {c} from "./c.js";\n\nexport const b = c;\n',
            "c.js": "// one\r\nexport async function c() {\r\n  return 1;\r\n}\r\n",
        }
    )

    assert (
        "{\n// one\nasync function c() {\n  return 1;\n}\nconst b = c;\nconst a = b + c;\n}\n"
    ) == script
