BEGIN TRANSACTION;
CREATE TABLE access_tokens (
	digest VARCHAR NOT NULL, 
	customer VARCHAR NOT NULL, 
	expires_at VARCHAR NOT NULL, 
	PRIMARY KEY (digest), 
	FOREIGN KEY(customer) REFERENCES customers (name)
);
INSERT INTO "access_tokens" VALUES('07c1a1664b938dc591b0c7591413662b223b89996aaefddc408e4786f6379039','ada','2027-11-28T23:53:03.004442Z');
CREATE TABLE accounts (
	name VARCHAR NOT NULL, 
	customer VARCHAR, 
	opened_at VARCHAR NOT NULL, 
	closed_at VARCHAR, 
	PRIMARY KEY (name)
);
INSERT INTO "accounts" VALUES('bank:funding',NULL,'2026-11-28T23:53:01.745456Z',NULL);
INSERT INTO "accounts" VALUES('current:ada','ada','2026-11-28T23:53:03.004442Z',NULL);
CREATE TABLE consents (
	id VARCHAR NOT NULL, 
	customer VARCHAR NOT NULL, 
	user_id VARCHAR NOT NULL, 
	dream_id VARCHAR NOT NULL, 
	max_frequency VARCHAR NOT NULL, 
	max_amount_cents BIGINT NOT NULL, 
	state VARCHAR NOT NULL, 
	answered_at VARCHAR, 
	due_at VARCHAR, 
	claimed_until VARCHAR, 
	attempts INTEGER NOT NULL, 
	last_error VARCHAR, 
	PRIMARY KEY (id), 
	FOREIGN KEY(customer) REFERENCES customers (name)
);
CREATE TABLE customers (
	name VARCHAR NOT NULL, 
	registered_at VARCHAR NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "customers" VALUES('ada','2026-11-28T23:53:03.004442Z');
CREATE TABLE entries (
	n INTEGER NOT NULL, 
	posting VARCHAR NOT NULL, 
	account VARCHAR NOT NULL, 
	amount_cents BIGINT NOT NULL, 
	PRIMARY KEY (n), 
	FOREIGN KEY(posting) REFERENCES postings (reference), 
	FOREIGN KEY(account) REFERENCES accounts (name)
);
INSERT INTO "entries" VALUES(1,'opening:ada','bank:funding',-1000000);
INSERT INTO "entries" VALUES(2,'opening:ada','current:ada',1000000);
CREATE TABLE event_look (
	n INTEGER NOT NULL, 
	"after" VARCHAR, 
	due_at VARCHAR, 
	claimed_until VARCHAR, 
	attempts INTEGER NOT NULL, 
	last_error VARCHAR, 
	PRIMARY KEY (n)
);
INSERT INTO "event_look" VALUES(1,NULL,NULL,NULL,0,NULL);
CREATE TABLE impact_events (
	id VARCHAR NOT NULL, 
	type VARCHAR NOT NULL, 
	created_at VARCHAR NOT NULL, 
	came_by VARCHAR NOT NULL, 
	received_at VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE orders (
	n INTEGER NOT NULL, 
	id VARCHAR NOT NULL, 
	customer VARCHAR NOT NULL, 
	request_id VARCHAR, 
	user_id VARCHAR, 
	dream_id VARCHAR, 
	product VARCHAR NOT NULL, 
	account_external_id VARCHAR, 
	account_id VARCHAR, 
	savings_account VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	ordered_at VARCHAR NOT NULL, 
	due_at VARCHAR, 
	claimed_until VARCHAR, 
	attempts INTEGER NOT NULL, 
	last_error VARCHAR, 
	PRIMARY KEY (n), 
	UNIQUE (customer, request_id), 
	UNIQUE (id), 
	FOREIGN KEY(customer) REFERENCES customers (name)
);
CREATE TABLE postings (
	n INTEGER NOT NULL, 
	reference VARCHAR NOT NULL, 
	posted_at VARCHAR NOT NULL, 
	PRIMARY KEY (n), 
	UNIQUE (reference)
);
INSERT INTO "postings" VALUES(1,'opening:ada','2026-11-28T23:53:03.004442Z');
CREATE TABLE reports (
	reference VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	account VARCHAR NOT NULL, 
	amount_cents BIGINT NOT NULL, 
	state VARCHAR NOT NULL, 
	due_at VARCHAR, 
	claimed_until VARCHAR, 
	attempts INTEGER NOT NULL, 
	last_error VARCHAR, 
	PRIMARY KEY (reference), 
	FOREIGN KEY(reference) REFERENCES postings (reference), 
	FOREIGN KEY(account) REFERENCES accounts (name)
);
CREATE TABLE settlement (
	n INTEGER NOT NULL, 
	due_at VARCHAR, 
	claimed_until VARCHAR, 
	attempts INTEGER NOT NULL, 
	last_error VARCHAR, 
	PRIMARY KEY (n)
);
INSERT INTO "settlement" VALUES(1,NULL,NULL,0,NULL);
CREATE TABLE signing_keys (
	kid VARCHAR NOT NULL, 
	private_number VARCHAR NOT NULL, 
	PRIMARY KEY (kid)
);
INSERT INTO "signing_keys" VALUES('0d3f9937-a08d-4bab-a0f6-880cd0038719','0000000000000000000000000000000000000000000000000000000000000001');
CREATE TABLE transfers (
	transaction_id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	customer VARCHAR NOT NULL, 
	user_id VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	target VARCHAR NOT NULL, 
	amount_cents BIGINT NOT NULL, 
	state VARCHAR NOT NULL, 
	reason VARCHAR, 
	received_at VARCHAR NOT NULL, 
	due_at VARCHAR, 
	claimed_until VARCHAR, 
	attempts INTEGER NOT NULL, 
	last_error VARCHAR, 
	PRIMARY KEY (transaction_id)
);
CREATE INDEX ix_accounts_customer ON accounts (customer);
CREATE INDEX ix_transfers_due_at ON transfers (due_at);
CREATE INDEX ix_settlement_due_at ON settlement (due_at);
CREATE INDEX ix_event_look_due_at ON event_look (due_at);
CREATE INDEX ix_access_tokens_expires_at ON access_tokens (expires_at);
CREATE UNIQUE INDEX one_account_per_customer ON orders (customer, coalesce(dream_id, '')) WHERE (state NOT IN ('REFUSED', 'REFUSAL_REPORTED', 'CLOSED'));
CREATE INDEX ix_orders_savings_account ON orders (savings_account);
CREATE INDEX ix_orders_due_at ON orders (due_at);
CREATE INDEX ix_orders_account_id ON orders (account_id);
CREATE INDEX ix_entries_posting ON entries (posting);
CREATE INDEX ix_entries_account ON entries (account);
CREATE INDEX ix_reports_due_at ON reports (due_at);
CREATE INDEX ix_consents_due_at ON consents (due_at);
COMMIT;
PRAGMA user_version = 5;
