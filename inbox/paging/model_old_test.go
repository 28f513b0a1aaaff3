package paging

import "math/rand/v2"

const modelServesStale = false

func modelRandom(c *Counter, r *rand.Rand) { c.random = r.IntN }
func modelAudits(c *Counter) {
	var queries []Query
	for q := range modelQueries {
		queries = append(queries, modelQuery(q))
	}
	c.ScheduleAudits(queries)
}
