package transport

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"
	"unicode"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/regularfile"
)

// fileTimeout is for one file, for those whose context lasts longer.
const fileTimeout = 10 * time.Second

// secretFiles reads an account's secret files. For each file there is at most one
// goroutine, even while its file system hangs.
type secretFiles struct {
	load  func(path string) (string, error)
	reads group[string]
}

func newSecretFiles(load func(path string) (string, error)) *secretFiles {
	return &secretFiles{load: load}
}

// Fetch reads the file of a reference that withRefs made. It makes secretFiles the
// secret manager of prometheus/common.
func (f *secretFiles) Fetch(ctx context.Context, ref string) (string, error) {
	key, path, _ := strings.Cut(ref, " ")
	text, err := f.read(ctx, key, path)
	if err == nil && (key == "credentials_file" || key == "bearer_token_file") {
		err = sendable(key, path, text)
	}
	return text, err
}

// readHeader reads a file whose content is sent in a header as it is.
func (f *secretFiles) readHeader(ctx context.Context, path string) (string, error) {
	const key = "http_headers file"
	text, err := f.read(ctx, key, path)
	if err == nil {
		err = sendable(key, path, text)
	}
	return text, err
}

// read returns the content of a file without the white space around it. It returns when
// ctx ends at the latest. Every error is an *inbox.Error.
func (f *secretFiles) read(ctx context.Context, key, path string) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, fileTimeout,
		fileError(inbox.Timeout, key, path, fmt.Sprintf("nothing read within %s", fileTimeout)))
	defer cancel()
	late := fileError(inbox.Timeout, key, path, "nothing read before the deadline")
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
		return "", fileError(inbox.Auth, key, path, "it is empty")
	}
	return text, nil
}

// sendable returns an error for a text that a header cannot hold.
func sendable(key, path, text string) error {
	if strings.ContainsFunc(text, unicode.IsControl) {
		return fileError(inbox.Auth, key, path, "it holds a line break or another control character")
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
