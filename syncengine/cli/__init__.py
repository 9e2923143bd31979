"""The command line. Each module holds one command and exposes it as `command`; a callback returns its exit code."""
