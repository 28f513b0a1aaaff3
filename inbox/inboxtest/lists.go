package inboxtest

import (
	"encoding/json"
	"net/http"
	"slices"
)

// Named is a segment or a bot.
type Named struct{ ID, Name string }

// lists are what the endpoints beside the contacts list. They may be replaced but not changed.
type lists struct{ segments, whatsappBots []Named }

// populationLists returns the segments and the WhatsApp bots that the contacts of a population have.
func populationLists() lists {
	return lists{
		segments: []Named{
			{SegmentNew, "New"}, {SegmentRegular, "Regulars"}, {SegmentVIP, "VIP"},
			{SegmentDormant, "Dormant: not seen for 90 days"}, {SegmentCampaign, "Campaign"},
		},
		whatsappBots: []Named{{WhatsappBot, "Support"}},
	}
}

// SetSegments sets the segments that GET /inbox/segments lists. Those of contacts stay as they are.
func (s *Server) SetSegments(segments ...Named) {
	s.set(func(current *settings) { current.lists.segments = slices.Clone(segments) })
}

// SetWhatsappBots sets the bots that GET /whatsapp-automation lists. Those of contacts stay as they are.
func (s *Server) SetWhatsappBots(bots ...Named) {
	s.set(func(current *settings) { current.lists.whatsappBots = slices.Clone(bots) })
}

// endpoint is a call that a server answers. List returns the records of a list that takes no parameters; it is nil for the
// contacts.
type endpoint struct {
	method string
	list   func(lists) any
}

// endpoints returns the endpoints by their paths.
func endpoints() map[string]endpoint {
	return map[string]endpoint{
		"/inbox/users":         {method: http.MethodPost},
		"/inbox/segments":      {method: http.MethodGet, list: lists.segmentRecords},
		"/whatsapp-automation": {method: http.MethodGet, list: lists.botRecords},
	}
}

type segmentRecord struct {
	ID       string `json:"_id"`
	Customer string `json:"_customer"`
	Name     string `json:"segmentName"`
}

type botRecord struct {
	ID   string `json:"_id"`
	Name string `json:"name"`
}

// customer is the id of the account in the records of segments.
const customer = "5f9d88b9c2d4e6f800000001"

func (l lists) segmentRecords() any {
	records := []segmentRecord{}
	for _, s := range l.segments {
		records = append(records, segmentRecord{ID: s.ID, Customer: customer, Name: s.Name})
	}
	return records
}

func (l lists) botRecords() any {
	records := []botRecord{}
	for _, b := range l.whatsappBots {
		records = append(records, botRecord(b))
	}
	return records
}

// writeData responds with the records of a list.
func writeData(w http.ResponseWriter, r *http.Request, records any) {
	body, err := json.Marshal(struct {
		Success bool   `json:"success"`
		Message string `json:"message"`
		Data    any    `json:"data"`
		Code    int    `json:"code"`
	}{Success: true, Data: records, Code: http.StatusOK})
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	write(w, r, http.StatusOK, body)
}
