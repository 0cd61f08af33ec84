#!/bin/sh
# Makes Temporal's two databases, or brings them to the schema that this version of the tool carries. Safe to repeat.
# Connection: SQL_PLUGIN, SQL_HOST, SQL_PORT, SQL_USER, SQL_PASSWORD, which the tool reads itself.
set -eu

migrate() {
  temporal-sql-tool --db "$1" create-database
  temporal-sql-tool --db "$1" setup-schema --version 0.0
  temporal-sql-tool --db "$1" update-schema --schema-name "postgresql/v12/$2"
}

migrate temporal temporal
migrate temporal_visibility visibility
