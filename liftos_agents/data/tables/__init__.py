"""Every table of the package hangs on one `metadata`; a migration in `data/migrations` creates each.

Importing this package alone declares no table: `every_table` in `database.py` names the modules.
"""

from __future__ import annotations

from sqlalchemy import MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

__all__ = ["metadata"]
