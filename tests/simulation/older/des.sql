BEGIN TRANSACTION;
CREATE TABLE access_tokens (
	token_hash TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	expires_at TEXT NOT NULL, 
	PRIMARY KEY (token_hash), 
	FOREIGN KEY(tenant_id) REFERENCES tenants (id)
);
CREATE TABLE accounts (
	n INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	type TEXT NOT NULL, 
	external_id TEXT, 
	balance_cents BIGINT NOT NULL, 
	liquid_balance_cents BIGINT, 
	performance_cents BIGINT, 
	performance_percent FLOAT, 
	total_acquisition_cost_cents BIGINT, 
	valuation_from TEXT, 
	valuation_at TEXT, 
	PRIMARY KEY (n), 
	UNIQUE (user_id, external_id), 
	UNIQUE (id), 
	FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE dreams (
	n INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	account_id TEXT, 
	name TEXT NOT NULL, 
	target_cents BIGINT NOT NULL, 
	expires_at TEXT, 
	balance_cents BIGINT NOT NULL, 
	milestone_percent INTEGER NOT NULL, 
	achieved_at TEXT, 
	deleted_at TEXT, 
	provisioning_initiated_at TEXT, 
	account_provision_request_id TEXT, 
	PRIMARY KEY (n), 
	UNIQUE (id), 
	FOREIGN KEY(user_id) REFERENCES users (id), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "dreams" VALUES(1,'72b774f9-8cc4-48e0-b423-d8c1bf5fc9ca','cba752ac-6c79-4049-8d59-3acdd8961ca1',NULL,'Bike',250000,NULL,0,0,NULL,NULL,NULL,NULL);
CREATE TABLE events (
	n INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	at_us BIGINT NOT NULL, 
	type TEXT NOT NULL, 
	data JSON NOT NULL, 
	PRIMARY KEY (n), 
	UNIQUE (tenant_id, at_us), 
	UNIQUE (id)
);
INSERT INTO "events" VALUES(1,'0a09944a-1c8f-46ee-9f88-d82403f4bfd6','demo',1795909983431924,'UserCreated','{"type":"User","id":"cba752ac-6c79-4049-8d59-3acdd8961ca1","externalId":"ada","unreadMessagesCount":0}');
INSERT INTO "events" VALUES(2,'78ab85b4-d875-4df7-9ddf-c374a4194874','demo',1795909983431925,'PageView','{"path":"/","timestamp":"2026-11-28T23:53:03.431924Z","user":{"type":"User","id":"cba752ac-6c79-4049-8d59-3acdd8961ca1","externalId":"ada"}}');
INSERT INTO "events" VALUES(3,'e8d257f1-b533-4b65-a042-045a83e854f5','demo',1795909983557818,'DreamCreated','{"type":"Dream","id":"72b774f9-8cc4-48e0-b423-d8c1bf5fc9ca","name":"Bike","targetCents":250000,"balanceCents":0,"user":{"type":"User","id":"cba752ac-6c79-4049-8d59-3acdd8961ca1","externalId":"ada"}}');
CREATE TABLE idempotency_keys (
	principal TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	status INTEGER NOT NULL, 
	body TEXT NOT NULL, 
	at TEXT NOT NULL, 
	PRIMARY KEY (principal, "key")
)
 WITHOUT ROWID

;
INSERT INTO "idempotency_keys" VALUES('cba752ac-6c79-4049-8d59-3acdd8961ca1','f164ba19-74df-406e-9900-7d250c3aef60','3ec6af4153eddab13bf153677e50a085984f03ac4df00bfa585dc68a9aac9149',201,'{"dream":{"type":"Dream","id":"72b774f9-8cc4-48e0-b423-d8c1bf5fc9ca","name":"Bike","targetCents":250000,"balanceCents":0,"expiresAt":null,"achievedAt":null,"deletedAt":null,"user":{"type":"User","id":"cba752ac-6c79-4049-8d59-3acdd8961ca1","externalId":"ada"},"account":null,"groupDream":null,"dreamInspiration":null,"provisioningInitiatedAt":null,"accountProvisionRequestId":null}}','2026-11-28T23:53:03.557818Z');
CREATE TABLE savehack_launches (
	n INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	dream_id TEXT NOT NULL, 
	type TEXT NOT NULL, 
	terms JSON NOT NULL, 
	seed BIGINT NOT NULL, 
	timezone TEXT NOT NULL, 
	started_at TEXT, 
	drafted_at TEXT, 
	paused_at TEXT, 
	pause_reason TEXT, 
	stopped_at TEXT, 
	transfer_consent_id TEXT, 
	obsolete_launch_id TEXT, 
	occurrences INTEGER NOT NULL, 
	due_at TEXT, 
	PRIMARY KEY (n), 
	UNIQUE (id), 
	FOREIGN KEY(user_id) REFERENCES users (id), 
	FOREIGN KEY(dream_id) REFERENCES dreams (id)
);
CREATE TABLE sessions (
	secret_hash TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	expires_at TEXT NOT NULL, 
	maximum_expires_at TEXT, 
	locale TEXT, 
	theme TEXT, 
	timezone TEXT, 
	PRIMARY KEY (secret_hash), 
	FOREIGN KEY(user_id) REFERENCES users (id)
);
INSERT INTO "sessions" VALUES('6cd49c524f2d5f152ec0902db1598cc696627f73061d7116d6456661d063428c','cba752ac-6c79-4049-8d59-3acdd8961ca1','2027-11-28T23:53:03.000000Z',NULL,'sv-SE',NULL,NULL);
CREATE TABLE tenants (
	id TEXT NOT NULL, 
	client_id TEXT NOT NULL, 
	client_secret_hash TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (client_id)
);
INSERT INTO "tenants" VALUES('demo','demo-bank','95cd31e07cba56fa4061475e5efe5cd335ced24110a6348d3c03ae3cd47f1d19');
CREATE TABLE transactions (
	n INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	launch_id TEXT, 
	occurrence INTEGER, 
	transfer_consent_id TEXT, 
	type TEXT NOT NULL, 
	external_id TEXT, 
	amount_cents BIGINT NOT NULL, 
	state TEXT NOT NULL, 
	requested_at TEXT NOT NULL, 
	settled_at TEXT, 
	failed_at TEXT, 
	errors JSON NOT NULL, 
	from_account_id TEXT, 
	from_dream_id TEXT, 
	to_account_id TEXT, 
	to_dream_id TEXT, 
	PRIMARY KEY (n), 
	UNIQUE (launch_id, occurrence), 
	UNIQUE (user_id, external_id), 
	UNIQUE (id), 
	FOREIGN KEY(user_id) REFERENCES users (id), 
	FOREIGN KEY(launch_id) REFERENCES savehack_launches (id), 
	FOREIGN KEY(from_account_id) REFERENCES accounts (id), 
	FOREIGN KEY(from_dream_id) REFERENCES dreams (id), 
	FOREIGN KEY(to_account_id) REFERENCES accounts (id), 
	FOREIGN KEY(to_dream_id) REFERENCES dreams (id)
);
CREATE TABLE transfer_consent_tickets (
	temporary_id TEXT NOT NULL, 
	consent_id TEXT NOT NULL, 
	expires_at TEXT NOT NULL, 
	PRIMARY KEY (temporary_id), 
	FOREIGN KEY(consent_id) REFERENCES transfer_consents (id)
);
CREATE TABLE transfer_consents (
	n INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	launch_id TEXT NOT NULL, 
	max_frequency TEXT NOT NULL, 
	max_amount_cents BIGINT NOT NULL, 
	consented_at TEXT, 
	rejected_at TEXT, 
	PRIMARY KEY (n), 
	UNIQUE (id), 
	FOREIGN KEY(user_id) REFERENCES users (id), 
	FOREIGN KEY(launch_id) REFERENCES savehack_launches (id)
);
CREATE TABLE users (
	n INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	external_id TEXT NOT NULL, 
	given_name TEXT, 
	family_name TEXT, 
	provisioning_initiated_at TEXT, 
	account_provision_request_id TEXT, 
	PRIMARY KEY (n), 
	UNIQUE (tenant_id, external_id), 
	UNIQUE (id), 
	FOREIGN KEY(tenant_id) REFERENCES tenants (id)
);
INSERT INTO "users" VALUES(1,'cba752ac-6c79-4049-8d59-3acdd8961ca1','demo','ada',NULL,NULL,NULL,NULL);
CREATE TABLE webhook_endpoints (
	tenant_id TEXT NOT NULL, 
	url TEXT NOT NULL, 
	transactions_url TEXT, 
	secret TEXT NOT NULL, 
	old_secret TEXT, 
	old_secret_until TEXT, 
	delivered_us BIGINT NOT NULL, 
	hinted_us BIGINT NOT NULL, 
	batch_id TEXT, 
	batch_at TEXT, 
	batch_until_us BIGINT, 
	attempts INTEGER NOT NULL, 
	due_at TEXT, 
	claimed_until TEXT, 
	claims INTEGER NOT NULL, 
	last_error TEXT, 
	unsubscribed_at TEXT, 
	PRIMARY KEY (tenant_id), 
	FOREIGN KEY(tenant_id) REFERENCES tenants (id)
);
CREATE INDEX ix_sessions_user_id ON sessions (user_id);
CREATE INDEX ix_dreams_user_id ON dreams (user_id);
CREATE INDEX ix_dreams_account_id ON dreams (account_id);
CREATE INDEX ix_savehack_launches_dream_id ON savehack_launches (dream_id);
CREATE INDEX ix_savehack_launches_user_id ON savehack_launches (user_id);
CREATE INDEX ix_savehack_launches_due_at ON savehack_launches (due_at);
CREATE INDEX ix_transfer_consents_launch_id ON transfer_consents (launch_id);
CREATE INDEX ix_transfer_consents_user_id ON transfer_consents (user_id);
CREATE INDEX ix_transactions_user_id ON transactions (user_id);
CREATE INDEX transactions_in_order ON transactions (requested_at, n);
CREATE INDEX ix_transactions_from_dream_id ON transactions (from_dream_id);
CREATE INDEX ix_transactions_to_dream_id ON transactions (to_dream_id);
CREATE INDEX transactions_in_order_by_state ON transactions (state, requested_at, n);
CREATE INDEX ix_transfer_consent_tickets_consent_id ON transfer_consent_tickets (consent_id);
COMMIT;
PRAGMA user_version = 2;
