"""Reports as files: Word, web page, workbook, pictures and a manifest of every figure shown."""

from uvas_stats.report.escape import csv_text, excel_csv
from uvas_stats.report.export import ExportResult, export

__all__ = ["ExportResult", "csv_text", "excel_csv", "export"]
