"""Whether SkyPilot takes a task: 0 if it does, 77 without SkyPilot, else what is wrong.

The task is held to the schemas of its file, of its resources and of what it mounts; no cloud is asked.
"""

import os
import sys
import tempfile

import checking

# What clouds and servers are asked with.
HEAVY = (
    "aiohttp", "aiosqlite", "alembic", "anyio", "cachetools", "casbin", "click", "colorama", "cryptography", "fastapi",
    "filelock", "httpx", "ijson", "networkx", "numpy", "orjson", "pandas", "paramiko", "passlib", "prettytable",
    "prometheus_client", "psutil", "psycopg2", "pydantic", "requests", "rich", "sqlalchemy", "sqlalchemy_adapter",
    "starlette", "tqdm", "urllib3", "uvicorn",
)


def main():
    if not checking.has("sky", "jsonschema", "yaml"):
        return checking.NOT_INSTALLED
    # Nothing is written in the user's own folder.
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(HOME=home, SKYPILOT_DISABLE_USAGE_COLLECTION="1")
        import jsonschema
        import yaml

        checking.stand_in(*HEAVY)
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


if __name__ == "__main__":
    checking.finish(main)
