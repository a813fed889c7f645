"""Runs LocalStack: `python <this folder>` puts the folder on Python's path, where LocalStack finds the executor in it."""

import os
import threading
import warnings
from functools import partial

from localstack.runtime.main import main
from twisted.internet import endpoints
from typing_extensions import deprecated

# All that keeps LocalStack from Python 3.12, but for DynamoDB and Step Functions.
if not hasattr(warnings, "deprecated"):
    warnings.deprecated = deprecated


# Of GATEWAY_LISTEN, LocalStack takes the port alone and would listen at every address of the machine: whoever reached it
# could have it run functions.
endpoints.TCP4ServerEndpoint = partial(endpoints.TCP4ServerEndpoint, interface="127.0.0.1")


def end_with_starter() -> None:
    # The starter holds the other end of stdin and never writes: this returns when it is gone, however that came.
    os.read(0, 1)
    os._exit(1)


threading.Thread(target=end_with_starter, daemon=True).start()
try:
    main()
except SystemExit as end:
    # An orderly exit would wait for idle threads, some seconds long.
    os._exit(end.code)
