"""Dask distributed with two worker processes of a thread each; answers lines on standard input (see line-process.ts)."""
import json
import sys
import time

import distributed


def noop(_):
    return None


def rate(client, tasks):
    begin = time.perf_counter()
    client.gather(client.map(noop, range(tasks), pure=False))
    return tasks / (time.perf_counter() - begin)


def latencies(client, tasks):
    times = []
    for i in range(tasks):
        begin = time.perf_counter()
        client.submit(noop, i, pure=False).result()
        times.append((time.perf_counter() - begin) * 1000)
    return times


def main():
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        with distributed.Client(cluster) as client:
            print("ready", flush=True)
            for line in sys.stdin:
                what, tasks = line.split()
                print(json.dumps({"rate": rate, "latencies": latencies}[what](client, int(tasks))), flush=True)


if __name__ == "__main__":
    main()
