"""Times one training step of a network with one engine and prints one JSON object.

usage: measure.py {torch,torch-channels-last,torch-compile,jax} NETWORK [threads] [seconds]
"""

import json
import os
import statistics
import sys
import time


def rounds(step, wait, seconds):
    """Seconds per step, round by round; the mean of a round counts."""
    for _ in range(5):
        step()
    wait()
    begin = time.perf_counter()
    step()
    wait()
    one = max(time.perf_counter() - begin, 1e-6)
    inner = min(max(int(0.2 / one), 1), 2000)
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        begin = time.perf_counter()
        for _ in range(inner):
            step()
        wait()
        times.append((time.perf_counter() - begin) / inner)
    return times


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    engine, name = sys.argv[1:3]
    threads = int(sys.argv[3]) if len(sys.argv) > 3 else os.cpu_count()
    seconds = float(sys.argv[4]) if len(sys.argv) > 4 else 4.0
    os.environ["OMP_NUM_THREADS"] = str(threads)
    if engine == "jax":
        # XLA has no setting for its threads: it starts one for each core that it may use.
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
        import jax
        import with_jax

        step, wait = with_jax.make_step(name)
        version = jax.__version__
    else:
        import torch
        import with_torch

        step, wait = with_torch.make_step(
            name, threads, engine == "torch-channels-last", engine == "torch-compile")
        version = torch.__version__
    times = rounds(step, wait, seconds)
    print(json.dumps({
        "net": name, "engine": engine, "threads": threads, "version": version,
        "median_us": statistics.median(times) * 1e6, "min_us": min(times) * 1e6}))


if __name__ == "__main__":
    main()
