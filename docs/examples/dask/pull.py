"""Pull the rows of a GraphQL server into Parquet files, with several processes."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

import pyarrow
import pyarrow.parquet
from distributed import Client as Cluster
from distributed import LocalCluster, as_completed

from syncgql import Client

RANGE = 1_000
DOCUMENT = """
    query ($start: Int!, $stop: Int!, $first: Int!, $after: String) {
      rows(start: $start, stop: $stop, first: $first, after: $after) {
        nodes { id name }
        pageInfo { hasNextPage endCursor }
      }
    }
"""


def file_of(folder: Path, start: int) -> Path:
    """Return the file for the range that begins at *start*."""
    return folder / f"rows-{start:06}.parquet"


def pull_range(client: Client, folder: Path, start: int) -> int:
    """Write the rows of a range into its file and return its start; runs in a worker process."""
    rows = list(client.paginate(DOCUMENT, {"start": start, "stop": start + RANGE}, page_size=100))
    path = file_of(folder, start)
    unfinished = path.with_suffix(f".{os.getpid()}")
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), unfinished)
    unfinished.replace(path)  # atomic: a file with this name is complete
    return start


def main(folder: Path) -> None:
    """Fetch the ranges that have no file yet."""
    folder.mkdir(parents=True, exist_ok=True)
    client = Client(os.environ.get("ROWS_URL", "http://127.0.0.1:8002/"), retry=True)
    count = client.execute("{ rowCount }")["rowCount"]
    starts = [start for start in range(0, count, RANGE) if not file_of(folder, start).exists()]
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as local,
        Cluster(local) as cluster,
    ):
        print("workers", *cluster.run(os.getpid).values(), flush=True)
        for future in as_completed(cluster.map(partial(pull_range, client, folder), starts)):
            print("range", future.result(), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
