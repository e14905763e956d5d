DROP TABLE openid_identities;
DELETE FROM tokens WHERE grant_id IS NOT NULL;
ALTER TABLE tokens DROP COLUMN grant_id;
DROP TABLE oauth_refreshes, oauth_codes, oauth_grants, oauth_apps;
