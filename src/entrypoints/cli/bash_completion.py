"""Completion in Bash, where a word goes on after a colon: ids of models such as `llama3.2:3b` have one.

Bash breaks words at the characters of COMP_WORDBREAKS, a colon among them, and replaces what stands after the last break alone. Click's own script
passes the broken words on. This one passes the line, and is answered with what comes after the break.
"""

import os
from typing import Any

from click.shell_completion import BashComplete, CompletionItem, add_completion_class, split_arg_string

SCRIPT = """\
%(complete_func)s() {
    local IFS=$'\\n' response completion type value

    response=$(env COMP_LINE="${COMP_LINE:0:COMP_POINT}" COMP_BREAKS="$COMP_WORDBREAKS" %(complete_var)s=bash_complete $1)

    for completion in $response; do
        IFS=',' read -r type value <<< "$completion"
        if [[ $type == 'dir' ]]; then
            COMPREPLY=()
            compopt -o dirnames
        elif [[ $type == 'file' ]]; then
            COMPREPLY=()
            compopt -o default
        elif [[ $type == 'plain' ]]; then
            COMPREPLY+=("$value")
        fi
    done
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class BashLineComplete(BashComplete):
    """Completes the line up to the cursor."""

    source_template = SCRIPT

    def get_completion_args(self) -> tuple[list[str], str]:
        """The complete words after the name of the program, and the one at the cursor, which may be empty."""
        line = os.environ["COMP_LINE"]
        words = split_arg_string(line)
        incomplete = "" if line[-1:].isspace() else words.pop()
        return words[1:], incomplete

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """Without what stands before the last colon, if Bash breaks words there."""
        _, incomplete = self.get_completion_args()
        before, colon, _ = incomplete.rpartition(":")
        if incomplete.startswith("-"):
            before = before.partition("=")[2]
        done = f"{before}{colon}" if ":" in os.environ["COMP_BREAKS"] else ""
        return f"{item.type},{item.value.removeprefix(done)}"


def complete_lines() -> None:
    """Makes `_MODELDESK_COMPLETE=bash_source` print this script, and `bash_complete` answer it."""
    add_completion_class(BashLineComplete)
