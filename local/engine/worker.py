"""`python -m local.engine.worker [MODULE...]`: the process that runs one layer's program.

It imports what every program needs (and the named modules) at once, then waits for one line of JSON on
standard input: a `LayerRequest`. Started while the layer before is still deploying, it costs no waiting.
Without a line it ends quietly.
"""

import contextlib
import gc
import importlib
import json
import sys


def main() -> int:
    """Warm up, wait for the request, run it."""
    gc.disable()  # a short life: collecting costs more than it returns
    for module in ("pulumi_aws", "boto3", "local.provider.registry", *sys.argv[1:]):
        with contextlib.suppress(Exception):  # a broken program fails when it runs, with its own error
            importlib.import_module(module)
    from local.engine.layer_request import LayerRequest  # noqa: PLC0415 - after the slow imports
    from local.engine.layer_run import quiet_event_loop, run_layer  # noqa: PLC0415

    line = sys.stdin.readline()
    if not line.strip():
        return 0
    quiet_event_loop()
    return run_layer(LayerRequest(**json.loads(line)))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
