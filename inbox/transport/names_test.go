package transport

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	promconfig "github.com/prometheus/common/config"
)

// nameServer is a DNS server that knows one name at most, whichever it is asked for. It
// answers once it knows an address.
type nameServer struct {
	mu      sync.Mutex
	known   chan struct{} // closed when address is set
	address net.IP
}

// resolver returns a resolver that asks the server.
func (s *nameServer) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go s.serve(theirs)
		return ours, nil
	}}
}

func (s *nameServer) set(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.address == nil {
		close(s.known)
	}
	s.address = net.ParseIP(address).To4()
}

// serve answers the first question of a connection as RFC 1035 says.
func (s *nameServer) serve(conn net.Conn) {
	defer conn.Close()
	size := make([]byte, 2)
	if _, err := io.ReadFull(conn, size); err != nil {
		return
	}
	query := make([]byte, binary.BigEndian.Uint16(size))
	if _, err := io.ReadFull(conn, query); err != nil {
		return
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		io.Copy(io.Discard, conn)
	}()
	select {
	case <-s.known:
	case <-gone:
		return
	}
	answer := s.answer(query)
	conn.Write(binary.BigEndian.AppendUint16(nil, uint16(len(answer))))
	conn.Write(answer)
	<-gone
}

// answer has no record for a question that is not for an IPv4 address.
func (s *nameServer) answer(query []byte) []byte {
	const header, typeA, classIN = 12, 1, 1
	end := header
	for query[end] != 0 {
		end += 1 + int(query[end])
	}
	question := query[header : end+5]
	records := uint16(0)
	if binary.BigEndian.Uint16(query[end+1:]) == typeA {
		records = 1
	}
	answer := append([]byte{query[0], query[1]}, 0x81, 0x80, 0, 1, 0, byte(records), 0, 0, 0, 0)
	answer = append(answer, question...)
	if records > 0 {
		s.mu.Lock()
		defer s.mu.Unlock()
		answer = append(answer, 0xc0, header, 0, typeA, 0, classIN, 0, 0, 0, 0, 0, net.IPv4len) // it lives for 0 s
		answer = append(answer, s.address...)
	}
	return answer
}

// A name is resolved for each connection, and a server of names that hangs is waited
// for until the context ends. This test replaces the resolver of the whole process, so it
// does not run in parallel.
func TestNameThatChanges(t *testing.T) {
	names := &nameServer{known: make(chan struct{})}
	before := net.DefaultResolver
	net.DefaultResolver = names.resolver()
	defer func() { net.DefaultResolver = before }()

	first := listenAt(t, "127.0.0.77:0")
	_, port, err := net.SplitHostPort(first.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	second := listenAt(t, "127.0.0.79:"+port)
	url := "http://inbox.test:" + port

	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := post(short, build(t, promconfig.HTTPClientConfig{}), url); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while the name is not resolved: %v", err)
	}
	transport := build(t, promconfig.HTTPClientConfig{})
	for range 2 {
		for _, server := range []*recorder{first, second} {
			names.set(server.Listener.Addr().(*net.TCPAddr).IP.String())
			if _, err := post(t.Context(), transport, url); err != nil {
				t.Fatal(err)
			}
			if n := len(server.seen()); n != 1 {
				t.Errorf("%s got %d requests, want 1", server.URL, n)
			}
		}
	}
}

// listenAt starts a server at an address, which keeps no connection open.
func listenAt(t *testing.T, address string) *recorder {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{}
	r.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Connection", "close")
		r.mu.Lock()
		defer r.mu.Unlock()
		r.requests = append(r.requests, q)
	}))
	r.Listener.Close()
	r.Listener = listener
	r.Start()
	t.Cleanup(r.Close)
	return r
}
