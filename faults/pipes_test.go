package faults

import (
	"errors"
	"os"
	"syscall"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// pipeSize is how much a pipe holds, in bytes: as little as possible.
const pipeSize = 4096

// pipe returns the ends of a pipe that holds pipeSize. The test closes the write end when
// the program has it.
func pipe(t *testing.T) (read, write *os.File) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		read.Close()
		write.Close()
	})
	const setSize = 1031 // F_SETPIPE_SZ
	if _, _, errno := syscall.Syscall(syscall.SYS_FCNTL, write.Fd(), setSize, pipeSize); errno != 0 {
		t.Fatal(errno)
	}
	return read, write
}

// unread returns the write end of a pipe that nobody can read any more.
func unread(t *testing.T) *os.File {
	t.Helper()
	read, write := pipe(t)
	read.Close()
	return write
}

// fifo makes a named pipe.
func fifo(t *testing.T, path string) string {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// awaitReader waits until the program reads a named pipe, and returns its other end.
func awaitReader(t *testing.T, path string) *os.File {
	t.Helper()
	var file *os.File
	programtest.Eventually(t, func() (err error) {
		file, err = os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		if err != nil && !errors.Is(err, syscall.ENXIO) {
			t.Fatal(err)
		}
		return err
	})
	t.Cleanup(func() { file.Close() })
	return file
}
