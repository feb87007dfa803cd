"""`modeldesk` with a low limit of open files: `python -m tests.support.limited_program COUNT WORD …`."""

import resource
import sys

from modeldesk.entrypoints.cli import main

if __name__ == "__main__":
    count = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))
    main(sys.argv[2:])
