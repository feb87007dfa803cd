-- written by the code of commit c69a16aa; the token of shop: mdk_-z2CQPvbWZVl7KrbERh64wNcpr0mqnXRuKLnNvOt9O0
BEGIN TRANSACTION;
CREATE TABLE active_models (
	provider VARCHAR(64) NOT NULL, 
	capability VARCHAR(64) NOT NULL, 
	model_id VARCHAR(200), 
	slot_version INTEGER NOT NULL, 
	PRIMARY KEY (provider, capability), 
	CONSTRAINT counted_from_one CHECK (slot_version >= 1), 
	FOREIGN KEY(provider, capability, model_id) REFERENCES stored_models (provider, capability, model_id) ON DELETE RESTRICT
);
INSERT INTO "active_models" VALUES('openai','chat','gpt-5',4);
INSERT INTO "active_models" VALUES('openai','embedding',NULL,2);
CREATE TABLE admins (
	name TEXT NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	password_hash TEXT NOT NULL, 
	is_active BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (name), 
	CONSTRAINT known_role CHECK (role IN ('super', 'normal'))
);
INSERT INTO "admins" VALUES('sara','super','$argon2id$v=19$m=65536,t=3,p=4$r7Cfr93HwAlN8lIsxFDkNg$ZTL1nxfAMbep6bAbJkvl2Gf9JvoVvfiPIP0GQ3YQdqw',1,'2026-11-29 15:10:31.467193');
INSERT INTO "admins" VALUES('نیما','normal','$argon2id$v=19$m=65536,t=3,p=4$R12qiwiEXGUWQkmFS+hk2A$wPx9pWMGgeI1as/hl9sPr8j8yzWpuyXGu7hdzJu7uN4',1,'2026-11-29 15:10:33.860249');
INSERT INTO "admins" VALUES('omid','normal','$argon2id$v=19$m=65536,t=3,p=4$57crixam7vv+ATWjIYmUtw$ett1Bo42gK4jiDwkP6ss51k3Ykp1rcbwlOdrMjxKasM',0,'2026-11-29 15:10:37.383497');
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0008');
CREATE TABLE api_tokens (
	digest VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	name_key TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	scopes TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	hint VARCHAR(4) NOT NULL, 
	used_at DATETIME, 
	PRIMARY KEY (digest), 
	UNIQUE (name_key), 
	FOREIGN KEY(owner) REFERENCES admins (name) ON DELETE CASCADE
);
INSERT INTO "api_tokens" VALUES('09ebeb8e363f4d6f08d73693baed8140f1e423be68eb01de162d67a08652959f','shop','shop','sara','read','2026-11-29 15:11:01.744724','2027-11-29 15:11:01.744724','t9O0',NULL);
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
INSERT INTO "audit_trail" VALUES(1,'2026-11-29 15:10:27.817719','cli','',NULL,'provider-created','openai',NULL,'{"name":"OpenAI"}');
INSERT INTO "audit_trail" VALUES(2,'2026-11-29 15:10:27.817719','cli','',NULL,'provider-created','acme',NULL,'{"name":"Acme"}');
INSERT INTO "audit_trail" VALUES(3,'2026-11-29 15:10:31.467193','cli','',NULL,'admin-created','sara',NULL,'{"role":"super","is_active":true}');
INSERT INTO "audit_trail" VALUES(4,'2026-11-29 15:10:33.860249','cli','',NULL,'admin-created','نیما',NULL,'{"role":"normal","is_active":true}');
INSERT INTO "audit_trail" VALUES(5,'2026-11-29 15:10:37.383497','cli','',NULL,'admin-created','omid',NULL,'{"role":"normal","is_active":true}');
INSERT INTO "audit_trail" VALUES(6,'2026-11-29 15:10:39.691406','cli','',NULL,'admin-changed','omid','{"role":"normal","is_active":true}','{"role":"normal","is_active":false}');
INSERT INTO "audit_trail" VALUES(7,'2026-11-29 15:10:42.436511','cli','',NULL,'key-set','openai',NULL,'{"owner":null,"hint":"cdef"}');
INSERT INTO "audit_trail" VALUES(8,'2026-11-29 15:10:44.114127','cli','',NULL,'key-set','openai',NULL,'{"owner":"نیما","hint":"6789"}');
INSERT INTO "audit_trail" VALUES(9,'2026-11-29 15:10:46.239440','cli','',NULL,'model-selected','openai/chat','{"model_id":null}','{"model_id":"gpt-4o","slot_version":1}');
INSERT INTO "audit_trail" VALUES(10,'2026-11-29 15:10:49.087989','cli','',NULL,'model-selected','openai/chat','{"model_id":"gpt-4o"}','{"model_id":"gpt-5","slot_version":2}');
INSERT INTO "audit_trail" VALUES(11,'2026-11-29 15:10:50.952131','cli','',NULL,'model-selected','openai/chat','{"model_id":"gpt-5"}','{"model_id":"gpt-mine","slot_version":3}');
INSERT INTO "audit_trail" VALUES(12,'2026-11-29 15:10:52.815276','cli','',NULL,'choice-rolled-back','openai/chat','{"model_id":"gpt-mine"}','{"model_id":"gpt-5","slot_version":4}');
INSERT INTO "audit_trail" VALUES(13,'2026-11-29 15:10:54.260405','cli','',NULL,'model-selected','openai/embedding','{"model_id":null}','{"model_id":"e-3","slot_version":1}');
INSERT INTO "audit_trail" VALUES(14,'2026-11-29 15:10:56.079149','cli','',NULL,'model-deselected','openai/embedding','{"model_id":"e-3"}','{"model_id":null,"slot_version":2}');
INSERT INTO "audit_trail" VALUES(15,'2026-11-29 15:11:01.677335','sara','127.0.0.1',NULL,'signed-in','sara',NULL,NULL);
INSERT INTO "audit_trail" VALUES(16,'2026-11-29 15:11:01.744724','sara','127.0.0.1',NULL,'token-made','shop',NULL,'{"owner":"sara","scopes":["read"],"expires_at":"2027-11-29T15:11:01.744Z","hint":"t9O0"}');
CREATE TABLE generations (
	id INTEGER NOT NULL, 
	catalogue INTEGER NOT NULL, 
	choices INTEGER NOT NULL, 
	access INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT one_row CHECK (id = 1)
);
INSERT INTO "generations" VALUES(1,3,6,6);
CREATE TABLE "list_contents" (
	provider VARCHAR(64) NOT NULL, 
	owner TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	models BLOB NOT NULL, 
	PRIMARY KEY (provider, owner), 
	FOREIGN KEY(provider, owner) REFERENCES "vendor_lists" (provider, owner) ON DELETE CASCADE
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
INSERT INTO "provider_keys" VALUES('openai','','https://openai.example',X'0154C966E19E3BCC016085068963ECC6A8DB6F6EB09CABF097647DB82425DCAFEFCD8D0A46B4BB2FF095CF62EF94DF0CAF4DE1A1BBAFF3280656523CF641','cdef','22044144e168c8c9','2026-11-29 15:10:42.436511','cli',0);
INSERT INTO "provider_keys" VALUES('openai','نیما','https://openai.example',X'0154C966E19E3BCC01EBF78D343969138D1B0408B9E8B330271D4ABCCCCBBCF739A028BD8C8D265292E7A5107F14577A3CC8167B965F43885296A7A4','6789','7e6678c27c2af7df','2026-11-29 15:10:44.114127','cli',0);
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
	allow_shared_for_normal_admins BOOLEAN NOT NULL, version INTEGER DEFAULT '1' NOT NULL, 
	PRIMARY KEY (slug)
);
INSERT INTO "providers" VALUES('openai','OpenAI','OpenAI','گفت‌وگو','OpenAIProvider','https://openai.example/v1','','','','{"chat":{"supported":true,"has_dynamic_models":false,"description":"","models":["gpt-4o","gpt-5"]},"embedding":{"supported":true,"has_dynamic_models":false,"description":"","models":["e-3"]}}','{}','{}',0,1,0,1,0,1);
INSERT INTO "providers" VALUES('acme','Acme','Acme','','OpenAICompatibleProvider','https://api.acme.example/v1','','','','{"chat":{"supported":true,"has_dynamic_models":false,"description":"","models":[{"id":"old-large","name":"Old Large","pricing":{"currency":"USD","unit":"1M tokens","prompt":"2.50","completion":"10.00"},"context_length":128000}]}}','{}','{}',0,0,0,1,0,1);
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
INSERT INTO "sessions" VALUES('507bb3e871e29b046d4bf18df5c3369426082441ff1e0ef6a10178f5cfb16cd7','sara','RIiNl1VwlSoxPM3W000x5OMHdszAHL03Leh3yKu1DGs','2026-11-29 15:11:01.677335','2026-11-30 03:11:01.677335','127.0.0.1','2026-11-29 15:11:01.677335');
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
INSERT INTO "slot_history" VALUES('openai','chat',1,'gpt-4o','GPT-4o',0,'2026-11-29 15:10:46.239440','cli',NULL);
INSERT INTO "slot_history" VALUES('openai','chat',2,'gpt-5','GPT-5',0,'2026-11-29 15:10:49.087989','cli',NULL);
INSERT INTO "slot_history" VALUES('openai','chat',3,'gpt-mine','Ours',1,'2026-11-29 15:10:50.952131','cli',NULL);
INSERT INTO "slot_history" VALUES('openai','chat',4,'gpt-5','GPT-5',0,'2026-11-29 15:10:52.815276','cli',2);
INSERT INTO "slot_history" VALUES('openai','embedding',1,'e-3','e-3',NULL,'2026-11-29 15:10:54.260405','cli',NULL);
INSERT INTO "slot_history" VALUES('openai','embedding',2,NULL,NULL,NULL,'2026-11-29 15:10:56.079149','cli',NULL);
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
INSERT INTO "stored_models" VALUES('openai','chat','gpt-4o','GPT-4o',0,'2026-11-29 15:10:46.239440','cli');
INSERT INTO "stored_models" VALUES('openai','chat','gpt-5','GPT-5',0,'2026-11-29 15:10:52.815227','cli');
INSERT INTO "stored_models" VALUES('openai','chat','gpt-mine','Ours',1,'2026-11-29 15:10:50.952131','cli');
INSERT INTO "stored_models" VALUES('openai','embedding','e-3','e-3',NULL,'2026-11-29 15:10:54.260405','cli');
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
CREATE INDEX ix_sessions_admin ON sessions (admin);
CREATE INDEX ix_sign_in_attempts_last_at ON sign_in_attempts (last_at);
CREATE INDEX ix_audit_trail_done_by ON audit_trail (done_by);
CREATE INDEX ix_audit_trail_at ON audit_trail (at);
CREATE INDEX ix_audit_trail_subject ON audit_trail (subject);
CREATE INDEX ix_api_tokens_owner ON api_tokens (owner);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('audit_trail',16);
COMMIT;
