"""The fields of models of the SDK, as the API names them. Arguments: `module.Class`."""

import dataclasses
import importlib
import json
import re
import sys

# SCIM's names are in camel case, which Python's are not.
SCIM = {"iam.User", "iam.Group", "iam.ServicePrincipal"}


def fields(name):
    module, model = name.split(".")
    cls = getattr(importlib.import_module(f"databricks.sdk.service.{module}"), model)
    names = [field.name for field in dataclasses.fields(cls)]
    if name not in SCIM:
        return names
    return [re.sub(r"_(\w)", lambda match: match[1].upper(), one) for one in names]


print(json.dumps({name: fields(name) for name in sys.argv[1:]}))
