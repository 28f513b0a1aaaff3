package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whatever the file, Parse reports where it is wrong, or dumps what can be read
// again.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*/*.yml")
	for _, file := range append(files, exampleFile) {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if strings.Contains(string(data), "file") {
			t.Skip("would read files")
		}
		cfg, err := Parse("fuzz.yml", data, "testdata/good", environment)
		if err != nil {
			checkErrors(t, err)
			return
		}
		if len(cfg.Accounts) == 0 {
			t.Fatalf("got %+v without an error", cfg)
		}
		dumped := string(cfg.YAML())
		if strings.Contains(dumped, hidden) {
			return // which is not a valid value everywhere
		}
		again, err := Parse("dump.yml", cfg.YAML(), "testdata/good", environment)
		if err != nil {
			t.Fatalf("%v\n%s", err, dumped)
		}
		if string(again.YAML()) != dumped {
			t.Errorf("dumped\n%sthen\n%s", dumped, again.YAML())
		}
	})
}
