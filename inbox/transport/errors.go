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

const noToken = "the response contains no token"

// fetching returns the beginning of the endpoint's error texts. It only shows the host,
// because the rest of the URL may contain a secret.
func (e *tokenEndpoint) fetching() string { return "fetching an OAuth2 token from " + e.host }

// failed returns an error with the given reason and problem.
func (e *tokenEndpoint) failed(reason inbox.Reason, problem string) *inbox.Error {
	return inbox.Errorf(reason, "%s: %s", e.fetching(), problem)
}

// explain returns the error to show for a fetch that failed with err. The endpoint may
// echo the secret anywhere in its response, so only the status and a standard error code
// are shown.
func (e *tokenEndpoint) explain(ctx context.Context, err error) *inbox.Error {
	var own *inbox.Error
	if errors.As(err, &own) || errors.As(inbox.ContextError(ctx, e.fetching()+": no response in time"), &own) {
		return own
	}
	status := responseStatus(err)
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
		return e.failed(inbox.Auth, problem+": redirects are not followed, because they could send the secret to another host")
	case 5:
		return e.failed(inbox.Connection, problem)
	default:
		return e.failed(inbox.Auth, problem)
	}
}

// responseStatus returns the HTTP status of the response to a failed fetch, 0 if there
// was no response.
func responseStatus(err error) int {
	var refused *oauth2.RetrieveError
	var request *url.Error
	switch {
	case errors.As(err, &refused):
		return refused.Response.StatusCode
	case errors.As(err, &request):
		return 0
	default: // golang.org/x/oauth2 found no token in the response
		return http.StatusOK
	}
}

// errorCodes are the error codes of token endpoints in RFC 6749 and RFC 8707.
var errorCodes = []string{
	"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type",
	"invalid_scope", "access_denied", "server_error", "temporarily_unavailable", "invalid_target",
}

// errorCode returns the standard error code of a response, "" if it has none.
func errorCode(err error) string {
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) {
		return ""
	}
	response := struct{ Error string }{refused.ErrorCode}
	if response.Error == "" { // the JWT grant does not set ErrorCode
		if json.Unmarshal(refused.Body, &response) != nil {
			return ""
		}
	}
	if !slices.Contains(errorCodes, response.Error) {
		return ""
	}
	return response.Error
}

// connectionProblem returns why there was no response. It only uses errors that cannot
// quote a server or proxy, as some of net/http do.
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
		return "the connection was closed before the end of the response"
	default:
		return "no HTTP response from the endpoint or its proxy"
	}
}
