"""What a peer in Python answers on its standard input: the same lines as protocol.cjs.

    load TASK    {"logits": [[...], ...]} of the task's clips. TASK is a LoadTask of bench/harness/loadTask.ts
    run N        {"times": [milliseconds, ...]}, one call after the other
    saturate N   {"clipsPerSecond": ...} over N batches with more always waiting, where the peer can
    peak         {"peakBytes": ...}, the process's largest resident memory so far

Before that it says what it is: {"version": ...}. {"error": ...} says what went wrong. An empty line, or the end of the
input, ends it.
"""

import json
import resource
import sys
import time
import traceback

import numpy as np


def network_input(clips, task):
    """uint8 N x T x H x W x 3 -> float32 N x 3 x T x H x W, scaled and normalised as Kinetorch does."""
    mean, std = (np.array(task[name], np.float32) for name in ('mean', 'std'))
    values = (clips.astype(np.float32) / np.float32(255) - mean) / std
    return np.ascontiguousarray(values.transpose(0, 4, 1, 2, 3))


def read_clips(task):
    """At most a batch of them, uint8 N x T x H x W x 3."""
    shape = (-1, task['frames'], *task['source'], 3)
    return np.fromfile(task['clips'], np.uint8).reshape(shape)[: task['batch']]


def read_input(task):
    return network_input(read_clips(task), task)


def say(message):
    print(json.dumps(message), flush=True)


def answer(handlers):
    """Calls the handler named by each line's first word with the rest of the line, and says what it returns."""
    for line in sys.stdin:
        name, _, rest = line.strip().partition(' ')
        if not name:
            return
        try:
            say(handlers[name](rest))
        except Exception as error:
            traceback.print_exc()
            say({'error': f'{type(error).__name__}: {error}'})


def time_runs(run, count):
    times = []
    for _ in range(count):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1000)
    return {'times': times}


def peak():
    unit = 1 if sys.platform == 'darwin' else 1024
    return {'peakBytes': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit}


def serve(version, load, run, **more):
    """`load` takes a task and gives its logits, N x classes, as anything that has tolist(); `run` is one call. What a
    peer answers besides is given by name."""
    say({'version': version})
    answer({
        'load': lambda task: {'logits': load(json.loads(task)).tolist()},
        'run': lambda count: time_runs(run, int(count)),
        'peak': lambda _: peak(),
        **more,
    })  # fmt: skip


def serve_network(version, load):
    """The same for a peer whose `load` gives a function of no arguments, and that function the logits."""
    network = None

    def prepare(task):
        nonlocal network
        network = load(task)
        return network()

    serve(version, prepare, lambda: network())
