"""What people write and what we call it: countries, years, taxon groups, columns of files."""
