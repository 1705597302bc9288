"""Arrays and cells that lie in files: columns, codebooks, and texts that no spreadsheet runs."""
