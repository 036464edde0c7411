"""What the checks share. A check reads the call of a trainer, and ends with 0 where the trainer's own parser takes it,
77 where the trainer is not installed, and else 1, with what is wrong.

To understand a configuration a trainer needs little of what it trains with: for PyTorch, JAX and the like empty
modules stand in.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import json
import os
import subprocess
import sys
import tempfile
import types
from typing import Protocol
from unittest.mock import MagicMock

NOT_INSTALLED = 77

# Some checks have the name of the package that they import, and would be found in its stead.
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [path for path in sys.path if os.path.abspath(path) != HERE]


def finish(main):
    """Runs a check, which gives what is wrong as text or as a list, or a status."""
    sys.exit(outcome_of(main))


def finish_calls(main):
    """Runs a check of the words and files of each call that is on standard input."""
    first, *others = json.load(sys.stdin)
    # The first one imports what all need; the others are checked in processes of their own, so that none sees another's.
    status = outcome_of(main, first)
    for call in others if status == 0 else []:
        child = os.fork()
        if child == 0:
            os._exit(outcome_of(main, call))
        status = max(status, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    sys.exit(status)


def outcome_of(main, call=None):
    try:
        outcome = main(call["arguments"], call["files"]) if call else main()
    except (Exception, SystemExit) as error:
        outcome = f"{type(error).__name__}: {error}"
    if isinstance(outcome, int):
        return outcome
    text = outcome if isinstance(outcome, str) else "\n".join(outcome)
    if text:
        print(f"{call['name']}: {text}" if call else text, file=sys.stderr, flush=True)
    return 1 if text else 0


def written(files):
    """A folder with these files, which is taken away at the end."""
    place = tempfile.TemporaryDirectory()
    for name, text in files.items():
        with open(os.path.join(place.name, name), "w", encoding="utf-8") as file:
            file.write(text)
    return place


def run_by_shell(words):
    """The words that a call's shell gives to the trainer, and the variables that it sets for it."""
    if words[:2] != ["sh", "-c"]:
        return words, {}
    begin = words.index("sh", 2) + 1
    told = {"WINDTUNNEL_MAIN_NODE": "main", "WINDTUNNEL_MAIN_PORT": "29500", "PATH": os.environ["PATH"]}
    tell = "import json, os, sys; print(json.dumps([sys.argv[1:], dict(os.environ)]))"
    command = words[:begin] + [sys.executable, "-c", tell] + words[begin:]
    output = subprocess.run(command, env=told, capture_output=True, check=True, text=True).stdout
    told_words, variables = json.loads(output)
    return told_words, {name: value for name, value in variables.items() if f"{name}=" in words[2]}


# MARK: Packages


def has(*names):
    """Whether all of these modules are installed."""
    try:
        return all(importlib.util.find_spec(name) for name in names)
    except ModuleNotFoundError:
        return False


def folder(name):
    """Where a package's files lie; the package itself is not imported."""
    first, *within = name.split(".")
    places = [os.path.join(place, *within) for place in importlib.util.find_spec(first).submodule_search_locations]
    return next((place for place in places if os.path.isdir(place)), places[0])


def bare(name, path):
    """A package without what its own first file imports."""
    if name in sys.modules:
        return sys.modules[name]
    package = types.ModuleType(name)
    package.__spec__ = importlib.machinery.ModuleSpec(name, None, is_package=True)
    package.__path__ = package.__spec__.submodule_search_locations = [path]
    sys.modules[name] = package
    return package


# MARK: Values


def number(value):
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def same(given, read):
    """Whether a value was read as it was given; numbers may be given as text, and choices by name."""
    if isinstance(given, (list, tuple)) and isinstance(read, (list, tuple)):
        return len(given) == len(read) and all(map(same, given, read))
    if number(given) is not None and number(read) is not None:
        return number(given) == number(read)
    if isinstance(read, Value):
        return read._mock_name == given
    return given == read or str(given).lower() == str(getattr(read, "value", read)).lower()


def differences(given, read, path=""):
    """Names that what was read does not have, and values that are others."""
    if isinstance(given, dict) and (given or not isinstance(read, dict)):
        for name, value in given.items():
            part = read.get(name, KeyError) if isinstance(read, dict) else getattr(read, name, KeyError)
            if part is KeyError:
                yield f"{path}{name} is not known"
            else:
                yield from differences(value, part, f"{path}{name}.")
    elif isinstance(given, list) and isinstance(read, list) and len(given) == len(read):
        for index, (one, other) in enumerate(zip(given, read)):
            yield from differences(one, other, f"{path}{index}.")
    elif not same(given, read):
        yield f"{path[:-1]} is {read}, not {given}"


# MARK: What stands in


class Kind(type(Protocol)):
    """The class of classes that stand in: they have whatever is asked of them."""

    def __getattr__(cls, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return stand_in_for(name)

    def __call__(cls, *args, **kwargs):
        return Value(name=cls.__name__) if cls.__module__ == __name__ else super().__call__(*args, **kwargs)

    def __getitem__(cls, item):
        return cls

    def __int__(cls):
        return 1

    # Not as protocols do it, which ask a class for more than these have.
    __instancecheck__, __subclasscheck__ = type.__instancecheck__, type.__subclasscheck__

    def register(cls, *args, **kwargs):
        return Value()(*args, **kwargs)


class Value(MagicMock):
    """What is no class; as a decorator it leaves classes as they are."""

    __signature__ = inspect.Signature()

    def __getattr__(self, name):
        return "stand_in" if name in ("__name__", "__qualname__") else super().__getattr__(name)

    def __call__(self, *args, **kwargs):
        if len(args) == 1 and isinstance(args[0], (type, property)) and not isinstance(args[0], Kind):
            return args[0]
        return super().__call__(*args, **kwargs)


def stand_in_for(name):
    """A class where a name looks like a class's, else an object."""
    if name[:1].isupper() or name in ("dtype", "device", "ndarray"):
        return Kind(name, (), {"__init__": lambda self, *args, **kwargs: None, "__module__": __name__})
    return Value(name=name)


class Empty(types.ModuleType):
    __path__ = []

    def __getattr__(self, name):
        if name == "__version__":
            return "2.10.0"
        if name.startswith("__"):
            raise AttributeError(name)
        setattr(self, name, stand_in_for(name))
        return getattr(self, name)


class StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, names):
        self.names = names

    def find_spec(self, name, path, target=None):
        if any(name == ours or name.startswith(f"{ours}.") for ours in self.names):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return Empty(spec.name)

    def exec_module(self, module):
        pass


def stand_in(*names):
    """Puts empty modules in the place of these and of those within them, whether they are installed or not."""
    sys.meta_path.insert(0, StandIns(names))
