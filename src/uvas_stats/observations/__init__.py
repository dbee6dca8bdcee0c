"""The tidy contract, one row one published figure: its columns, its check, and the file it is kept in."""
