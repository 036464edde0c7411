"""Whether SkyPilot takes a task: 0 if it does, 77 without SkyPilot, else what is wrong.

The task is held to the schemas of its file, of its resources and of what it mounts; no cloud is asked.
"""

import importlib.util
import os
import sys
import tempfile


def main():
    # This file has the package's name, nearly; nothing is written in the user's own folder.
    sys.path.pop(0)
    if importlib.util.find_spec("sky") is None:
        return 77
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(HOME=home, SKYPILOT_DISABLE_USAGE_COLLECTION="1")
        import jsonschema
        import yaml
        from sky.utils import schemas

        task = yaml.safe_load(sys.stdin)
        try:
            jsonschema.validate(task, schemas.get_task_schema())
            jsonschema.validate(task["resources"], schemas.get_resources_schema())
            for mount in task.get("file_mounts", {}).values():
                if isinstance(mount, dict):
                    known = schemas.get_storage_schema()["properties"]
                    if set(mount) - set(known):
                        return f"a mount has no {', '.join(set(mount) - set(known))}"
        except jsonschema.ValidationError as error:
            return error.message
    return 0


sys.exit(main())
