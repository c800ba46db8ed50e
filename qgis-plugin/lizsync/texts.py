"""The language of what a person reads."""
from __future__ import annotations

from pathlib import Path
from typing import Optional

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QLocale, QTranslator

CONTEXT = "LizSync"


def tr(text: str) -> str:
    """The text in QGIS's language; in English where it has no translation."""
    return QCoreApplication.translate(CONTEXT, text) if text else ""


def translator(folder: Path) -> Optional[QTranslator]:
    """What translates into QGIS's language; None when nothing does."""
    found = QTranslator()
    locale = QLocale(QgsApplication.locale())
    if found.load(locale, "lizsync", "_", str(folder / "i18n")):
        return found
    return None
