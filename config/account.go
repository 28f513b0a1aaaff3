package config

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
)

// accountKeys are the keys of an account that are the exporter's own. The others
// are those of the HTTP client.
var accountKeys = []string{
	"name", "url", "rate_limit", "concurrency", "timeout", "min_interval", "counting", "verify", "dimensions",
}

// authorizations are the keys of an account that can authorize its requests.
var authorizations = []string{
	"authorization", "basic_auth", "oauth2", "bearer_token", "bearer_token_file", "http_headers",
}

// accountDraft is an account with what its queries are expanded with.
type accountDraft struct {
	*Account
	at         strictyaml.Value // the account in the file
	keys       strictyaml.Mapping
	walk       bool
	verify     Verify
	dimensions dimensions
}

// accounts reads the list of accounts.
func (r *reader) accounts(list []strictyaml.Value, global dimensions) []*accountDraft {
	var all []*accountDraft
	taken := make(takenNames)
	for _, v := range list {
		if _, ok := v.Entries(); !ok {
			continue
		}
		account := r.account(section(v), global)
		taken.add(account.Name, account.at, account.keys)
		all = append(all, account)
	}
	return all
}

// account reads one account. No error shows a value of it: any may be a secret that
// was pasted to a wrong place.
func (r *reader) account(v strictyaml.Value, global dimensions) *accountDraft {
	keys, _ := v.Mapping(append(slices.Clone(accountKeys), httpClientKeys()...)...)
	keys.Require("name", "url")
	account := &accountDraft{
		Account:    &Account{at: v, RateLimit: 10, Concurrency: 4, Timeout: 10 * time.Second},
		at:         v,
		keys:       keys,
		dimensions: global,
	}
	if v, ok := keys.Get("name"); ok {
		account.Name, _ = v.NonEmptyText()
	}
	if v, ok := keys.Get("url"); ok {
		account.URL = baseURL(v)
		account.ShownURL = shownURL(account.URL, v)
	}
	readLimits(account.Account, keys)
	account.verify = VerifyWarn
	if v, ok := keys.Get("verify"); ok {
		account.verify = verify(v)
	}
	if v, ok := keys.Get("counting"); ok {
		account.walk = walks(v)
	}
	if v, ok := keys.Get("dimensions"); ok {
		account.dimensions = r.dimensions(v).over(global)
	}
	account.HTTP = r.httpClient(v)
	if !slices.ContainsFunc(authorizations, keys.Has) {
		v.Warnf("has no authorization, which the API needs")
	} else if v, ok := keys.Get("url"); ok {
		adviseEncryption(v, account.URL, "the authorization")
	}
	return account
}

// alertedAge is the threshold botpenguin_threshold:results_age_seconds of the alerts.
const alertedAge = 15 * time.Minute

// readLimits reads the numbers and durations of an account.
func readLimits(account *Account, keys strictyaml.Mapping) {
	if v, ok := keys.Get("rate_limit"); ok {
		rate, ok := v.Number()
		if ok && rate < 0 {
			v.Errorf("want requests per second, 0 for no limit")
		}
		account.RateLimit = rate
	}
	if v, ok := keys.Get("concurrency"); ok {
		most, ok := v.Number()
		if ok && (most < 1 || most > 1000 || most != float64(int(most))) {
			v.Errorf("want a whole number from 1 to 1000")
		}
		account.Concurrency = int(most)
	}
	if v, ok := keys.Get("timeout"); ok {
		timeout, ok := v.Duration()
		if ok && timeout == 0 {
			v.Errorf("want a duration above 0")
		}
		account.Timeout = timeout
	}
	if v, ok := keys.Get("min_interval"); ok {
		account.MinInterval, _ = v.Duration()
		if account.MinInterval >= alertedAge {
			v.Warnf("results may become older than the %s after which the alert BotPenguinResultsOld fires: raise its threshold, too", alertedAge)
		}
	}
}

// walks reads a counting key and reports whether every page is to be read.
func walks(v strictyaml.Value) bool {
	counting, ok := v.NonEmptyText()
	if ok && counting != "walk" && counting != "probe" {
		v.Errorf("want probe or walk")
	}
	return counting == "walk"
}

// baseURL reads the account's URL. Errors do not show it: a URL that is not
// accepted may have a password in it.
func baseURL(v strictyaml.Value) *url.URL {
	text, ok := v.NonEmptyText()
	if !ok {
		return nil
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		v.Errorf("not a valid URL, want for example https://api-v7.express-chat.com")
	case u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		v.Errorf("want a URL that begins with https:// or http:// and a host")
	case u.User != nil:
		v.Errorf("the URL contains a user, use basic_auth")
	case strings.HasSuffix(strings.TrimRight(u.Path, "/"), "/inbox/users"):
		v.Errorf("the URL ends with the API's path /inbox/users, want only what is before it")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		v.Errorf("the URL has a query or a fragment, want only the base of the API's paths")
	}
	return u
}
