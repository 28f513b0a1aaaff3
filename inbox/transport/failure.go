package transport

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"

	"golang.org/x/oauth2"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

const noToken = "the answer holds no token"

// fetching is how the endpoint's errors begin. The host is all of its URL that is shown,
// for the rest may hold a secret.
func (e *tokenEndpoint) fetching() string { return "fetching an OAuth2 token from " + e.host }

func (e *tokenEndpoint) failed(reason inbox.Reason, problem string) *inbox.Error {
	return inbox.Errorf(reason, "%s: %s", e.fetching(), problem)
}

// explain is the error of a fetch that failed with err. An endpoint may echo the secret
// anywhere, so nothing that it sent is shown but the status and a standard error code.
func (e *tokenEndpoint) explain(ctx context.Context, err error) *inbox.Error {
	var own *inbox.Error
	if errors.As(err, &own) || errors.As(inbox.ContextError(ctx, e.fetching()+": no answer in time"), &own) {
		return own
	}
	status := answerStatus(err)
	problem := fmt.Sprintf("%d %s", status, http.StatusText(status))
	if code := errorCode(err); code != "" {
		problem += ": " + code
	} else if status/100 == 2 {
		problem = noToken
	}
	switch status / 100 {
	case 0:
		return e.failed(inbox.Connection, connectionProblem(err))
	case 3:
		return e.failed(inbox.Auth, problem+": redirects are not followed, for they would carry the secret elsewhere")
	case 5:
		return e.failed(inbox.Connection, problem)
	default:
		return e.failed(inbox.Auth, problem)
	}
}

// answerStatus returns the HTTP status of the answer that a fetch failed with, 0 if there
// was no answer.
func answerStatus(err error) int {
	var refused *oauth2.RetrieveError
	var request *url.Error
	switch {
	case errors.As(err, &refused):
		return refused.Response.StatusCode
	case errors.As(err, &request):
		return 0
	default: // golang.org/x/oauth2 found no token in it
		return http.StatusOK
	}
}

// errorCodes are the codes of RFC 6749 and RFC 8707 that a token endpoint may answer with.
var errorCodes = []string{
	"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type",
	"invalid_scope", "access_denied", "server_error", "temporarily_unavailable", "invalid_target",
}

// errorCode returns the standard error code of an answer, "" if it has none.
func errorCode(err error) string {
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) {
		return ""
	}
	said := struct{ Error string }{refused.ErrorCode}
	if said.Error == "" { // the JWT grant leaves that to us
		if json.Unmarshal(refused.Body, &said) != nil {
			return ""
		}
	}
	if !slices.Contains(errorCodes, said.Error) {
		return ""
	}
	return said.Error
}

// connectionProblem says why there was no answer, with Go's own errors only: others of
// net/http quote what a server or a proxy said.
func connectionProblem(err error) string {
	var network *net.OpError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &certificate):
		return certificate.Error()
	case errors.As(err, &network):
		return network.Error()
	case errors.Is(err, http.ErrSchemeMismatch):
		return http.ErrSchemeMismatch.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection ended before the end of an answer"
	default:
		return "no HTTP answer from the endpoint or the proxy before it"
	}
}
