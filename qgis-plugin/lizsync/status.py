"""What show_synchronization_status tells, as a person reads it."""
from __future__ import annotations

import re
from typing import Any, Dict, List, NamedTuple, Tuple

from qgis.PyQt.QtCore import QDateTime, QLocale, Qt

from .texts import tr

ALGORITHM = "show_synchronization_status"
RELATION = re.compile(r'"((?:[^"]|"")+)"\."((?:[^"]|"")+)"')
# Of a text that is shown: a photo has millions.
MOST = 200


class Cell(NamedTuple):
    """A cell of a table; lost is a value that was not kept."""

    text: str
    lost: bool = False


class Line(NamedTuple):
    """A conflict or a pending row, for a table."""

    relation: str
    uid: str
    cells: List[Cell]
    hint: str


def parts(relation: str) -> Tuple[str, str]:
    """Schema and table of a name as the program gives it: both quoted."""
    found = RELATION.fullmatch(relation)
    if found is None:
        return "", relation
    schema, table = found.groups()
    return schema.replace('""', '"'), table.replace('""', '"')


def time(text: str) -> str:
    """A time of the program, here and as people here write it."""
    if not text:
        return tr("never")
    when = QDateTime.fromString(text, Qt.DateFormat.ISODateWithMs)
    return QLocale().toString(
        when.toLocalTime(), QLocale.FormatType.ShortFormat
    )


def conflict_columns() -> List[str]:
    """What the cells of a conflict are."""
    return [
        tr("Table"),
        tr("Field"),
        tr("Central"),
        tr("Clone"),
        tr("Rule"),
        tr("Time"),
    ]


def conflict(told: Dict[str, Any], rules: Dict[str, str]) -> Line:
    """A value that lost; rules are the names and meanings of the rules."""
    central, clone = values(told)
    # A newer central may have others.
    rule, meaning = told["rule"], rules.get(told["rule"])
    if meaning is not None:
        rule, meaning = tr(rule), tr(meaning)
    cells = [
        Cell(".".join(parts(told["table"]))),
        Cell(told.get("field") or tr("the whole row")),
        Cell(central, told["rejected"] == "central"),
        Cell(clone, told["rejected"] == "clone"),
        Cell(rule),
        Cell(time(told["time"])),
    ]
    sides = (
        (tr("Central"), central, "central"),
        (tr("Clone"), clone, "clone"),
    )
    hint = [f"{cells[0].text}, {cells[1].text}: {rule}"]
    if meaning is not None:
        hint.append(meaning)
    for name, value, side in sides:
        hint.append(f"{name}: {value[:MOST]}")
        when, who = told.get(f"{side}_time"), told.get(f"{side}_author")
        if when:
            hint.append(f"    {time(when)} {who or ''}".rstrip())
    hint.append(f"uid {told['uid']}")
    return Line(told["table"], told["uid"], cells, "\n".join(hint))


def values(told: Dict[str, Any]) -> Tuple[str, str]:
    """Central's value of a conflict, and the clone's."""
    if "field" in told:
        return told.get("central_value", ""), told.get("clone_value", "")
    lost = tr("edited")
    kept = tr("deleted") if told["rule"] == "delete wins" else ""
    return (lost, kept) if told["rejected"] == "central" else (kept, lost)


def pending_columns() -> List[str]:
    """What the cells of a pending row are."""
    return [tr("Table"), tr("Reason"), tr("Refused by"), tr("Since")]


def pending(told: Dict[str, Any]) -> Line:
    """A row that could not be applied."""
    sides = {"central": tr("central"), "clone": tr("the clone")}
    cells = [
        Cell(".".join(parts(told["table"]))),
        Cell(told["error"]),
        Cell(sides.get(told["refused_by"], told["refused_by"])),
        Cell(time(told["since"])),
    ]
    hint = f"{told['error'][:MOST]}\nuid {told['uid']}"
    return Line(told["table"], told["uid"], cells, hint)
