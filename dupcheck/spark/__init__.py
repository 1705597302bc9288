"""An audit beyond one machine: from files to tables of pairs, groups and plans on Apache Spark.

Imported only when asked for; needs the extra ``spark`` and Java 17 or newer.
"""

from dupcheck.spark.engine import TableAudit, audit_tables

__all__ = ["TableAudit", "audit_tables"]
