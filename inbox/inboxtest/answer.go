package inboxtest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// answer is a response writer that tells when the answer begins.
type answer struct {
	http.ResponseWriter
	begin func(status int)
	begun bool
}

// WriteHeader begins the answer unless the status only announces one.
func (a *answer) WriteHeader(status int) {
	if status >= http.StatusOK {
		a.start(status)
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write begins the answer with status 200 where nothing else did.
func (a *answer) Write(p []byte) (int, error) {
	a.start(http.StatusOK)
	return a.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// end counts a request that was left without an answer.
func (a *answer) end() { a.start(0) }

func (a *answer) start(status int) {
	if !a.begun {
		a.begun = true
		a.begin(status)
	}
}

// accept answers with a page of contacts. Records go out as they are, so that a raw one may be anything.
func accept(w http.ResponseWriter, r *http.Request, contacts []*Contact) {
	var body bytes.Buffer
	body.WriteString(`{"success":true,"message":"","data":[`)
	for i, c := range contacts {
		if i > 0 {
			body.WriteByte(',')
		}
		body.Write(recordOf(c))
	}
	body.WriteString(`],"code":200}`)
	send(w, r, http.StatusOK, body.Bytes())
}

// refuse answers with an error.
func refuse(w http.ResponseWriter, r *http.Request, status int, message string) {
	body, err := json.Marshal(struct {
		Success bool   `json:"success"`
		Message string `json:"message"`
		Data    []int  `json:"data"`
		Code    int    `json:"code"`
	}{Message: message, Data: []int{}, Code: status})
	if err != nil {
		panic(err) // a string and a number always encode
	}
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	send(w, r, status, body)
}

func send(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Vary", "Accept-Encoding")
	if acceptsGzip(r) {
		w.Header().Set("Content-Encoding", "gzip")
		body = compress(body)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that went away is no concern of the server
}

// acceptsGzip tells whether the client takes gzip, which a weight of 0 denies.
func acceptsGzip(r *http.Request) bool {
	for _, offer := range strings.Split(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		coding, parameter, _ := strings.Cut(offer, ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			weight, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(parameter), "q="), 64)
			return err != nil || weight > 0
		}
	}
	return false
}

// compressors are kept, for each takes a megabyte.
var compressors = sync.Pool{New: func() any {
	w, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is a valid one
	}
	return w
}}

func compress(body []byte) []byte {
	var packed bytes.Buffer
	w := compressors.Get().(*gzip.Writer)
	defer compressors.Put(w)
	w.Reset(&packed)
	_, _ = w.Write(body) // a buffer takes everything
	_ = w.Close()
	return packed.Bytes()
}
