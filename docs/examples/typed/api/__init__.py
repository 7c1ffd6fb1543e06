# Written by syncgql codegen 0.2.0. Do not edit: changes are overwritten.
# Source: all documents
# sha256: 3cd131307bb56a7a

from .catalogue import AddBook as AddBook
from .catalogue import Catalogue as Catalogue
from .catalogue import FindBook as FindBook

__all__ = [
    "AddBook",
    "Catalogue",
    "FindBook",
]
