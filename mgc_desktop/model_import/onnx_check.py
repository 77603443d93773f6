"""Looks into an ONNX file before ONNX Runtime does: nothing in it may need other files or other code, or be huge.

The numbers of the fields are those of `onnx.proto` (ONNX, version 1.17; they never change).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from mgc_desktop.file_access import MB
from mgc_desktop.model_import.protobuf import Value, fields, varints

LARGEST_TABLE: Final = 300 * MB  # bytes of one table of weights, as it lies in memory
LARGEST_SUM: Final = 600 * MB
MOST_NODES: Final = 50_000
_DEEPEST: Final = 8  # graphs inside graphs
_DOMAINS: Final = frozenset({"", "ai.onnx", "ai.onnx.ml"})
_LOOPS: Final = frozenset({"Loop", "Scan"})
_ITEM_BYTES: Final = {1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4, 13: 8, 14: 8, 15: 16, 16: 2}
_MOST_BYTES: Final = 16  # of a number of a kind that is not in the table
_EXTERNAL: Final = 1

_MODEL_GRAPH, _MODEL_FUNCTIONS, _MODEL_TRAINING = 7, 25, 20
_GRAPH_NODES, _GRAPH_TABLES, _GRAPH_SPARSE = 1, 5, 15
_NODE_OPERATOR, _NODE_ATTRIBUTES, _NODE_DOMAIN = 4, 5, 7
_FUNCTION_NAME, _FUNCTION_NODES, _FUNCTION_DOMAIN = 1, 7, 10
_ATTRIBUTE_TABLE, _ATTRIBUTE_GRAPH, _ATTRIBUTE_TABLES, _ATTRIBUTE_GRAPHS = 5, 6, 10, 11
_ATTRIBUTE_SPARSE, _ATTRIBUTE_SPARSES = 22, 23
_TABLE_DIMS, _TABLE_KIND, _TABLE_RAW, _TABLE_EXTERNAL, _TABLE_LOCATION = 1, 2, 9, 13, 14


class RefusedModelError(ValueError):
    """What in the file is not taken, as the end of a sentence that begins with "it"."""


def check_onnx(data: bytes) -> None:
    """RefusedModelError if the content is no ONNX model, or one that the program does not take."""
    try:
        _Checker().model(memoryview(data))
    except RefusedModelError:
        raise
    except ValueError as error:
        raise RefusedModelError(f"is no ONNX file: {error}") from error


class _Checker:
    """Counts over all graphs of a file."""

    def __init__(self) -> None:
        self._bytes = 0
        self._nodes = 0
        self._functions: set[tuple[str, str]] = set()

    def model(self, message: memoryview) -> None:
        """The whole file."""
        parts = list(fields(message))
        graphs = [_message(value) for number, value in parts if number == _MODEL_GRAPH]
        if len(graphs) != 1:
            raise ValueError("it holds no network")
        if any(number == _MODEL_TRAINING for number, _ in parts):
            raise RefusedModelError("holds instructions for its training; export it for inference alone")
        functions = [list(fields(_message(value))) for number, value in parts if number == _MODEL_FUNCTIONS]
        self._functions = {(_text(one, _FUNCTION_DOMAIN), _text(one, _FUNCTION_NAME)) for one in functions}
        for one in functions:
            for number, value in one:
                if number == _FUNCTION_NODES:
                    self._node(_message(value), 1)
        self._graph(graphs[0], 0)

    def _graph(self, message: memoryview, depth: int) -> None:
        if depth > _DEEPEST:
            raise RefusedModelError(f"has graphs inside graphs, more than {_DEEPEST} deep")
        for number, value in fields(message):
            if number == _GRAPH_NODES:
                self._node(_message(value), depth)
            elif number == _GRAPH_TABLES:
                self._table(_message(value))
            elif number == _GRAPH_SPARSE:
                self._sparse(_message(value))

    def _node(self, message: memoryview, depth: int) -> None:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise RefusedModelError(f"has more than {MOST_NODES} nodes")
        parts = list(fields(message))
        operator, domain = _text(parts, _NODE_OPERATOR), _text(parts, _NODE_DOMAIN)
        if (domain, operator) not in self._functions:
            if domain not in _DOMAINS:
                raise RefusedModelError(
                    f"uses the operator {operator[:60]!r} of {domain[:60]!r}, which is none of ONNX's"
                )
            if operator in _LOOPS:
                raise RefusedModelError(f"has loops (the operator {operator}), which could run for ever")
        for number, value in parts:
            if number == _NODE_ATTRIBUTES:
                self._attribute(_message(value), depth)

    def _attribute(self, message: memoryview, depth: int) -> None:
        parts: dict[int, Callable[[memoryview], None]] = {
            _ATTRIBUTE_TABLE: self._table,
            _ATTRIBUTE_TABLES: self._table,
            _ATTRIBUTE_SPARSE: self._sparse,
            _ATTRIBUTE_SPARSES: self._sparse,
            _ATTRIBUTE_GRAPH: lambda graph: self._graph(graph, depth + 1),
            _ATTRIBUTE_GRAPHS: lambda graph: self._graph(graph, depth + 1),
        }
        for number, value in fields(message):
            if number in parts and isinstance(value, memoryview):
                parts[number](value)

    def _sparse(self, _: memoryview) -> None:
        raise RefusedModelError("has sparse tables of weights, which are not supported")

    def _table(self, message: memoryview) -> None:
        size, item, raw = 1, _MOST_BYTES, None
        for number, value in fields(message):
            if number == _TABLE_EXTERNAL or (number == _TABLE_LOCATION and value == _EXTERNAL):
                raise RefusedModelError("keeps weights in other files; save it as one file")
            if number == _TABLE_DIMS:
                for length in _numbers(value):
                    size *= length
                    if length >= 1 << 63 or size > LARGEST_TABLE:
                        raise RefusedModelError(f"has a table of weights of more than {LARGEST_TABLE // MB} MB")
            elif number == _TABLE_KIND and isinstance(value, int):
                item = _ITEM_BYTES.get(value, _MOST_BYTES)
            elif number == _TABLE_RAW:
                raw = value
        size *= item
        self._bytes += size
        if size > LARGEST_TABLE or self._bytes > LARGEST_SUM:
            raise RefusedModelError(f"has tables of weights of more than {LARGEST_TABLE // MB} MB")
        if isinstance(raw, memoryview) and len(raw) != size and item != _MOST_BYTES:
            raise RefusedModelError("has a table of weights whose size is not the one that it names")


def _message(value: Value) -> memoryview:
    if not isinstance(value, memoryview):
        raise ValueError("a number stands in the place of a part")
    return value


def _numbers(value: Value) -> Iterator[int]:
    if isinstance(value, int):
        yield value
    else:
        yield from varints(value)


def _text(parts: list[tuple[int, Any]], wanted: int) -> str:
    found = [value for number, value in parts if number == wanted and isinstance(value, memoryview)]
    return bytes(found[-1]).decode("utf-8", "replace") if found else ""
