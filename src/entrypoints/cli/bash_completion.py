"""Completion in Bash, where a word goes on after a colon, and where an id of a vendor must stay an id.

Bash breaks words at the characters of COMP_WORDBREAKS, a colon among them, and replaces what stands after the last break alone. Click's own script
passes the broken words on. This one passes the line, and is answered with what comes after the break.

Bash puts an answer on the line as it is: `$(…)` in it would be executed with the command. So each is quoted, in the way in which its word began.
"""

import os
import re
from typing import Any

from click.shell_completion import BashComplete, CompletionItem, add_completion_class, split_arg_string
from msgspec import Struct

SCRIPT = """\
%(complete_func)s() {
    local response completion value

    response=$(env COMP_LINE="${COMP_LINE:0:COMP_POINT}" COMP_BREAKS="$COMP_WORDBREAKS" %(complete_var)s=bash_complete $1)

    COMPREPLY=()
    while IFS= read -r completion; do
        value=${completion#*,}
        case ${completion%%%%,*} in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done <<< "$response"
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""

_KEPT = "$@"
"""Breaks that Bash replaces with what follows them: a variable's and a host's name are completed with their mark."""

_SPECIAL = re.compile(r"[^\w.,:/@%+=-]")
"""What Bash may understand, in a word without quotes."""

_SPECIAL_IN_QUOTES = re.compile(r'[$`"\\]')


class WordAtCursor(Struct, frozen=True):
    """What Bash replaces: `quote` is the one that is open, or empty, and `done` is what stands before, in the same word.

    `is_begun` is False behind a blank.
    """

    quote: str
    done: str
    is_begun: bool

    def completed(self, value: str) -> str | None:
        """What Bash is to put there for this word; None where its quote has no way to write it."""
        rest = value.removeprefix(self.done)
        if self.quote == "'":
            return rest.replace("'", r"'\''")
        if self.quote == '"':
            return None if "!" in rest else _SPECIAL_IN_QUOTES.sub(r"\\\g<0>", rest)
        return _SPECIAL.sub(r"\\\g<0>", rest)


class BashLineComplete(BashComplete):
    """Completes the line up to the cursor."""

    source_template = SCRIPT

    def get_completion_args(self) -> tuple[list[str], str]:
        """The complete words after the name of the program, and the one at the cursor, which may be empty."""
        line = os.environ["COMP_LINE"]
        words = split_arg_string(line)
        incomplete = words.pop() if word_at_cursor(line, "").is_begun else ""
        return words[1:], incomplete

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """Without what stands before the last break of the word, and quoted."""
        _, incomplete = self.get_completion_args()
        option, assigns, _ = incomplete.partition("=")
        before = f"{option}=" if assigns and option.startswith("-") else ""
        word = word_at_cursor(os.environ["COMP_LINE"], os.environ["COMP_BREAKS"])
        completed = word.completed(f"{before}{item.value}")
        return f"{item.type},{completed}" if completed is not None else ""


def word_at_cursor(line: str, breaks: str) -> WordAtCursor:
    """The word at the end of a line, as Bash reads it."""
    quote, done, word, is_escaped, is_begun = "", "", "", False, False
    for character in line:
        is_begun = bool(is_escaped or quote or not character.isspace())
        if is_escaped:
            word, is_escaped = word + character, False
        elif character == "\\" and quote != "'":
            is_escaped = True
        elif quote:
            if character == quote:
                quote = ""
            else:
                word += character
        elif character in "\"'":
            quote, done = character, word
        elif character.isspace():
            done = word = ""
        else:
            if character in breaks:
                done = word if character in _KEPT else word + character
            word += character
    return WordAtCursor(quote, done, is_begun)


def complete_lines() -> None:
    """Makes `_MODELDESK_COMPLETE=bash_source` print this script, and `bash_complete` answer it."""
    add_completion_class(BashLineComplete)
