package e2e

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/promql/parser"
)

var dashboardFiles = []string{"../dashboards/inbox.json", "../dashboards/exporter.json"}

// dashboardSchema is the schema version of Grafana 9.3. Later versions can migrate it.
const dashboardSchema = 37

type dashboard struct {
	UID, Title, Description string
	ID                      *int
	Version, SchemaVersion  int
	Tags                    []string
	Links                   []struct{ Title, URL string }
	Templating              struct{ List []variable }
	Panels                  []panel
	Inputs                  any `json:"__inputs"`
}

type variable struct {
	Type, Name, Label, Definition string
	Datasource                    source
	Query                         any
	Multi, IncludeAll             bool
	AllValue                      string
	Refresh                       int
}

type panel struct {
	ID                       int
	Type, Title, Description string
	Datasource               source
	GridPos                  struct{ X, Y, W, H int }
	FieldConfig              struct {
		Defaults struct {
			Unit, NoValue string
			Thresholds    struct{ Steps []struct{ Value *float64 } }
		}
	}
	Targets []query
	Panels  []panel
}

type source struct{ Type, UID string }

type query struct {
	RefID, Expr, LegendFormat, Format string
	Datasource                        source
	Instant, Range                    bool
}

func loadDashboard(t *testing.T, file string) dashboard {
	t.Helper()
	var d dashboard
	if err := json.Unmarshal([]byte(read(t, file)), &d); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return d
}

// TestDashboardsAreImportable checks that dashboards can be imported without edits into
// Grafana 9.3 and later, with any data source.
func TestDashboardsAreImportable(t *testing.T) {
	t.Parallel()
	uids := make(map[string]string)
	for _, file := range dashboardFiles {
		d := loadDashboard(t, file)
		if d.UID == "" || len(d.UID) > 40 || uids[d.UID] != "" {
			t.Errorf("%s: uid %q", file, d.UID)
		}
		uids[d.UID] = file
		if d.ID != nil || d.Inputs != nil {
			t.Errorf("%s: exported with an id or inputs, which require edits", file)
		}
		if d.Title == "" || d.Description == "" || d.Version < 1 || len(d.Tags) == 0 {
			t.Errorf("%s: title %q, description %q, version %d, tags %q", file, d.Title, d.Description, d.Version, d.Tags)
		}
		if d.SchemaVersion != dashboardSchema {
			t.Errorf("%s: schemaVersion %d, want %d", file, d.SchemaVersion, dashboardSchema)
		}
		core := []string{"row", "stat", "timeseries", "table", "bargauge", "state-timeline"}
		for _, p := range d.Panels {
			if !slices.Contains(core, p.Type) {
				t.Errorf("%s: %q is a %s panel, want one of %q", file, p.Title, p.Type, core)
			}
		}
	}
	for _, file := range dashboardFiles {
		linked := false
		for _, link := range loadDashboard(t, file).Links {
			uid := strings.TrimPrefix(link.URL, "/d/")
			linked = linked || uids[uid] != "" && uids[uid] != file
			if page, found := strings.CutPrefix(link.URL, repository); found {
				read(t, "../"+page) // fails if it is not there
			}
		}
		if !linked {
			t.Errorf("%s has no link to the other dashboard", file)
		}
	}
}

// TestDashboardVariables requires the data source first, and multi-value variables.
func TestDashboardVariables(t *testing.T) {
	t.Parallel()
	for file, want := range map[string][]string{
		dashboardFiles[0]: {"datasource", "account", "channel"},
		dashboardFiles[1]: {"datasource", "account"},
	} {
		var names []string
		for _, v := range loadDashboard(t, file).Templating.List {
			names = append(names, v.Name)
			switch {
			case v.Label == "":
				t.Errorf("%s: $%s has no label", file, v.Name)
			case v.Type == "datasource" && v.Query != "prometheus":
				t.Errorf("%s: $%s selects from %v", file, v.Name, v.Query)
			case v.Type == "query" && (!v.Multi || !v.IncludeAll || v.AllValue != ".*" || v.Refresh != 2):
				t.Errorf("%s: $%s must allow multiple values and All, which must be .* to work without values, and refresh with the time range", file, v.Name)
			case v.Type == "query" && v.Datasource != theSource:
				t.Errorf("%s: $%s has the data source %v", file, v.Name, v.Datasource)
			}
		}
		if !slices.Equal(names, want) {
			t.Errorf("%s: variables %q, want %q", file, names, want)
		}
	}
}

var theSource = source{"prometheus", "${datasource}"}

// TestPanelsAreComplete checks that panels are self-explanatory and portable.
func TestPanelsAreComplete(t *testing.T) {
	t.Parallel()
	for _, file := range dashboardFiles {
		ids := make(map[int]string)
		for _, p := range loadDashboard(t, file).Panels {
			name := fmt.Sprintf("%s: panel %d, %q", filepath.Base(file), p.ID, p.Title)
			if ids[p.ID] != "" || p.ID == 0 {
				t.Errorf("%s has the id of %q", name, ids[p.ID])
			}
			ids[p.ID] = p.Title
			if p.Title == "" {
				t.Errorf("%s has no title", name)
			}
			if p.Type == "row" {
				if len(p.Panels) > 0 {
					t.Errorf("%s is collapsed, and this test does not check its panels", name)
				}
				continue
			}
			if !strings.HasSuffix(p.Description, ".") {
				t.Errorf("%s: the description is not a sentence: %q", name, p.Description)
			}
			defaults := p.FieldConfig.Defaults
			if defaults.Unit == "" || defaults.NoValue == "" {
				t.Errorf("%s: unit %q, and %q without data", name, defaults.Unit, defaults.NoValue)
			}
			if p.Datasource != theSource || len(p.Targets) == 0 {
				t.Errorf("%s: %d queries of the data source %v", name, len(p.Targets), p.Datasource)
			}
			refs := make(map[string]bool)
			for _, q := range p.Targets {
				if q.Datasource != theSource || q.RefID == "" || refs[q.RefID] || q.Instant == q.Range {
					t.Errorf("%s: query %q of the data source %v, instant: %t, range: %t", name, q.RefID, q.Datasource, q.Instant, q.Range)
				}
				refs[q.RefID] = true
				checkPanelQuery(t, name+", query "+q.RefID, q.Expr)
			}
		}
	}
}

// checkPanelQuery requires a query without fixed rate intervals, jobs and instances.
func checkPanelQuery(t *testing.T, name, expr string) {
	t.Helper()
	for _, call := range regexp.MustCompile(`\bi?rate\([^\[\]]*(\[[^\]]*\])`).FindAllStringSubmatch(expr, -1) {
		if call[1] != "[$__rate_interval]" {
			t.Errorf("%s: a rate over %s, want [$__rate_interval]", name, call[1])
		}
	}
	for _, selector := range selectors(parse(t, substitute(expr, everything))) {
		for _, m := range selector.LabelMatchers {
			if m.Name == "job" || m.Name == "instance" {
				t.Errorf("%s: %s is hard-coded", name, m)
			}
		}
	}
}

// TestPanelsDoNotOverlap requires a grid without overlaps and gaps.
func TestPanelsDoNotOverlap(t *testing.T) {
	t.Parallel()
	for _, file := range dashboardFiles {
		taken := make(map[[2]int]string)
		bottom := 0
		for _, p := range loadDashboard(t, file).Panels {
			g := p.GridPos
			if g.W < 1 || g.H < 1 || g.X < 0 || g.X+g.W > 24 {
				t.Errorf("%s: %q is at %+v", file, p.Title, g)
			}
			for x := g.X; x < g.X+g.W; x++ {
				for y := g.Y; y < g.Y+g.H; y++ {
					if other := taken[[2]int{x, y}]; other != "" {
						t.Fatalf("%s: %q overlaps %q", file, p.Title, other)
					}
					taken[[2]int{x, y}] = p.Title
				}
			}
			bottom = max(bottom, g.Y+g.H)
		}
		for y := range bottom {
			for x := range 24 {
				if taken[[2]int{x, y}] == "" {
					t.Fatalf("%s: gap at column %d of line %d", file, x, y)
				}
			}
		}
	}
}

// selectors returns the vector selectors of an expression.
func selectors(expr parser.Expr) []*parser.VectorSelector {
	var found []*parser.VectorSelector
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		if selector, ok := node.(*parser.VectorSelector); ok {
			found = append(found, selector)
		}
		return nil
	})
	return found
}

// TestReadmeExplainsEveryPanel compares the dashboards with the tables in
// dashboards/README.md, which must have one row per panel in the same order.
func TestReadmeExplainsEveryPanel(t *testing.T) {
	t.Parallel()
	text := read(t, "../dashboards/README.md")
	for _, file := range dashboardFiles {
		d := loadDashboard(t, file)
		_, section, found := strings.Cut(text, "\n## "+d.Title+"\n")
		if !found {
			t.Fatalf("no section for %q", d.Title)
		}
		section, _, _ = strings.Cut(section, "\n## ")
		var explained, titles []string
		for _, row := range regexp.MustCompile(`(?m)^\| (.+?) \| .*\|$`).FindAllStringSubmatch(section, -1)[1:] {
			explained = append(explained, strings.Trim(row[1], "*"))
		}
		for _, p := range d.Panels {
			titles = append(titles, p.Title)
		}
		if !slices.Equal(explained, titles) {
			t.Errorf("%s has\n%q\nbut README.md explains\n%q", file, titles, explained)
		}
	}
}
