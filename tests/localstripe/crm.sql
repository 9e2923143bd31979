CREATE TABLE company (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  billing_id TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL, email TEXT, phone TEXT,
  street TEXT, city TEXT, postal_code TEXT, country TEXT,
  owes_money BOOLEAN NOT NULL, segment TEXT, since TEXT NOT NULL
);
CREATE TABLE contract (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  billing_id TEXT NOT NULL UNIQUE,
  company_id INTEGER NOT NULL REFERENCES company (id),
  status TEXT NOT NULL, plan TEXT NOT NULL, seats INTEGER NOT NULL,
  started_at TEXT NOT NULL, period_end TEXT NOT NULL, ends_with_period BOOLEAN NOT NULL, ended_at TEXT
);
CREATE TABLE bill (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  billing_id TEXT NOT NULL UNIQUE,
  company_id INTEGER NOT NULL REFERENCES company (id),
  contract_id INTEGER REFERENCES contract (id),
  status TEXT NOT NULL, total INTEGER NOT NULL, due INTEGER NOT NULL, paid INTEGER NOT NULL, currency TEXT NOT NULL,
  attempts INTEGER NOT NULL, issued_at TEXT NOT NULL, paid_at TEXT
);
