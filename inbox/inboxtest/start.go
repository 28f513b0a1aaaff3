package inboxtest

import (
	"net"
	"net/http"
	"sync"
)

// TB is the part of testing.TB that Start needs. It keeps package testing out of programs that import this package.
type TB interface {
	Helper()
	Cleanup(func())
}

// Start returns a server that listens on a loopback port until the test ends. The cleanup waits for running hooks, so a
// hook must return when the context of its request ends. Start panics if it cannot listen.
func Start(tb TB, options ...Option) *Server {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic("inboxtest: no loopback port to listen on: " + err.Error())
	}
	s := New(options...)
	s.URL = "http://" + listener.Addr().String()
	var running sync.WaitGroup
	server := &http.Server{Handler: s, ConnState: func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			running.Add(1)
		case http.StateClosed, http.StateHijacked:
			running.Done()
		}
	}}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // returns http.ErrServerClosed
	}()
	tb.Cleanup(func() {
		_ = server.Close() // the error of the listener, which is no longer used
		<-served
		running.Wait()
	})
	return s
}
