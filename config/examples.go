package config

// examples are shown in errors about values that are not the mapping or list that their
// keys need.
var examples = map[string]string{
	"/accounts":         "[{name: acme, url: https://api-v7.express-chat.com}]",
	"/accounts[]":       "{name: acme, url: https://api-v7.express-chat.com}",
	"accounts":          "[acme]",
	"dimensions":        "{status: {open: {status: [OPEN]}}}",
	"authorization":     "{credentials_file: acme.token}",
	"basic_auth":        "{username: acme, password_file: acme.password}",
	"by":                "[channel]",
	"createdAt":         "{startAt: now/d}",
	"/dimensions":       "{status: {open: {status: [OPEN]}}}",
	"filter":            "{isOnline: true}",
	"group_by":          "{channel: platform}",
	"http_headers":      "{X-Team: {values: [support]}}",
	"labels":            "{team: support}",
	"lastMessageBy":     "[user]",
	"lastSeenAt":        "{startAt: now-1h}",
	"oauth2":            "{client_id: exporter, client_secret_file: acme.secret, token_url: https://auth.acme.example/token}",
	"names":             "{64f0c0ffee00000000000009: Asha}",
	"older_than":        "[1m, 5m]",
	"sum":               "{unread: unreadMessages}",
	"waiting":           "{older_than: [1m, 5m]}",
	"/queries":          "[{name: users, help: All contacts.}]",
	"/queries[]":        "{name: users, help: All contacts.}",
	"status":            "[OPEN]",
	"tls_config":        "{ca_file: acme.pem}",
	"applicableFilters": "[status]",
}

// instead are keys that people write for the token, and what to write.
var instead = map[string]string{
	"token":        inAuthorization,
	"api_token":    inAuthorization,
	"apiToken":     inAuthorization,
	"api_key":      inAuthorization,
	"apiKey":       inAuthorization,
	"access_token": inAuthorization,
	"credentials":  inAuthorization,
	"token_file":   "authorization: {credentials_file: acme.token}",
}

const inAuthorization = "authorization: {credentials: \"${BOTPENGUIN_TOKEN}\"} or authorization: {credentials_file: acme.token}"
