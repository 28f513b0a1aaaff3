package transport

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/regularfile"
)

// fileTimeout is for reading one file.
const fileTimeout = 10 * time.Second

// secretFiles reads the secret files of an account. There is at most one goroutine per
// file, even if the file system hangs.
type secretFiles struct {
	load     func(path string) (string, error)
	remember Remember
	reads    sharedCalls[string] // by path
}

func newSecretFiles(load func(path string) (string, error), remember Remember) *secretFiles {
	return &secretFiles{load: load, remember: remember}
}

// publicFiles are the keys of files that hold no secret.
var publicFiles = []string{"ca_file", "cert_file", "username_file"}

// Fetch reads the file of a reference from withRefs. It implements the SecretManager of
// prometheus/common.
func (f *secretFiles) Fetch(ctx context.Context, ref string) (string, error) {
	key, path, _ := strings.Cut(ref, " ")
	text, err := f.read(ctx, key, path)
	if err == nil && (key == "credentials_file" || key == "bearer_token_file") {
		err = sendable(key, path, text)
	}
	return text, err
}

// readHeader reads a file whose content is sent verbatim in a header.
func (f *secretFiles) readHeader(ctx context.Context, path string) (string, error) {
	const key = "http_headers file"
	text, err := f.read(ctx, key, path)
	if err == nil {
		f.remember.header(key+" "+path, text)
		err = sendable(key, path, text)
	}
	return text, err
}

// read returns the content of a file without surrounding white space. It returns when ctx
// ends at the latest. All errors are of type *inbox.Error.
func (f *secretFiles) read(ctx context.Context, key, path string) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, fileTimeout,
		fileError(inbox.Timeout, key, path, fmt.Sprintf("not read within %s", fileTimeout)))
	defer cancel()
	late := fileError(inbox.Timeout, key, path, "not read before the deadline")
	text, err := f.reads.do(ctx, path, late.Error(), func(context.Context) (string, error) { return f.load(path) })
	text = strings.TrimSpace(text)
	var own *inbox.Error
	var wrapped *fs.PathError
	switch {
	case errors.As(err, &own):
		return "", own
	case errors.As(err, &wrapped):
		return "", fileError(inbox.Auth, key, path, wrapped.Err.Error())
	case err != nil:
		return "", fileError(inbox.Auth, key, path, err.Error())
	case text == "":
		return "", fileError(inbox.Auth, key, path, "the file is empty")
	}
	if !slices.Contains(publicFiles, key) {
		f.remember(key+" "+path, text)
	}
	return text, nil
}

// sendable returns an error if the text cannot be sent in a header.
func sendable(key, path, text string) error {
	if strings.ContainsFunc(text, unicode.IsControl) {
		return fileError(inbox.Auth, key, path, "it contains a line break or another control character")
	}
	return nil
}

func fileError(reason inbox.Reason, key, path, problem string) *inbox.Error {
	return inbox.Errorf(reason, "reading %s %s: %s", key, path, problem)
}

// readRegular returns the content of a file that may hold a secret.
func readRegular(path string) (string, error) {
	data, err := regularfile.Read(path, regularfile.MaxSecret)
	return string(data), err
}
