-- written by the code of commit 391d0ee9; the token of shop: none
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
INSERT INTO "active_models" VALUES('openai','chat','gpt-mine',3);
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
INSERT INTO "admins" VALUES('sara','super','$argon2id$v=19$m=65536,t=3,p=4$fbj6SLVAM3MRmyV2cFit1Q$hbocCGDPMQw9tbAKsEDeJ17sT84hLthJtvKAsOyVYPU',1,'2026-11-29 15:21:50.551145');
INSERT INTO "admins" VALUES('نیما','normal','$argon2id$v=19$m=65536,t=3,p=4$Zgi+HJl6w1zQxTDRW/BIFw$0QkSHcbInplyKIasImoj0xrRAom97tYRL1xDHhu7eGY',1,'2026-11-29 15:21:53.923217');
INSERT INTO "admins" VALUES('omid','normal','$argon2id$v=19$m=65536,t=3,p=4$N+PnZfqYIi8+3HuBaO0MFA$aqAo3PhGjEwf/SciDchmnVlNw720WSIRsGRh9PLfISk',0,'2026-11-29 15:21:57.916090');
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE generations (
	id INTEGER NOT NULL, 
	catalogue INTEGER NOT NULL, 
	choices INTEGER NOT NULL, 
	access INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT one_row CHECK (id = 1)
);
INSERT INTO "generations" VALUES(1,1,5,4);
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
	allow_shared_for_normal_admins BOOLEAN NOT NULL, 
	PRIMARY KEY (slug)
);
INSERT INTO "providers" VALUES('openai','OpenAI','OpenAI','گفت‌وگو','OpenAIProvider','https://openai.example/v1','','','','{"chat":{"supported":true,"has_dynamic_models":false,"description":"","models":["gpt-4o","gpt-5"]},"embedding":{"supported":true,"has_dynamic_models":false,"description":"","models":["e-3"]}}','{}','{}',0,1,0,1,0);
INSERT INTO "providers" VALUES('acme','Acme','Acme','','OpenAICompatibleProvider','https://api.acme.example/v1','','','','{"chat":{"supported":true,"has_dynamic_models":false,"description":"","models":[{"id":"old-large","name":"Old Large","pricing":{"currency":"USD","unit":"1M tokens","prompt":"2.50","completion":"10.00"},"context_length":128000}]}}','{}','{}',0,0,0,1,0);
CREATE TABLE sessions (
	digest VARCHAR(64) NOT NULL, 
	admin TEXT NOT NULL, 
	csrf_token TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (digest), 
	FOREIGN KEY(admin) REFERENCES admins (name) ON DELETE CASCADE
);
CREATE TABLE slot_history (
	provider VARCHAR(64) NOT NULL, 
	capability VARCHAR(64) NOT NULL, 
	version INTEGER NOT NULL, 
	model_id VARCHAR(200), 
	model_name TEXT, 
	is_free BOOLEAN, 
	chosen_at DATETIME NOT NULL, 
	chosen_by TEXT NOT NULL, 
	PRIMARY KEY (provider, capability, version), 
	CONSTRAINT counted_from_one CHECK (version >= 1), 
	CONSTRAINT model_whole_or_none CHECK ((model_id IS NULL) = (model_name IS NULL)), 
	FOREIGN KEY(provider) REFERENCES providers (slug) ON DELETE RESTRICT
);
INSERT INTO "slot_history" VALUES('openai','chat',1,'gpt-4o','GPT-4o',0,'2026-11-29 15:22:02.210875','cli');
INSERT INTO "slot_history" VALUES('openai','chat',2,'gpt-5','GPT-5',0,'2026-11-29 15:22:04.955145','cli');
INSERT INTO "slot_history" VALUES('openai','chat',3,'gpt-mine','Ours',1,'2026-11-29 15:22:07.225554','cli');
INSERT INTO "slot_history" VALUES('openai','embedding',1,'e-3','e-3',NULL,'2026-11-29 15:22:10.037140','cli');
INSERT INTO "slot_history" VALUES('openai','embedding',2,NULL,NULL,NULL,'2026-11-29 15:22:14.097223','cli');
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
INSERT INTO "stored_models" VALUES('openai','chat','gpt-4o','GPT-4o',0,'2026-11-29 15:22:02.210875','cli');
INSERT INTO "stored_models" VALUES('openai','chat','gpt-5','GPT-5',0,'2026-11-29 15:22:04.955145','cli');
INSERT INTO "stored_models" VALUES('openai','chat','gpt-mine','Ours',1,'2026-11-29 15:22:07.225554','cli');
INSERT INTO "stored_models" VALUES('openai','embedding','e-3','e-3',NULL,'2026-11-29 15:22:10.037140','cli');
CREATE INDEX ix_sessions_admin ON sessions (admin);
COMMIT;
