"""The reader of registers as it was, row by row: what the one by columns is compared with."""
