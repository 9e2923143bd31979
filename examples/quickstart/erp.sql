-- The ERP: one database of its own, shaped for bookkeeping. Ids are running numbers, amounts are integers in the
-- currency's smallest unit, dates are the local days of the books.

CREATE TABLE partner (
  partner_no INTEGER PRIMARY KEY AUTOINCREMENT,
  reference TEXT NOT NULL UNIQUE,
  legal_name TEXT NOT NULL,
  mail TEXT,
  street TEXT,
  town TEXT,
  zip TEXT,
  country TEXT,
  tax_rule TEXT NOT NULL,
  partner_kind TEXT NOT NULL DEFAULT 'unknown',
  payment_terms TEXT NOT NULL DEFAULT 'net 30'
);

CREATE TABLE sales_invoice (
  doc_no INTEGER PRIMARY KEY AUTOINCREMENT,
  reference TEXT NOT NULL UNIQUE,
  invoice_number TEXT NOT NULL,
  partner_no INTEGER NOT NULL REFERENCES partner (partner_no),
  state TEXT NOT NULL,
  total_minor INTEGER NOT NULL,
  open_minor INTEGER NOT NULL,
  currency TEXT NOT NULL,
  invoice_date TEXT NOT NULL,
  due_date TEXT,
  paid_on TEXT,
  ledger_account TEXT NOT NULL DEFAULT '4400'
);

CREATE TABLE receipt (
  receipt_no INTEGER PRIMARY KEY AUTOINCREMENT,
  reference TEXT NOT NULL UNIQUE,
  partner_no INTEGER NOT NULL REFERENCES partner (partner_no),
  amount_minor INTEGER NOT NULL,
  refunded_minor INTEGER,
  currency TEXT NOT NULL,
  received_on TEXT,
  kind TEXT NOT NULL DEFAULT 'unknown'
);
