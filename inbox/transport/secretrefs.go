package transport

import promconfig "github.com/prometheus/common/config"

// withRefs returns a copy of cfg in which files are replaced by references for a secret
// manager. A reference is the configuration key of the file, a space, and its path.
func withRefs(cfg promconfig.HTTPClientConfig) promconfig.HTTPClientConfig {
	if cfg.BearerTokenFile != "" { // there is no BearerTokenRef
		cfg.Authorization = &promconfig.Authorization{Type: "Bearer", CredentialsRef: "bearer_token_file " + cfg.BearerTokenFile}
		cfg.BearerTokenFile = ""
	}
	if cfg.Authorization != nil {
		authorization := *cfg.Authorization
		refer("credentials_file", &authorization.CredentialsFile, &authorization.CredentialsRef)
		cfg.Authorization = &authorization
	}
	if cfg.BasicAuth != nil {
		basic := *cfg.BasicAuth
		refer("username_file", &basic.UsernameFile, &basic.UsernameRef)
		refer("password_file", &basic.PasswordFile, &basic.PasswordRef)
		cfg.BasicAuth = &basic
	}
	refer("ca_file", &cfg.TLSConfig.CAFile, &cfg.TLSConfig.CARef)
	refer("cert_file", &cfg.TLSConfig.CertFile, &cfg.TLSConfig.CertRef)
	refer("key_file", &cfg.TLSConfig.KeyFile, &cfg.TLSConfig.KeyRef)
	return cfg
}

// refer replaces the path of a file with a reference.
func refer(key string, file, ref *string) {
	if *file != "" {
		*ref, *file = key+" "+*file, ""
	}
}
