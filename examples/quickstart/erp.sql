-- The ERP: one database of its own, shaped for bookkeeping. Ids are running numbers, amounts are integers in the
-- currency's smallest unit, dates are the local days of the books. `version` counts the changes of a whole table.

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

-- What finance asks to be paid out. A request is made by people here, and names its payee as billing knows it.
CREATE TABLE payout_request (
  request_no INTEGER PRIMARY KEY AUTOINCREMENT,
  payee TEXT NOT NULL,
  amount_minor INTEGER NOT NULL,
  currency TEXT NOT NULL,
  requested_on TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 0
);

-- What the bank is told to pay, at the end of the day. One order a request.
CREATE TABLE payment_order (
  order_no INTEGER PRIMARY KEY AUTOINCREMENT,
  request_no TEXT NOT NULL UNIQUE,
  partner_no INTEGER NOT NULL REFERENCES partner (partner_no),
  amount_minor INTEGER NOT NULL,
  currency TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'entered',
  source TEXT NOT NULL DEFAULT 'manual',
  version INTEGER NOT NULL DEFAULT 0
);
INSERT INTO sqlite_sequence (name, seq) VALUES ('payment_order', 500000);

CREATE TRIGGER payout_request_inserted AFTER INSERT ON payout_request BEGIN
  UPDATE payout_request SET version = (SELECT max(version) + 1 FROM payout_request) WHERE request_no = new.request_no;
END;
CREATE TRIGGER payout_request_updated AFTER UPDATE ON payout_request WHEN new.version = old.version BEGIN
  UPDATE payout_request SET version = (SELECT max(version) + 1 FROM payout_request) WHERE request_no = new.request_no;
END;
CREATE TRIGGER payment_order_inserted AFTER INSERT ON payment_order BEGIN
  UPDATE payment_order SET version = (SELECT max(version) + 1 FROM payment_order) WHERE order_no = new.order_no;
END;
CREATE TRIGGER payment_order_updated AFTER UPDATE ON payment_order WHEN new.version = old.version BEGIN
  UPDATE payment_order SET version = (SELECT max(version) + 1 FROM payment_order) WHERE order_no = new.order_no;
END;
