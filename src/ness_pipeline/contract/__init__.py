"""What pandera's classes mean for DuckDB: columns, DDL, comments, checks, measures, refused rows."""
