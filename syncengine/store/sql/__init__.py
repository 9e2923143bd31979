"""The ledger in an SQL database: one module per noun, functions over a connection; `SqlStore` puts them together."""
