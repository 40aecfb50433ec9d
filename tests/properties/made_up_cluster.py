"""A scheduler and workers on this machine, which know nothing of the process of the test, as on others."""

from __future__ import annotations

from distributed import LocalCluster

from geoville.workflows.dask_worker import PatientNanny


def cluster_of(workers: int, threads: int = 1) -> LocalCluster:
    return LocalCluster(
        n_workers=workers,
        threads_per_worker=threads,
        worker_class=PatientNanny,
        host="127.0.0.1",
        dashboard_address=None,
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # any free port: tests may run side by side
        silence_logs=50,
    )
