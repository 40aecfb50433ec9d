"""Files of rows: CSV, XLSX, Parquet."""
