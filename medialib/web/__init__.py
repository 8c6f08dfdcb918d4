"""What is spoken over HTTP; one folder per audience."""
