"""A store of objects on this machine that answers as S3 does, for the tests of addresses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import fsspec
import s3fs
from moto.server import ThreadedMotoServer

BUCKET = "seau"


@contextmanager
def object_store() -> Iterator[dict[str, str]]:
    """Start a store; what it gives is the environment in which a process finds it."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    keys = {"AWS_ACCESS_KEY_ID": "cle", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
    yield keys | {"AWS_ENDPOINT_URL": f"http://{host}:{port}"}
    server.stop()


@contextmanager
def bucket() -> Iterator[fsspec.AbstractFileSystem]:
    """A new bucket of the store that the environment names, removed with all that is in it."""
    s3fs.S3FileSystem.clear_instance_cache()
    files = fsspec.filesystem("s3", use_listings_cache=False)
    files.mkdir(BUCKET)
    yield files
    files.rm(BUCKET, recursive=True)
    s3fs.S3FileSystem.clear_instance_cache()
