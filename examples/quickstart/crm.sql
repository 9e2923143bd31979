-- The CRM: one database of its own, shaped for sales and support. Every id is unique in the whole CRM.
-- Columns below "kept by people here" belong to the CRM's users; no flow of the map writes them.

CREATE TABLE accounts (
  id TEXT PRIMARY KEY DEFAULT ('acc_' || lower(hex(randomblob(6)))),
  stripe_customer_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  email TEXT,
  phone TEXT,
  country TEXT,
  kyb_status TEXT,
  delinquent BOOLEAN NOT NULL DEFAULT FALSE,
  customer_since TEXT NOT NULL,
  on_hold BOOLEAN NOT NULL DEFAULT FALSE,  -- something about this account waits for somebody
  hold_reason TEXT,
  hold_since TEXT,
  hold_next_action TEXT,
  -- kept by people here
  account_manager TEXT,
  notes TEXT NOT NULL DEFAULT ''
);

CREATE TABLE subscriptions (
  id TEXT PRIMARY KEY DEFAULT ('sub_' || lower(hex(randomblob(6)))),
  stripe_subscription_id TEXT NOT NULL UNIQUE,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  status TEXT NOT NULL,
  price TEXT NOT NULL,
  seats INTEGER,
  started_at TEXT NOT NULL,
  current_period_end TEXT NOT NULL,
  cancels_at TEXT,
  cancels_at_period_end BOOLEAN NOT NULL,
  canceled_at TEXT,
  -- kept by people here
  success_note TEXT
);

CREATE TABLE invoices (
  id TEXT PRIMARY KEY DEFAULT ('inv_' || lower(hex(randomblob(6)))),
  stripe_invoice_id TEXT NOT NULL UNIQUE,
  number TEXT,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  subscription_id TEXT REFERENCES subscriptions (id),
  status TEXT NOT NULL,
  total TEXT NOT NULL,            -- decimal text in major units: 49.00
  open_amount TEXT NOT NULL,
  currency TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  issued_at TEXT NOT NULL,
  due_at TEXT,
  paid_at TEXT,
  source TEXT NOT NULL DEFAULT 'manual',
  -- kept by people here
  collections_note TEXT
);

CREATE TABLE payments (
  id TEXT PRIMARY KEY DEFAULT ('pay_' || lower(hex(randomblob(6)))),
  stripe_payment_id TEXT NOT NULL UNIQUE,
  account_id TEXT REFERENCES accounts (id),
  status TEXT NOT NULL,
  amount TEXT NOT NULL,
  refunded TEXT,
  currency TEXT NOT NULL,
  failure TEXT,
  charged_at TEXT
);
