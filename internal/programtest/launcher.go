package programtest

import (
	"context"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// Env is the complete environment of a program.
type Env map[string]string

func (e Env) lookup(name string) (value string, ok bool) {
	value, ok = e[name]
	return value, ok
}

func (e Env) list() []string {
	list := []string{"GORACE=atexit_sleep_ms=0"} // the race detector delays each exit by a second by default
	for name, value := range e {
		list = append(list, name+"="+value)
	}
	return list
}

// Launcher starts a program: it is a [Func] or a [Binary].
type Launcher interface {
	launch(env Env, args []string, stdout, stderr io.Writer) (*process, error)
}

// process is a program that was started.
type process struct {
	signal func(syscall.Signal)
	ended  chan struct{} // closed when the program has ended and all its output is written
	exit   int           // the exit code, valid when ended is closed
	pid    int           // that of a Binary
}

// wait waits for the end and returns the exit code. A program that does not end is sent a
// SIGQUIT, which makes it print its stacks and end.
func (p *process) wait() int {
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.signal(syscall.SIGQUIT)
		<-p.ended
	}
	return p.exit
}

// Func is a program that runs in the process of the test. It must return its exit code
// when ctx ends. SIGINT and SIGTERM end ctx; other signals are sent to the whole process.
type Func func(ctx context.Context, args []string, env func(string) (string, bool), stdout, stderr io.Writer) int

func (f Func) launch(env Env, args []string, stdout, stderr io.Writer) (*process, error) {
	ctx, cancel := context.WithCancel(context.Background())
	p := &process{ended: make(chan struct{}), signal: func(s syscall.Signal) {
		if s == syscall.SIGINT || s == syscall.SIGTERM {
			cancel()
			return
		}
		_ = syscall.Kill(os.Getpid(), s) // this process exists
	}}
	go func() {
		defer close(p.ended)
		defer cancel()
		p.exit = f(ctx, args, env.lookup, stdout, stderr)
	}()
	return p, nil
}

// Binary is the path of a program that runs in its own process.
type Binary string

func (b Binary) launch(env Env, args []string, stdout, stderr io.Writer) (*process, error) {
	command := exec.Command(string(b), args...)
	command.Env, command.Stdout, command.Stderr = env.list(), stdout, stderr
	if err := command.Start(); err != nil {
		return nil, err
	}
	p := &process{ended: make(chan struct{}), pid: command.Process.Pid, signal: func(s syscall.Signal) {
		_ = command.Process.Signal(s) // fails only if it has ended
	}}
	go func() {
		defer close(p.ended)
		_ = command.Wait() // its error is the exit code
		p.exit = command.ProcessState.ExitCode()
		if status := command.ProcessState.Sys().(syscall.WaitStatus); status.Signaled() {
			p.exit = 128 + int(status.Signal())
		}
	}()
	return p, nil
}
