"""Whole Parquet files of positions, answered by the kernel, in parts that workers share."""
