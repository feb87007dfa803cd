"""What is wrong in a declaration, a script, a body or a query."""

from collections.abc import Mapping

from modeldesk.entrypoints.words.marks import N_, P_, Plural

DOCUMENTS: Mapping[str, str | Plural] = {
    "declaration-invalid": P_(
        "the declaration has %(num)s problem; nothing was imported", "the declaration has %(num)s problems; nothing was imported"
    ),
    "declaration-broken": P_(
        "the declaration cannot be read; nothing was imported", "the declaration cannot be read; nothing was imported"
    ),
    "malformed": "%(reason)s",
    "request-invalid": P_("the request has %(num)s problem", "the request has %(num)s problems"),
    "unknown-names": N_("the declaration has no provider %(names)s"),
    "invalid": "%(reason)s",
    "wrong-type": N_("must be %(expected)s, not %(given)s"),
    "unknown-key": N_("unknown key %(key)s"),
    "key-missing-in-object": N_("%(key)s is missing"),
    "key-repeated": N_("this key already stands at line %(line)s, column %(column)s; the first one counts"),
    "key-equal-in-nfc": N_("this key is the same text as one before it, in other code points"),
    "slug-repeated": N_("the slug %(slug)s already stands at line %(line)s, column %(column)s; the first one counts"),
    "problems-cut": N_("there may be more problems; the search ended after %(most)s"),
    "problems-unlisted": N_("%(count)s more problems of this text are not listed"),
    "version-malformed": N_('a version consists of three numbers such as "1.0.0", not %(found)s'),
    "version-unknown": N_("version %(found)s is not supported"),
    "provider-not-declared": N_("the declaration has no provider %(provider)s"),
    "capability-not-declared": N_("%(provider)s does not declare this capability"),
    "capability-unsupported": N_("%(provider)s declares this capability as unsupported"),
    "capability-listed-live": N_("%(provider)s lists the models of this capability live"),
    "unknown-parameter": N_("unknown parameter %(key)s"),
    "parameter-repeated": N_("must be given once"),
    "query-unreadable": N_("must be percent-encoded UTF-8 with at most %(most)s parameters"),
    "accept-without-refresh": N_("needs a refresh at the same time"),
    "prune-with-slugs": N_("compares whole declarations; leave it out where only some providers are imported"),
    "digest-malformed": N_("must be the digest of one plan in double quotes"),
    "digest-given-twice": N_("differs from the digest in If-Match"),
    "if-match-malformed": N_('must be one version in double quotes, such as "3"'),
    "body-not-json": N_("must be JSON in UTF-8"),
    "key-body-wrong": N_("must be an object of these members and no others: %(members)s"),
    "input-closed": N_("it is closed"),
    "file-too-large": N_("the file is larger than %(mebibytes)s MiB"),
    "file-not-found": N_("there is no such file"),
    "file-is-folder": N_("this is a folder, not a file"),
    "file-not-permitted": N_("this user may not read the file"),
    "file-unreadable": N_("the file cannot be read: %(said)s"),
    "file-name-impossible": N_("no file can have this name"),
    "text-too-large": N_("the text has %(count)s bytes; at most %(most)s are read"),
    "text-other-encoding": N_("the text looks like %(encoding)s; save it as UTF-8"),
    "text-not-utf8": N_("byte %(byte)s is not UTF-8; the text may be in an older encoding, or cut off"),
    "too-deep": N_("nested deeper than %(most)s levels"),
    "number-out-of-range": N_("this number is out of range"),
    "lone-surrogate": N_("%(character)s is half of a surrogate pair, not a character"),
    "script-list-wrong-type": N_("%(name)s must be a list"),
    "script-too-large": N_("the script has more than %(most)s bytes"),
    "script-with-nul": N_("the script holds NUL bytes; it is not text"),
    "script-declares-encoding": N_("the script declares the encoding %(found)s; save it as UTF-8"),
    "script-not-utf8": N_("byte %(byte)s in line %(line)s is not UTF-8"),
    "script-not-python": N_("this is not Python: %(said)s"),
    "script-too-deep": N_("the script is nested too deeply to be read"),
    "script-without-list": N_("the script has no list %(name)s"),
    "script-list-changed": N_("%(name)s is assigned once and changed here; scripts are read, not run"),
    "script-not-plain": N_("only plain values are read, since scripts are not run; this is %(given)s"),
    "script-key-not-text": N_("a key must be a plain text"),
    "declaration-given-twice": N_("send either the file or the text, not both"),
    "declaration-not-given": N_("there is nothing to import: paste a declaration or choose a file"),
}

JSON: Mapping[str, str] = {
    "json-empty": N_("invalid JSON: the text is empty"),
    "json-unexpected": N_("invalid JSON: expected %(expected)s, found %(token)s"),
    "json-ends-early": N_("invalid JSON: expected %(expected)s, but the text ends"),
    "json-ends-unclosed": N_(
        "invalid JSON: expected %(expected)s, but the text ends; %(opener)s opened at line %(line)s, column %(column)s is never closed"
    ),
    "json-wrong-bracket": N_(
        "invalid JSON: expected %(expected)s, found %(token)s; %(opener)s opened at line %(line)s, column %(column)s is never closed"
    ),
    "json-comma-missing": N_("invalid JSON: expected %(expected)s, found %(token)s; a comma seems to be missing"),
    "json-quote": N_("invalid JSON: expected %(expected)s, found %(token)s; strings need straight double quotes"),
    "json-comment": N_("invalid JSON: comments are not allowed"),
    "json-trailing-comma": N_("invalid JSON: a comma must not stand before %(closer)s"),
    "json-not-closed": N_("invalid JSON: %(opener)s opened at line %(line)s, column %(column)s is never closed"),
    "json-string-not-closed": N_(
        "invalid JSON: the text ends within a string; %(opener)s opened at line %(line)s, column %(column)s is never closed"
    ),
    "json-word-misspelled": N_("invalid JSON: unexpected %(word)s; write %(meant)s"),
    "json-word-unquoted": N_("invalid JSON: unexpected %(word)s; strings need double quotes"),
    "json-not-a-number": N_("invalid JSON: %(word)s is not a number"),
    "json-escape-unfinished": N_("invalid JSON: \\u must be followed by four hexadecimal digits"),
    "json-escape-unknown": N_("invalid JSON: unknown escape %(escape)s; write a backslash itself as \\\\"),
    "json-line-end-in-string": N_("invalid JSON: the line ends within a string; close it, or write a line end as \\n"),
    "json-character-in-string": N_("invalid JSON: a string must not hold %(character)s as it is; write %(escaped)s"),
}

KINDS: Mapping[str, str] = {
    "string": N_("a string"),
    "boolean": N_("true or false"),
    "whole-number": N_("a whole number"),
    "number": N_("a number"),
    "fraction": N_("a number with a fraction"),
    "list": N_("a list"),
    "object": N_("an object"),
    "null": N_("null"),
    "timestamp": N_("a time"),
    "model": N_("a model id or an object"),
    "declaration": N_('an object {"version": "1.0.0", "providers": [ … ]}'),
    "end": N_("the end of the document"),
    "value": N_("a value"),
    "key": N_("a key in double quotes"),
    "key-or-}": N_("a key in double quotes, or `}`"),
    "comma-or-]": N_("`,` or `]`"),
    "comma-or-}": N_("`,` or `}`"),
    "colon": "`:`",
    "call": N_("a call"),
    "name": N_("a name"),
    "f-string": N_("an f-string"),
    "unpacking": N_("an unpacking"),
    "comprehension": N_("a comprehension"),
    "tuple": N_("a tuple"),
    "set": N_("a set"),
    "expression": N_("an expression"),
    "unit": N_("unit"),
    "scope": N_("scope"),
    "action": N_("action"),
    "role": N_("role"),
}
"""The words for facts that name a kind of value: `expected`, `given`, `what`."""
