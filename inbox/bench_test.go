package inbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// benchmarkPage returns a response with 20 contacts in the form of the API.
func benchmarkPage() []byte {
	const record = `{"_id":"66e07fd940c43d176eaf%04x","platform":["WHATSAPP"],"secondaryPlatform":["website"],"isOnline":true,` +
		`"userInteracted":false,"profile":{"userDetails":{"contact":{"email":"","phone":{"number":"123456789","prefix":"1"}},` +
		`"userProvidedName":"Contact Name","tags":[],"attributes":[]}},"status":"OPEN","lastMessage":{"by":"user",` +
		`"at":"2024-06-05T19:05:50.875Z"},"isContact":true,"segments":[],"isLiveChatActive":false,"hasOrdered":{"status":false},` +
		`"unreadMessages":0,"lastSeenAt":"2024-06-05T19:05:50.875Z","createdAt":"2024-06-05T19:05:50.876Z","updatedAt":"2024-06-05T19:05:50.876Z"}`
	var records []string
	for i := range 20 {
		records = append(records, fmt.Sprintf(record, i))
	}
	return []byte(`{"success":true,"message":"","data":[` + strings.Join(records, ",") + `],"code":200}`)
}

// Decoding a page to count and to read its contacts, compared with encoding/json into a
// struct of what is read.
func BenchmarkDecode(b *testing.B) {
	page := benchmarkPage()
	run := func(name string, decode func() (int, error)) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(page)))
			b.ReportAllocs()
			for b.Loop() {
				if n, err := decode(); err != nil || n != 20 {
					b.Fatal(n, err)
				}
			}
		})
	}
	run("count", func() (int, error) {
		e, _, err := decode(bytes.NewReader(page), nil)
		return e.page.Records, err
	})
	selection := &Selection{Fields: []Path{ParsePath("platform")}, Times: []Path{ParsePath("lastMessage.at")}}
	run("read", func() (int, error) {
		e, _, err := decode(bytes.NewReader(page), selection)
		return len(e.page.Contacts), err
	})
	run("encoding-json", func() (int, error) {
		var a struct {
			Success bool
			Data    []struct {
				ID          string `json:"_id"`
				Platform    []string
				LastMessage struct{ At string }
			}
		}
		err := json.NewDecoder(bytes.NewReader(page)).Decode(&a)
		return len(a.Data), err
	})
}
