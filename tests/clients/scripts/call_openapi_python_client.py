"""Call every route with a client that openapi-python-client generated in this folder, as the examples ask."""

import datetime as dt
import importlib
import inspect
import io
import json
import pkgutil
import re
import sys
import types
import typing
from enum import Enum
from pathlib import Path

sys.path.insert(0, ".")
import geoville_client
from geoville_client import api
from geoville_client.types import File

url, token = sys.argv[1:3]
client = geoville_client.AuthenticatedClient(base_url=url, token=token)
document = json.loads(Path("openapi.json").read_text(encoding="utf-8"))
modules = {name.rpartition(".")[2]: name for _, name, _ in pkgutil.walk_packages(api.__path__, f"{api.__name__}.")}


def parts(kind):
    return typing.get_args(kind) if isinstance(kind, types.UnionType) or typing.get_args(kind) else (kind,)


def as_asked(value, kind):
    """A value of an example as the generated code wants it: a day, a member of an enumeration, a file."""
    for one in parts(kind):
        if typing.get_origin(one) is list and isinstance(value, list):
            return [as_asked(item, *typing.get_args(one)) for item in value]
        if one is dt.date and isinstance(value, str):
            return dt.date.fromisoformat(value)
        if inspect.isclass(one) and issubclass(one, Enum):
            return one(value)
    return value


def form_of(kind, example):
    hints = typing.get_type_hints(kind, vars(sys.modules[kind.__module__]) | {"datetime": dt})
    fields = {name: as_asked(value, hints.get(name)) for name, value in example.items() if name != "data"}
    return kind(data=File(payload=io.BytesIO(example["data"].encode()), file_name="liste.csv"), **fields)


def snake(name):
    return re.sub(r"\W", "_", name)


count = 0
for path, methods in document["paths"].items():
    for method, operation in methods.items():
        module = importlib.import_module(modules[operation["operationId"]])
        hints = typing.get_type_hints(module.sync_detailed, vars(module))
        asked = {}
        for parameter in operation.get("parameters", ()):
            if "example" in parameter:
                name = next(
                    known for known in (snake(parameter["name"]), snake(parameter["name"]) + "_") if known in hints
                )
                asked[name] = as_asked(parameter["example"], hints[name])
        for media, content in operation.get("requestBody", {}).get("content", {}).items():
            kind = hints["body"]
            asked["body"] = (
                form_of(kind, content["example"]) if "form-data" in media else kind.from_dict(content["example"])
            )
        answer = module.sync_detailed(client=client, **asked)
        expected = min(int(status) for status in operation["responses"] if status.startswith("2"))
        assert answer.status_code in {expected, 204}, (method, path, answer.status_code, answer.content[:300])
        count += 1
assert count == sum(map(len, document["paths"].values())) > 20
print("every route")
