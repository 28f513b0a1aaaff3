package programtest

import (
	"context"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// Env is the environment of a program: it has no other variables.
type Env map[string]string

func (e Env) lookup(name string) (value string, ok bool) {
	value, ok = e[name]
	return value, ok
}

func (e Env) list() []string {
	list := []string{"GORACE=atexit_sleep_ms=0"} // or else the race detector makes each end a second later
	for name, value := range e {
		list = append(list, name+"="+value)
	}
	return list
}

// Launcher starts a program: it is a [Func] or a [Binary].
type Launcher interface {
	launch(env Env, args []string, stdout, stderr io.Writer) (*process, error)
}

// process is a program that runs, or did.
type process struct {
	signal func(syscall.Signal)
	ended  chan struct{} // closed when it has ended and all its output is written
	exit   int           // valid then
}

// wait waits for the end and returns the exit code. A program that does not end has to
// print its stacks, which ends it.
func (p *process) wait() int {
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.signal(syscall.SIGQUIT)
		<-p.ended
	}
	return p.exit
}

// Func is a program that runs in the process of the test: it ends when ctx does, and
// returns its exit code. SIGINT and SIGTERM end ctx, any other signal reaches the whole
// process.
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

// Binary is the path of a program that runs in a process of its own.
type Binary string

func (b Binary) launch(env Env, args []string, stdout, stderr io.Writer) (*process, error) {
	command := exec.Command(string(b), args...)
	command.Env, command.Stdout, command.Stderr = env.list(), stdout, stderr
	if err := command.Start(); err != nil {
		return nil, err
	}
	p := &process{ended: make(chan struct{}), signal: func(s syscall.Signal) {
		_ = command.Process.Signal(s) // an error says that it has ended
	}}
	go func() {
		defer close(p.ended)
		_ = command.Wait() // the exit code tells
		p.exit = command.ProcessState.ExitCode()
		if status := command.ProcessState.Sys().(syscall.WaitStatus); status.Signaled() {
			p.exit = 128 + int(status.Signal())
		}
	}()
	return p, nil
}
