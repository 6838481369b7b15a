"""One side of the bench in Python: answers requests, one JSON object a line, until its input ends.

The requests are those of scripts/bench/protocol.ts. Standard output belongs to the answers; whatever libraries print goes to
standard error.
"""

import json
import math
import os
import resource
import sys
import time


class Absent(Exception):
    """What this side needs is not on this machine: told in one sentence, no failure."""


def peak_rss_mb():
    """The most memory this process ever held; Linux counts it per program."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        pass
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def serve(open_work):
    """open_work(order) gives an object with parts, check, prepare (it returns what it chose), run(part, steps) and facts; it raises Absent where it cannot."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    work = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["ask"] == "open":
                work = open_work(request)
                answer = {"parts": work.parts}
            else:
                answer = answer_to(work, request)
        except Absent as reason:
            answer = {"absent": str(reason)}
        except Exception as error:  # whatever it is, the bench has to hear of it
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def answer_to(work, request):
    ask = request["ask"]
    if ask == "check":
        return {"values": [value if math.isfinite(value) else None for value in work.check()]}
    if ask == "prepare":
        return {"tuned": work.prepare()}
    if ask == "run":
        start = time.perf_counter()
        work.run(request["part"], request["steps"])
        return {"milliseconds": (time.perf_counter() - start) * 1e3}
    if ask == "facts":
        return {**work.facts(), "peakRssMB": peak_rss_mb()}
    raise ValueError(f"nothing is known of the request {ask!r}")
