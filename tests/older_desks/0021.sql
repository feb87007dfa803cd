-- written by the code of commit 6f3f5cd8; the token of shop: mdk_QSngqNkBg6lkvcF-iASviJSC0drWhdeENPhp6IXql7c
BEGIN TRANSACTION;
CREATE TABLE active_models (
	provider VARCHAR(64) NOT NULL, 
	capability VARCHAR(64) NOT NULL, 
	model_id VARCHAR(200), 
	slot_version INTEGER NOT NULL, changed_in INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (provider, capability), 
	CONSTRAINT counted_from_one CHECK (slot_version >= 1), 
	FOREIGN KEY(provider, capability, model_id) REFERENCES stored_models (provider, capability, model_id) ON DELETE RESTRICT
);
INSERT INTO "active_models" VALUES('openai','chat','gpt-5',4,4);
INSERT INTO "active_models" VALUES('openai','embedding',NULL,2,6);
CREATE TABLE admins (
	name TEXT NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	password_hash TEXT NOT NULL, 
	is_active BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, name_key TEXT, 
	PRIMARY KEY (name), 
	CONSTRAINT known_role CHECK (role IN ('super', 'normal'))
);
INSERT INTO "admins" VALUES('sara','super','$argon2id$v=19$m=65536,t=3,p=4$KdFB0egcCTsi8w74MCniGQ$P6mHF2pXpWs/0mZVUdK9Ng4g+SZoPPZB6Y+sSox4U38',1,'2026-11-29 15:11:08.506743','sara');
INSERT INTO "admins" VALUES('نیما','normal','$argon2id$v=19$m=65536,t=3,p=4$aSmSqwHtJb9tlgzEZHdiaw$Rq6dn8aQhWhUfobwVHWJPT/YgZwG+ezJicJ708wp2n0',1,'2026-11-29 15:11:11.640362','نیما');
INSERT INTO "admins" VALUES('omid','normal','$argon2id$v=19$m=65536,t=3,p=4$/fXhkOJ1Y3u3bcD6n4MHfw$TY2BjYVTtRW1TKbJuUBQW1RBi+BVjUgZkyKPPPqE7Lc',0,'2026-11-29 15:11:14.322650','omid');
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0021');
CREATE TABLE api_tokens (
	digest VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	name_key TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	scopes TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	hint VARCHAR(4) NOT NULL, 
	used_at DATETIME, ended_at DATETIME, 
	PRIMARY KEY (digest), 
	UNIQUE (name_key), 
	FOREIGN KEY(owner) REFERENCES admins (name) ON DELETE CASCADE
);
INSERT INTO "api_tokens" VALUES('06287e3299970172be280571218455ab443a41c61dac571a433cc11c4b7a02fa','shop','shop','sara','read','2026-11-29 15:11:39.342159','2027-11-29 15:11:39.342159','ql7c',NULL,NULL);
CREATE TABLE audit_trail (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at DATETIME NOT NULL, 
	done_by TEXT NOT NULL, 
	address TEXT NOT NULL, 
	token TEXT, 
	action VARCHAR(64) NOT NULL, 
	subject TEXT NOT NULL, 
	"before" TEXT, 
	"after" TEXT
);
INSERT INTO "audit_trail" VALUES(1,'2026-11-29 15:11:05.354314','cli','',NULL,'provider-created','openai',NULL,'{"name":"OpenAI"}');
INSERT INTO "audit_trail" VALUES(2,'2026-11-29 15:11:05.354314','cli','',NULL,'provider-created','acme',NULL,'{"name":"Acme"}');
INSERT INTO "audit_trail" VALUES(3,'2026-11-29 15:11:08.506743','cli','',NULL,'admin-created','sara',NULL,'{"role":"super","is_active":true}');
INSERT INTO "audit_trail" VALUES(4,'2026-11-29 15:11:11.640362','cli','',NULL,'admin-created','نیما',NULL,'{"role":"normal","is_active":true}');
INSERT INTO "audit_trail" VALUES(5,'2026-11-29 15:11:14.322650','cli','',NULL,'admin-created','omid',NULL,'{"role":"normal","is_active":true}');
INSERT INTO "audit_trail" VALUES(6,'2026-11-29 15:11:16.998002','cli','',NULL,'admin-changed','omid','{"role":"normal","is_active":true}','{"role":"normal","is_active":false}');
INSERT INTO "audit_trail" VALUES(7,'2026-11-29 15:11:18.767577','cli','',NULL,'key-set','openai',NULL,'{"owner":null,"hint":"cdef"}');
INSERT INTO "audit_trail" VALUES(8,'2026-11-29 15:11:21.264790','cli','',NULL,'key-set','openai',NULL,'{"owner":"نیما","hint":"6789"}');
INSERT INTO "audit_trail" VALUES(9,'2026-11-29 15:11:24.600384','cli','',NULL,'model-selected','openai/chat','{"model_id":null}','{"model_id":"gpt-4o","slot_version":1}');
INSERT INTO "audit_trail" VALUES(10,'2026-11-29 15:11:27.073948','cli','',NULL,'model-selected','openai/chat','{"model_id":"gpt-4o"}','{"model_id":"gpt-5","slot_version":2}');
INSERT INTO "audit_trail" VALUES(11,'2026-11-29 15:11:29.210509','cli','',NULL,'model-selected','openai/chat','{"model_id":"gpt-5"}','{"model_id":"gpt-mine","slot_version":3}');
INSERT INTO "audit_trail" VALUES(12,'2026-11-29 15:11:32.066618','cli','',NULL,'choice-rolled-back','openai/chat','{"model_id":"gpt-mine"}','{"model_id":"gpt-5","slot_version":4}');
INSERT INTO "audit_trail" VALUES(13,'2026-11-29 15:11:33.765979','cli','',NULL,'model-selected','openai/embedding','{"model_id":null}','{"model_id":"e-3","slot_version":1}');
INSERT INTO "audit_trail" VALUES(14,'2026-11-29 15:11:34.930625','cli','',NULL,'model-deselected','openai/embedding','{"model_id":"e-3"}','{"model_id":null,"slot_version":2}');
INSERT INTO "audit_trail" VALUES(15,'2026-11-29 15:11:36.002152','cli','',NULL,'use-created','use:support-chat',NULL,'{"name":"support-chat","capability":"chat","provider":"openai","description":"","fallbacks":["acme"]}');
INSERT INTO "audit_trail" VALUES(16,'2026-11-29 15:11:39.323659','sara','127.0.0.1',NULL,'signed-in','sara',NULL,NULL);
INSERT INTO "audit_trail" VALUES(17,'2026-11-29 15:11:39.342159','sara','127.0.0.1',NULL,'token-made','shop',NULL,'{"owner":"sara","scopes":["read"],"expires_at":"2027-11-29T15:11:39.342Z","hint":"ql7c"}');
CREATE TABLE completed_requests (
	key_digest VARCHAR(64) NOT NULL, 
	request_digest VARCHAR(64) NOT NULL, 
	provider VARCHAR(64) NOT NULL, 
	capability VARCHAR(64) NOT NULL, 
	version INTEGER NOT NULL, 
	is_change BOOLEAN NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (key_digest)
);
CREATE TABLE dependent_hours (
	dependent INTEGER NOT NULL, 
	hour DATETIME NOT NULL, 
	requests INTEGER NOT NULL, 
	PRIMARY KEY (dependent, hour), 
	FOREIGN KEY(dependent) REFERENCES dependents (id) ON DELETE CASCADE
);
CREATE TABLE dependents (
	id INTEGER NOT NULL, 
	token TEXT NOT NULL, 
	consumer TEXT NOT NULL, 
	asked VARCHAR(130) NOT NULL, 
	last_seen_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT one_dependency UNIQUE (token, consumer, asked)
);
CREATE TABLE generations (
	id INTEGER NOT NULL, 
	catalogue INTEGER NOT NULL, 
	choices INTEGER NOT NULL, 
	access INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT one_row CHECK (id = 1)
);
INSERT INTO "generations" VALUES(1,3,7,6);
CREATE TABLE leases (
	name VARCHAR(64) NOT NULL, 
	holder VARCHAR(64) NOT NULL, 
	until DATETIME NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE "list_contents" (
	provider VARCHAR(64) NOT NULL, 
	owner TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	models BLOB NOT NULL, 
	PRIMARY KEY (provider, owner), 
	FOREIGN KEY(provider, owner) REFERENCES "vendor_lists" (provider, owner) ON DELETE CASCADE
);
CREATE TABLE missing_models (
	provider VARCHAR(64) NOT NULL, 
	model_id VARCHAR(200) NOT NULL, 
	lists INTEGER NOT NULL, 
	facts TEXT NOT NULL, 
	PRIMARY KEY (provider, model_id), 
	FOREIGN KEY(provider) REFERENCES providers (slug) ON DELETE RESTRICT
);
CREATE TABLE model_changes (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at DATETIME NOT NULL, 
	provider VARCHAR(64) NOT NULL, 
	model_id VARCHAR(200) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	"before" TEXT, 
	"after" TEXT, 
	FOREIGN KEY(provider) REFERENCES providers (slug) ON DELETE RESTRICT
);
CREATE TABLE observed_health (
	provider VARCHAR(64) NOT NULL, 
	capability VARCHAR(64) NOT NULL, 
	model_id VARCHAR(200) NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	PRIMARY KEY (provider, capability), 
	FOREIGN KEY(provider) REFERENCES providers (slug) ON DELETE RESTRICT
);
CREATE TABLE outbox (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	webhook VARCHAR(32) NOT NULL, 
	event_id VARCHAR(64) NOT NULL, 
	type VARCHAR(64) NOT NULL, 
	subject TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	body TEXT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	next_at DATETIME, 
	attempts INTEGER NOT NULL, 
	last_at DATETIME, 
	status INTEGER, 
	reason TEXT, 
	FOREIGN KEY(webhook) REFERENCES webhooks (id) ON DELETE CASCADE
);
CREATE TABLE provider_keys (
	provider VARCHAR(64) NOT NULL, 
	owner TEXT NOT NULL, 
	origin TEXT NOT NULL, 
	sealed BLOB NOT NULL, 
	hint VARCHAR(4) NOT NULL, 
	fingerprint VARCHAR(64) NOT NULL, 
	set_at DATETIME NOT NULL, 
	set_by TEXT NOT NULL, 
	is_suspended BOOLEAN NOT NULL, 
	PRIMARY KEY (provider, owner), 
	FOREIGN KEY(provider) REFERENCES providers (slug) ON DELETE RESTRICT
);
INSERT INTO "provider_keys" VALUES('openai','','https://openai.example',X'0154C966E19E3BCC0152F9F043059388EF75F1582DB3E7B98657EBBEB970500E1028A62CF9C416BFF72A5D471D5483B5383F4F8355D9DFF4D66130EFCA98','cdef','22044144e168c8c9','2026-11-29 15:11:18.767577','cli',0);
INSERT INTO "provider_keys" VALUES('openai','نیما','https://openai.example',X'0154C966E19E3BCC01350174DFA36144EF567B5CFE820ABAE600600F53608BEA44CE00CD7070389ACF851597A12D06E03BF16BF01FD6E9C49D26F6A9','6789','7e6678c27c2af7df','2026-11-29 15:11:21.264790','cli',0);
CREATE TABLE providers (
	slug VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	display_name TEXT NOT NULL, 
	description TEXT NOT NULL, 
	provider_class TEXT NOT NULL, 
	api_base_url TEXT NOT NULL, 
	website TEXT NOT NULL, 
	logo_url TEXT NOT NULL, 
	documentation_url TEXT NOT NULL, 
	capabilities TEXT NOT NULL, 
	config TEXT NOT NULL, 
	pricing_info TEXT NOT NULL, 
	sort_order INTEGER NOT NULL, 
	is_active BOOLEAN NOT NULL, 
	is_recommended BOOLEAN NOT NULL, 
	allow_personal_keys BOOLEAN NOT NULL, 
	allow_shared_for_normal_admins BOOLEAN NOT NULL, version INTEGER DEFAULT '1' NOT NULL, translations TEXT DEFAULT '{}' NOT NULL, entry_digest VARCHAR(64), imported_values TEXT DEFAULT '{}' NOT NULL, 
	PRIMARY KEY (slug)
);
INSERT INTO "providers" VALUES('openai','OpenAI','OpenAI','گفت‌وگو','OpenAIProvider','https://openai.example/v1','','','','{"chat":{"supported":true,"has_dynamic_models":false,"description":"","models":["gpt-4o","gpt-5"]},"embedding":{"supported":true,"has_dynamic_models":false,"description":"","models":["e-3"]}}','{}','{}',0,1,0,1,0,1,'{}','434c900d57b999a1ee24b4a14634d302f2fb9b51ebdadc2570ac06bae733795c','{}');
INSERT INTO "providers" VALUES('acme','Acme','Acme','','OpenAICompatibleProvider','https://api.acme.example/v1','','','','{"chat":{"supported":true,"has_dynamic_models":false,"description":"","models":[{"id":"old-large","name":"Old Large","pricing":{"currency":"USD","unit":"1M tokens","prompt":"2.50","completion":"10.00"},"context_length":128000}]}}','{}','{}',0,0,0,1,0,1,'{}','c92b1d2813fa88089737a705bd85f1d2ffbc873c4b4dafa1e05a01460b3a74a2','{}');
CREATE TABLE refresh_plans (
	provider VARCHAR(64) NOT NULL, 
	next_at DATETIME NOT NULL, 
	planned_at DATETIME NOT NULL, 
	failures INTEGER NOT NULL, 
	PRIMARY KEY (provider), 
	FOREIGN KEY(provider) REFERENCES providers (slug) ON DELETE RESTRICT
);
CREATE TABLE restores (
	versions_above INTEGER NOT NULL, 
	restored_at DATETIME NOT NULL, 
	PRIMARY KEY (versions_above)
);
CREATE TABLE sessions (
	digest VARCHAR(64) NOT NULL, 
	admin TEXT NOT NULL, 
	csrf_token TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	address TEXT NOT NULL, 
	used_at DATETIME NOT NULL, 
	PRIMARY KEY (digest), 
	FOREIGN KEY(admin) REFERENCES admins (name) ON DELETE CASCADE
);
INSERT INTO "sessions" VALUES('469e6c39738b46aa4517d25f81c6f64e3fa127a2d4dc03d09317b14bed5e7cf7','sara','O9HUenGrmGxDHDEQ8-orxE_0lSNLe0uU-_dT6EuWd1U','2026-11-29 15:11:39.323659','2026-11-30 03:11:39.323659','127.0.0.1','2026-11-29 15:11:39.323659');
CREATE TABLE set_up_token (
	id INTEGER NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT one_row CHECK (id = 1)
);
CREATE TABLE sign_in_attempts (
	digest VARCHAR(64) NOT NULL, 
	failures INTEGER NOT NULL, 
	last_at DATETIME NOT NULL, 
	PRIMARY KEY (digest)
);
CREATE TABLE slot_history (
	provider VARCHAR(64) NOT NULL, 
	capability VARCHAR(64) NOT NULL, 
	version INTEGER NOT NULL, 
	model_id VARCHAR(200), 
	model_name TEXT, 
	is_free BOOLEAN, 
	chosen_at DATETIME NOT NULL, 
	chosen_by TEXT NOT NULL, restores INTEGER, 
	PRIMARY KEY (provider, capability, version), 
	CONSTRAINT counted_from_one CHECK (version >= 1), 
	CONSTRAINT model_whole_or_none CHECK ((model_id IS NULL) = (model_name IS NULL)), 
	FOREIGN KEY(provider) REFERENCES providers (slug) ON DELETE RESTRICT
);
INSERT INTO "slot_history" VALUES('openai','chat',1,'gpt-4o','GPT-4o',0,'2026-11-29 15:11:24.600384','cli',NULL);
INSERT INTO "slot_history" VALUES('openai','chat',2,'gpt-5','GPT-5',0,'2026-11-29 15:11:27.073948','cli',NULL);
INSERT INTO "slot_history" VALUES('openai','chat',3,'gpt-mine','Ours',1,'2026-11-29 15:11:29.210509','cli',NULL);
INSERT INTO "slot_history" VALUES('openai','chat',4,'gpt-5','GPT-5',0,'2026-11-29 15:11:32.066618','cli',2);
INSERT INTO "slot_history" VALUES('openai','embedding',1,'e-3','e-3',NULL,'2026-11-29 15:11:33.765979','cli',NULL);
INSERT INTO "slot_history" VALUES('openai','embedding',2,NULL,NULL,NULL,'2026-11-29 15:11:34.930625','cli',NULL);
CREATE TABLE stored_models (
	provider VARCHAR(64) NOT NULL, 
	capability VARCHAR(64) NOT NULL, 
	model_id VARCHAR(200) NOT NULL, 
	model_name TEXT NOT NULL, 
	is_free BOOLEAN, 
	selected_at DATETIME NOT NULL, 
	selected_by TEXT NOT NULL, 
	PRIMARY KEY (provider, capability, model_id), 
	FOREIGN KEY(provider) REFERENCES providers (slug) ON DELETE RESTRICT
);
INSERT INTO "stored_models" VALUES('openai','chat','gpt-4o','GPT-4o',0,'2026-11-29 15:11:24.600384','cli');
INSERT INTO "stored_models" VALUES('openai','chat','gpt-5','GPT-5',0,'2026-11-29 15:11:32.066549','cli');
INSERT INTO "stored_models" VALUES('openai','chat','gpt-mine','Ours',1,'2026-11-29 15:11:29.210509','cli');
INSERT INTO "stored_models" VALUES('openai','embedding','e-3','e-3',NULL,'2026-11-29 15:11:33.765979','cli');
CREATE TABLE use_history (
	name VARCHAR(64) NOT NULL, 
	version INTEGER NOT NULL, 
	description TEXT, 
	provider VARCHAR(64), 
	capability VARCHAR(64), 
	fallbacks TEXT, 
	changed_at DATETIME NOT NULL, 
	changed_by TEXT NOT NULL, 
	restores INTEGER, 
	PRIMARY KEY (name, version), 
	CONSTRAINT counted_from_one CHECK (version >= 1), 
	CONSTRAINT use_whole_or_none CHECK ((provider IS NULL) = (capability IS NULL)), 
	FOREIGN KEY(provider) REFERENCES providers (slug) ON DELETE RESTRICT
);
INSERT INTO "use_history" VALUES('support-chat',1,'','openai','chat','["acme"]','2026-11-29 15:11:36.002152','cli',NULL);
CREATE TABLE uses (
	name VARCHAR(64) NOT NULL, 
	description TEXT NOT NULL, 
	provider VARCHAR(64) NOT NULL, 
	capability VARCHAR(64) NOT NULL, 
	fallbacks TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	PRIMARY KEY (name), 
	CONSTRAINT counted_from_one CHECK (version >= 1), 
	FOREIGN KEY(provider) REFERENCES providers (slug) ON DELETE RESTRICT
);
INSERT INTO "uses" VALUES('support-chat','','openai','chat','["acme"]',1);
CREATE TABLE "vendor_lists" (
	provider VARCHAR(64) NOT NULL, 
	owner TEXT NOT NULL, 
	digest VARCHAR(32) NOT NULL, 
	revision BIGINT NOT NULL, 
	count INTEGER NOT NULL, 
	fetched_at DATETIME, 
	invalidations INTEGER NOT NULL, 
	is_cleared BOOLEAN NOT NULL, 
	failure_code VARCHAR(64), 
	failure_reason TEXT, 
	failure_digest VARCHAR(32), 
	failed_at DATETIME, 
	shrunk_digest VARCHAR(32), 
	shrunk_count INTEGER, 
	asked_at DATETIME, 
	PRIMARY KEY (provider, owner), 
	FOREIGN KEY(provider) REFERENCES providers (slug) ON DELETE RESTRICT
);
CREATE TABLE webhook_events (
	webhook VARCHAR(32) NOT NULL, 
	event VARCHAR(64) NOT NULL, 
	PRIMARY KEY (webhook, event), 
	FOREIGN KEY(webhook) REFERENCES webhooks (id) ON DELETE CASCADE
);
CREATE TABLE webhooks (
	id VARCHAR(32) NOT NULL, 
	url TEXT NOT NULL, 
	is_active BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	created_by TEXT NOT NULL, 
	sealed BLOB NOT NULL, 
	previous BLOB, 
	previous_until DATETIME, 
	PRIMARY KEY (id)
);
CREATE INDEX ix_sessions_admin ON sessions (admin);
CREATE INDEX ix_sign_in_attempts_last_at ON sign_in_attempts (last_at);
CREATE INDEX ix_audit_trail_at ON audit_trail (at);
CREATE INDEX ix_audit_trail_subject ON audit_trail (subject);
CREATE INDEX ix_audit_trail_done_by ON audit_trail (done_by);
CREATE INDEX ix_api_tokens_owner ON api_tokens (owner);
CREATE INDEX ix_model_changes_at ON model_changes (at);
CREATE INDEX ix_model_changes_provider ON model_changes (provider);
CREATE UNIQUE INDEX admins_name_key ON admins (name_key);
CREATE INDEX outbox_next_at ON outbox (next_at);
CREATE INDEX outbox_in_order ON outbox (webhook, subject, state, number);
CREATE INDEX ix_dependents_asked ON dependents (asked);
CREATE INDEX ix_dependents_last_seen_at ON dependents (last_seen_at);
CREATE INDEX ix_active_models_changed_in ON active_models (changed_in);
CREATE INDEX ix_completed_requests_at ON completed_requests (at);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('audit_trail',17);
INSERT INTO "sqlite_sequence" VALUES('outbox',0);
COMMIT;
