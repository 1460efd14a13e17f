"""Frames of pandas and polars as data: the first rows as JSON values, and how much there is.

Only the shown part of a frame is touched, columns are taken by their position, and no name or value is trusted to be
what it should. Missing values (None, NaN, NaT, NA) are null; infinities are "Infinity" and "-Infinity"; integers that
JavaScript would round, dates (ISO 8601) and all that JSON does not know are text.
"""

import datetime
import math
import sys

from .kept import __builtins__  # noqa: F401
from .naming import cut
from .plain import text_of

MIME = "application/vnd.belljar.table+json"
MAX_ROWS = 100
MAX_COLUMNS = 50
MAX_CELL_CHARS = 200
MAX_NAME_CHARS = 200
EXACT = 2**53


def offer(value):
    for module, name, describe in FRAMES:
        kind = getattr(sys.modules.get(module), name, None)
        if isinstance(kind, type) and issubclass(type(value), kind):
            yield MIME, describe(value), None
            return


def _describe_pandas_series(series):
    return _describe_pandas(series.to_frame())


def _describe_pandas(frame):
    row_count, column_count = frame.shape
    part = frame.iloc[:MAX_ROWS, :MAX_COLUMNS]
    columns, values = [], []
    for level in range(part.index.nlevels):
        index = part.index.get_level_values(level)
        columns.append({"name": _name(index.name, ""), "type": _type(index.dtype), "isIndex": True})
        values.append(index.tolist())
    for position in range(part.shape[1]):
        column = part.iloc[:, position]
        columns.append({"name": _name(part.columns[position]), "type": _type(column.dtype), "isIndex": False})
        values.append(column.tolist())
    return _table(columns, values, (row_count, column_count))


def _describe_polars_series(series):
    return _describe_polars(series.to_frame())


def _describe_polars(frame):
    columns, values = [], []
    for column in frame.get_columns()[:MAX_COLUMNS]:
        columns.append({"name": _name(column.name), "type": _type(column.dtype), "isIndex": False})
        values.append(column.head(MAX_ROWS).to_list())
    return _table(columns, values, (frame.height, frame.width))


def _table(columns, values, shape):
    row_count, column_count = shape
    rows = [[_cell(each) for each in row] for row in zip(*values)]
    shown = sum(not column["isIndex"] for column in columns)
    return {
        "columns": columns,
        "rows": rows,
        "rowCount": int(row_count),
        "columnCount": int(column_count),
        "shownRows": len(rows),
        "shownColumns": shown,
        "truncated": len(rows) < row_count or shown < column_count,
    }


def _name(name, unnamed="None"):
    """The levels of a name that has several, joined."""
    if isinstance(name, tuple):
        return cut(" / ".join(part for part in map(_name, name) if part), MAX_NAME_CHARS)
    if name is None:
        return unnamed
    return _text(name, MAX_NAME_CHARS)


def _type(dtype):
    return _text(dtype, 100)


def _text(value, max_chars):
    """As str() says it, or its repr where it cannot."""
    if isinstance(value, str):
        return cut(value, max_chars)
    try:
        return cut(str(value), max_chars)
    except Exception:
        return cut(text_of(value, max_chars), max_chars)


def _cell(value):
    try:
        read = _PLAIN_CELLS.get(type(value))
        return read(value) if read is not None else _read_object(value)
    except Exception:
        return _short(value)


def _read_object(value):
    kind = type(value)
    if kind.__name__ in ("NaTType", "NAType"):
        return None
    if kind.__module__.partition(".")[0] == "numpy" and hasattr(value, "item") and getattr(value, "ndim", 1) == 0:
        return _read_scalar(value)
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (list, tuple, dict, set, frozenset, bytes)):
        return _short(value)
    return _text(value, MAX_CELL_CHARS)


def _read_scalar(value):
    """One of numpy's: its moments of nanoseconds are numbers to Python."""
    if value.dtype.kind in "mM":
        text = str(value)
        return None if text == "NaT" else text
    item = value.item()
    return _text(value, MAX_CELL_CHARS) if type(item) is type(value) else _cell(item)


def _short(value):
    """In one line."""
    return cut(" ".join(text_of(value, MAX_CELL_CHARS).split()), MAX_CELL_CHARS)


def _integer(value):
    return value if -EXACT < value < EXACT else _text(value, MAX_CELL_CHARS)


def _float(value):
    if math.isfinite(value):
        return value
    return None if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


_PLAIN_CELLS = {
    type(None): lambda value: None,
    bool: lambda value: value,
    str: lambda value: cut(value, MAX_CELL_CHARS),
    int: _integer,
    float: _float,
}

FRAMES = (
    ("pandas", "DataFrame", _describe_pandas),
    ("pandas", "Series", _describe_pandas_series),
    ("polars", "DataFrame", _describe_polars),
    ("polars", "Series", _describe_polars_series),
)
