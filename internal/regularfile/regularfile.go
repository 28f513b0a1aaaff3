// Package regularfile reads files that somebody else chose: it neither waits for nor
// reads pipes, devices and the like, and never reads more than it is told to.
package regularfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// Most that files of the exporter may have, in bytes.
const (
	// MaxSecret is the limit for a file with a secret or a certificate.
	MaxSecret = 1 << 20
	// MaxConfiguration is the limit for a configuration.
	MaxConfiguration = 16 << 20
)

// Read returns the content of a regular file, or of one that path links to, of at most
// limit bytes, a multiple of 1 MiB.
func Read(path string, limit int64) ([]byte, error) {
	// Without O_NONBLOCK, opening a pipe waits for its other end. Windows ignores it.
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	data, err := io.ReadAll(io.LimitReader(file, limit+1)) // its size may be wrong, as in /proc
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("larger than %d MiB", limit>>20)
	}
	return data, err
}
