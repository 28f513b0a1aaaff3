package inboxtest

import (
	"net"
	"net/http"
	"sync"
)

// TB is the part of testing.TB that Start needs; a program that imports this package links no testing code.
type TB interface {
	Helper()
	Cleanup(func())
}

// Start returns a server that listens on a loopback port until the test ends. Nothing of it is left running then; a hook
// that is still busy is waited for, so it should heed the context of its request.
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
		_ = server.Serve(listener) // always ends with http.ErrServerClosed, by the cleanup
	}()
	tb.Cleanup(func() {
		_ = server.Close() // its error is the listener's, which nobody uses any more
		<-served
		running.Wait()
	})
	return s
}
