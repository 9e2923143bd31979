-- The CRM: one database of its own, shaped for sales and support. Every id is unique in the whole CRM.
-- Columns below "kept by people here" belong to the CRM's users; no flow of the map writes them.
-- `version` counts the changes of a whole table, so that whoever asks later sees what has changed since.

CREATE TABLE accounts (
  id TEXT PRIMARY KEY DEFAULT ('acc_' || lower(hex(randomblob(6)))),
  stripe_customer_id TEXT UNIQUE,  -- empty as long as nobody has found out who that is in billing
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
  -- kept by people here: compliance writes down what it found out, and when
  kyc_status TEXT NOT NULL DEFAULT 'open',
  kyc_checked_at TEXT,
  aml_status TEXT NOT NULL DEFAULT 'open',
  aml_checked_at TEXT,
  vat_status TEXT NOT NULL DEFAULT 'open',
  vat_checked_at TEXT,
  account_manager TEXT,
  notes TEXT NOT NULL DEFAULT '',
  version INTEGER NOT NULL DEFAULT 0
);

CREATE TRIGGER accounts_inserted AFTER INSERT ON accounts BEGIN
  UPDATE accounts SET version = (SELECT max(version) + 1 FROM accounts) WHERE id = new.id;
END;
CREATE TRIGGER accounts_updated AFTER UPDATE ON accounts WHEN new.version = old.version BEGIN
  UPDATE accounts SET version = (SELECT max(version) + 1 FROM accounts) WHERE id = new.id;
END;

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

CREATE TABLE payouts (
  id TEXT PRIMARY KEY DEFAULT ('out_' || lower(hex(randomblob(6)))),
  request_no TEXT NOT NULL UNIQUE,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  amount TEXT NOT NULL,
  currency TEXT NOT NULL,
  status TEXT,                    -- empty until there is a payment order
  payment_order_no TEXT,
  on_hold BOOLEAN NOT NULL DEFAULT FALSE,
  hold_reason TEXT,
  hold_since TEXT,
  hold_next_action TEXT
);
