-- The CRM of the local environment, made into crm.db by init. The columns that people keep are written by nobody else.

CREATE TABLE accounts (
  id TEXT PRIMARY KEY DEFAULT ('acc_' || lower(hex(randomblob(6)))),
  stripe_customer_id TEXT UNIQUE,
  name TEXT NOT NULL,
  email TEXT,
  country TEXT,
  customer_since TEXT NOT NULL,
  -- kept by people
  account_manager TEXT
);

CREATE TABLE invoices (
  id TEXT PRIMARY KEY DEFAULT ('inv_' || lower(hex(randomblob(6)))),
  stripe_invoice_id TEXT UNIQUE,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  number TEXT,
  status TEXT NOT NULL,
  total TEXT NOT NULL,
  currency TEXT NOT NULL,
  due_on TEXT,
  paid_at TEXT,
  -- kept by people
  collections_note TEXT
);
