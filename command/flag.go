package command

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/botpenguin-exporter/botpenguin_exporter/internal/suggest"
)

// SetVariable lets a flag be set by the environment variable named after it, and has
// errors about its value name both.
func SetVariable(flag *kingpin.FlagClause) {
	model := flag.Model()
	variable := "BOTPENGUIN_" + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(model.Name))
	flag.Envar(variable).SetValue(flagValue{model.Value, "--" + model.Name, variable})
}

// flagValue is a flag's value whose errors name the flag.
type flagValue struct {
	kingpin.Value
	flag, variable string
}

// Set implements kingpin.Value.
func (v flagValue) Set(text string) error {
	if err := v.Value.Set(text); err != nil {
		return fmt.Errorf("%s (or the variable %s) is %q: %w", v.flag, v.variable, text, err)
	}
	return nil
}

// IsBoolFlag reports whether the flag needs no value.
func (v flagValue) IsBoolFlag() bool {
	flag, ok := v.Value.(interface{ IsBoolFlag() bool })
	return ok && flag.IsBoolFlag()
}

// IsCumulative reports whether the flag can be given several times.
func (v flagValue) IsCumulative() bool {
	flag, ok := v.Value.(interface{ IsCumulative() bool })
	return ok && flag.IsCumulative()
}

// LineError returns the text for an error in the command line, with what to try instead.
func LineError(err error, app *kingpin.ApplicationModel) string {
	text := describe(err.Error(), app)
	if strings.HasSuffix(text, "?") {
		return text
	}
	return text + ", try --help"
}

// describe says what an unknown command or flag was meant to be.
func describe(text string, app *kingpin.ApplicationModel) string {
	if word, ok := strings.CutPrefix(text, "unexpected "); ok {
		var commands []string
		for _, c := range app.Commands {
			commands = append(commands, c.Name)
		}
		return fmt.Sprintf("unknown command %q%s", word, suggest.Text(word, commands))
	}
	if flag, ok := strings.CutPrefix(text, "unknown long flag "); ok {
		return text + suggest.Text(strings.Trim(flag, "'"), longFlags(app))
	}
	return text
}

// longFlags returns the flags of all commands.
func longFlags(app *kingpin.ApplicationModel) []string {
	var names []string
	add := func(group *kingpin.FlagGroupModel) {
		for _, f := range group.Flags {
			if !f.Hidden {
				names = append(names, "--"+f.Name)
			}
		}
	}
	add(app.FlagGroupModel)
	for _, c := range app.Commands {
		add(c.FlagGroupModel)
	}
	return names
}
