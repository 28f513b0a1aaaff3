package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// licensesFile has the licenses of everything that is linked into the program, which the
// image has to come with.
const licensesFile = "THIRD_PARTY_LICENSES"

// terms are phrases of the licenses that the program can be distributed under with
// nothing but their texts.
var terms = []string{
	"Apache License Version 2.0",
	"Permission is hereby granted, free of charge, to any person obtaining a copy",    // MIT
	"Redistribution and use in source and binary forms, with or without modification", // BSD
}

// licenseName matches the names of files that have to come with what they are about.
var licenseName = regexp.MustCompile(`^(?i:licen[cs]e|copying|notice|patents)(\.|$)`)

func TestLicensesAreCurrent(t *testing.T) {
	t.Parallel()
	owners := make(map[string][]string) // who comes with a text
	for owner, directories := range linked(t) {
		licensed := false
		for _, path := range licenseFiles(t, directories) {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			text := strings.TrimSpace(strings.ReplaceAll(string(content), "\r\n", "\n"))
			licensed = licensed || isKnown(text)
			if isLicense(path) && !isKnown(text) {
				t.Errorf("%s: an unknown license: read it, and add it to terms if it allows to distribute the program", path)
			}
			owners[text] = append(owners[text], owner)
		}
		if !licensed {
			t.Errorf("%s has no license", owner)
		}
	}
	want := formatLicenses(owners)
	if *update {
		if err := os.WriteFile(licensesFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(licensesFile); err != nil || string(got) != want {
		t.Errorf("%s is not current, run go test -run Licenses -update . (%v)", licensesFile, err)
	}
}

// isLicense reports whether a file is a license by its name: others come with one.
func isLicense(path string) bool {
	name := strings.ToLower(filepath.Base(path))
	return strings.HasPrefix(name, "licen") || strings.HasPrefix(name, "copying")
}

// isKnown reports whether the text of a license has one of the terms.
func isKnown(text string) bool {
	words := strings.Join(strings.Fields(text), " ")
	return slices.ContainsFunc(terms, func(phrase string) bool { return strings.Contains(words, phrase) })
}

func TestOtherLicensesAreRefused(t *testing.T) {
	t.Parallel()
	for text, known := range map[string]bool{
		"GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007":        false,
		"Mozilla Public License Version 2.0":                         false,
		"Apache License\n  Version 1.1":                              false,
		"Apache License\n                 Version 2.0, January 2004": true,
		"": false,
	} {
		if isKnown(text) != known {
			t.Errorf("%q is known: %t", text, !known)
		}
	}
}

// linked returns the directories of what is linked into the image's program: from Go, and
// by module the module's own and those of its packages.
func linked(t *testing.T) map[string][]string {
	t.Helper()
	list := exec.Command("go", "list", "-deps", "-f",
		`{{if .Module}}{{if not .Module.Main}}{{.Module.Path}}|{{.Module.Dir}}|{{.Dir}}{{end}}{{else}}Go|{{.Root}}|{{.Root}}{{end}}`, ".")
	list.Env = append(os.Environ(), "GOOS=linux", "CGO_ENABLED=0")
	output, err := list.Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		t.Fatalf("%v\n%s", err, failed.Stderr)
	} else if err != nil {
		t.Fatal(err)
	}
	directories := make(map[string][]string)
	for line := range strings.Lines(string(output)) {
		fields := strings.Split(strings.TrimSpace(line), "|")
		if len(fields) != 3 {
			continue // the program's own
		}
		for at := fields[2]; ; at = filepath.Dir(at) { // a package may have a license of its own
			if !slices.Contains(directories[fields[0]], at) {
				directories[fields[0]] = append(directories[fields[0]], at)
			}
			if at == fields[1] {
				break
			}
		}
	}
	return directories
}

// licenseFiles returns the paths of the license files in directories.
func licenseFiles(t *testing.T, directories []string) []string {
	t.Helper()
	var paths []string
	for _, directory := range directories {
		entries, err := fs.ReadDir(os.DirFS(directory), ".")
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if entry.Type().IsRegular() && licenseName.MatchString(entry.Name()) {
				paths = append(paths, filepath.Join(directory, entry.Name()))
			}
		}
	}
	return paths
}

// formatLicenses returns what licensesFile has to have: each text once.
func formatLicenses(owners map[string][]string) string {
	var out strings.Builder
	out.WriteString("botpenguin_exporter is linked with the software below, under these terms.\n")
	texts := slices.SortedFunc(maps.Keys(owners), func(a, b string) int {
		slices.Sort(owners[a])
		slices.Sort(owners[b])
		if first := slices.Compare(owners[a], owners[b]); first != 0 {
			return first
		}
		return strings.Compare(a, b)
	})
	for _, text := range texts {
		slices.Sort(owners[text])
		fmt.Fprintf(&out, "\n%s\n%s\n\n%s\n", strings.Repeat("=", 80), strings.Join(slices.Compact(owners[text]), "\n"), text)
	}
	return out.String()
}
