"""Charts and tables: a frame in, a Figure or a Table out; no reading or writing."""
