"""One client as a process: a JSON line in says what to do, a JSON line out says how it went."""

import json
import os
import sys
import traceback


def serve(actions):
    """Answers until stdin ends. What the client prints itself goes to stderr."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            value = getattr(actions, request["do"])(**request["with"])
            answer = {"value": value}
        except Exception as error:  # whatever it raises is what its user sees
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)
    # Clients leave threads behind that would keep the process.
    os._exit(0)


def rao(balance):
    """Amounts as text: they may be beyond what JSON numbers hold."""
    return str(balance.rao)


def shares(row):
    """(uid, weight) pairs as shares that add up to one."""
    total = sum(weight for _, weight in row)
    return {str(uid): weight / total for uid, weight in row}
