"""Reports as files: Word, web page, workbook, pictures and a manifest of every figure shown."""
