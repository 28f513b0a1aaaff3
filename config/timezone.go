package config

import (
	"time"
	_ "time/tzdata" // images without a file system have no time zones

	"go.yaml.in/yaml/v4"
)

// timezone sets where days begin.
func (p *parser) timezone(n *yaml.Node, at place) {
	name, ok := p.text(n, at)
	if !ok {
		return
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		p.fail(n, at, "unknown time zone %s, want a name such as UTC or Asia/Kolkata", p.shown(n))
		return
	}
	p.zone = zone
}
