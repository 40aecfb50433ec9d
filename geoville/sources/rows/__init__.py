"""Files of rows: CSV, XLSX, ODS, Parquet."""
