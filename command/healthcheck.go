package command

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	toolkit "github.com/prometheus/exporter-toolkit/web"
)

// healthcheckTimeout is how long the exporter may take to respond.
const healthcheckTimeout = 5 * time.Second

// Healthcheck returns nil if the exporter that listens on the address in flags is ready.
// With a web configuration file, it tries TLS first, does not verify the certificate, and
// also accepts an exporter that requires a password or a client certificate.
func Healthcheck(ctx context.Context, flags toolkit.FlagConfig) error {
	listen := *flags.WebListenAddresses
	if len(listen) == 0 || strings.HasPrefix(listen[0], "vsock:") {
		return errors.New("healthcheck: --web.listen-address is not a TCP address")
	}
	address, err := localAddress(listen[0])
	if err != nil {
		return fmt.Errorf("healthcheck: --web.listen-address: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, healthcheckTimeout)
	defer cancel()
	secured := *flags.WebConfigFile != ""
	if secured {
		err = checkReady(ctx, "https://"+address, true)
		if noTLS := (tls.RecordHeaderError{}); !errors.As(err, &noTLS) {
			return err
		}
	}
	return checkReady(ctx, "http://"+address, secured)
}

// localAddress returns the address at which a listener is reachable from this machine:
// localhost if it listens on all addresses.
func localAddress(listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port), nil
}

// checkReady requests /-/ready. If the exporter is secured, it is also ready if it
// requires credentials.
func checkReady(ctx context.Context, base string, secured bool) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/-/ready", nil)
	if err != nil {
		return fmt.Errorf("healthcheck: %w", err)
	}
	transport := &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true}, // it is this machine, and no secret is sent
	}
	response, err := transport.RoundTrip(request)
	if alert := tls.AlertError(0); secured && errors.As(err, &alert) {
		return nil // it requires a client certificate
	}
	if err != nil {
		return fmt.Errorf("healthcheck: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK || secured && response.StatusCode == http.StatusUnauthorized {
		return nil
	}
	return fmt.Errorf("healthcheck: %s/-/ready: %s", base, response.Status)
}
