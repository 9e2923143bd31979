"""What `doctor` looks at: one file for each kind of check. Nothing here changes anything, anywhere."""
