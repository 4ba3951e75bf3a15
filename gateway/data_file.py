"""Reads one file of data in YAML and holds it to its shape; what is wrong names file and field."""

from importlib.resources.abc import Traversable
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Shape = TypeVar("Shape", bound=BaseModel)


def read_data(file: Traversable, shape: type[Shape], error: type[Exception], whole: str) -> Shape:
    """Return what a file holds, in its shape; raises `error` where it cannot be trusted.

    `whole` is what the message calls the file's content where no field of it is at fault.
    """
    try:
        return shape.model_validate(yaml.safe_load(file.read_text("utf-8")))
    except (OSError, UnicodeError, yaml.YAMLError) as wrong:
        raise error(f"{file.name}: is not YAML in UTF-8: {wrong}") from wrong
    except ValidationError as wrong:
        faults = [
            f"{'.'.join(map(str, fault['loc'])) or whole}: {fault['msg']}"
            for fault in wrong.errors()
        ]
        raise error(f"{file.name}: {'; '.join(faults)}") from wrong
