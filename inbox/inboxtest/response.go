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

// statusWriter is a response writer that records the status before the first byte of the response is sent.
type statusWriter struct {
	http.ResponseWriter
	record func(status int)
	begun  bool
}

// WriteHeader records the status unless it is an informational one.
func (w *statusWriter) WriteHeader(status int) {
	if status >= http.StatusOK {
		w.begin(status)
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write records status 200 if WriteHeader was not called.
func (w *statusWriter) Write(p []byte) (int, error) {
	w.begin(http.StatusOK)
	return w.ResponseWriter.Write(p)
}

// Unwrap gives http.ResponseController access to the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *statusWriter) begin(status int) {
	if !w.begun {
		w.begun = true
		w.record(status)
	}
}

// writePage responds with a page of contacts. Raw records are copied unchecked, so they can be invalid JSON.
func writePage(w http.ResponseWriter, r *http.Request, contacts []*Contact) {
	var body bytes.Buffer
	body.WriteString(`{"success":true,"message":"","data":[`)
	for i, c := range contacts {
		if i > 0 {
			body.WriteByte(',')
		}
		body.Write(recordOf(c))
	}
	body.WriteString(`],"code":200}`)
	write(w, r, http.StatusOK, body.Bytes())
}

// writeError responds with an error.
func writeError(w http.ResponseWriter, r *http.Request, status int, message string) {
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
		w.Header().Set("Allow", endpoints()[r.URL.Path].method)
	}
	write(w, r, status, body)
}

func write(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Vary", "Accept-Encoding")
	if acceptsGzip(r) {
		w.Header().Set("Content-Encoding", "gzip")
		body = compress(body)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // fails only if the client has disconnected
}

// acceptsGzip reports whether the client accepts gzip; a weight of 0 means that it does not.
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

// compressors are reused because each takes a megabyte.
var compressors = sync.Pool{New: func() any {
	w, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is valid
	}
	return w
}}

func compress(body []byte) []byte {
	var compressed bytes.Buffer
	w := compressors.Get().(*gzip.Writer)
	defer compressors.Put(w)
	w.Reset(&compressed)
	_, _ = w.Write(body) // a buffer never fails
	_ = w.Close()
	return compressed.Bytes()
}
