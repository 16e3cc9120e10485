"""Arazzo: API calls as documents of the OpenAPI Initiative's format for workflows; written from a trace, and run.

Everybody outside this room uses the names below.
"""

from .errors import DocumentError
from .export import NothingToExport, export
from .inputs import WrongInput
from .run import run_document

__all__ = ["DocumentError", "NothingToExport", "WrongInput", "export", "run_document"]
