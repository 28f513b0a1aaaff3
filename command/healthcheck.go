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

// healthTime is how long the exporter has to say that it is ready.
const healthTime = 5 * time.Second

// Healthcheck asks the exporter that listens as flags say whether it is ready, and
// returns nil if it is. With a web configuration file it speaks TLS, if the exporter
// does, without verifying the certificate, and asks for no more than that the
// exporter wants a password or a certificate.
func Healthcheck(ctx context.Context, flags toolkit.FlagConfig) error {
	listen := *flags.WebListenAddresses
	if len(listen) == 0 || strings.HasPrefix(listen[0], "vsock:") {
		return errors.New("checking the health: no TCP address in --web.listen-address")
	}
	address, err := localAddress(listen[0])
	if err != nil {
		return fmt.Errorf("checking the health: --web.listen-address: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	guarded := *flags.WebConfigFile != ""
	if guarded {
		err = askHealth(ctx, "https://"+address, true)
		if noTLS := (tls.RecordHeaderError{}); !errors.As(err, &noTLS) {
			return err
		}
	}
	return askHealth(ctx, "http://"+address, guarded)
}

// localAddress returns where a listener is reached from the same machine: at localhost
// if it listens on all addresses.
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

func askHealth(ctx context.Context, base string, guarded bool) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/-/ready", nil)
	if err != nil {
		return fmt.Errorf("checking the health: %w", err)
	}
	transport := &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true}, // it is this machine, and nothing is told to it
	}
	response, err := transport.RoundTrip(request)
	if alert := tls.AlertError(0); guarded && errors.As(err, &alert) {
		return nil // it wants a client certificate: it is alive
	}
	if err != nil {
		return fmt.Errorf("checking the health: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK || guarded && response.StatusCode == http.StatusUnauthorized {
		return nil
	}
	return fmt.Errorf("checking the health: %s/-/ready: %s", base, response.Status)
}
