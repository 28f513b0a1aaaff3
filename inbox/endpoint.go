package inbox

import "net/http"

// Endpoint is a call of the API. All of them only read, and no other call is ever made.
type Endpoint int

// The endpoints.
const (
	Users        Endpoint = iota // POST /inbox/users: contacts, a page at a time
	Segments                     // GET /inbox/segments
	WhatsAppBots                 // GET /whatsapp-automation
)

// call returns the method of the endpoint's requests and the elements of its path.
func (e Endpoint) call() (method string, path []string) {
	switch e {
	case Segments:
		return http.MethodGet, []string{"inbox", "segments"}
	case WhatsAppBots:
		return http.MethodGet, []string{"whatsapp-automation"}
	default:
		return http.MethodPost, []string{"inbox", "users"}
	}
}

// String returns the method and the path, such as GET /inbox/segments.
func (e Endpoint) String() string {
	method, path := e.call()
	text := method + " "
	for _, element := range path {
		text += "/" + element
	}
	return text
}
