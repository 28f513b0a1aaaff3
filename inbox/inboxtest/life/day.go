package life

import (
	"math"
	"time"
)

// hourly is a curve over the 24 hours of a simulated day: its value at each full hour, interpolated in between.
type hourly [24]float64

// at returns the value at an hour of the day, 0 ≤ hour < 24.
func (c *hourly) at(hour float64) float64 {
	from := int(hour) % 24
	part := hour - math.Floor(hour)
	return c[from]*(1-part) + c[(from+1)%24]*part
}

// mean returns the average over the day.
func (c *hourly) mean() float64 {
	sum := 0.0
	for _, v := range c {
		sum += v
	}
	return sum / 24
}

// profile is the load and the staffing of a day, for the default population and number of agents.
type profile struct {
	chats  hourly // chats opened per hour
	agents hourly // share of the agents on shift
	online hourly // share of the contacts online
}

// officeDay returns a profile with two peaks: at noon, when half of the agents are at lunch, and in the evening, when the
// day shift has left.
func officeDay() profile {
	return profile{
		//             0    1    2    3    4    5    6    7    8    9   10   11   12   13   14   15   16   17   18   19   20   21   22   23
		chats:  hourly{3.0, 1.0, 0.6, 0.5, 0.5, 0.8, 2.0, 5.0, 10., 14., 15., 18., 29., 27., 13., 9.0, 9.0, 13., 22., 32., 31., 18., 8.0, 5.0},
		agents: hourly{.77, .69, .58, .42, .31, .27, .27, .42, .69, .92, 1.0, 1.0, .50, .50, 1.0, 1.0, 1.0, .92, .73, .65, .65, .69, .77, .77},
		online: hourly{.06, .04, .03, .03, .03, .04, .06, .10, .15, .18, .20, .22, .26, .26, .21, .19, .19, .20, .24, .29, .31, .27, .18, .10},
	}
}

// day converts between the time of the clock and the hours of the simulated day.
type day struct {
	length time.Duration // of 24 simulated hours
	epoch  time.Time     // when it was midnight
}

// startingAt returns a day for which the clock's time now is the given hour.
func startingAt(now time.Time, hour float64, length time.Duration) day {
	return day{length: length, epoch: now.Add(-time.Duration(hour / 24 * float64(length)))}
}

// hour returns the hour of the simulated day, 0 ≤ hour < 24.
func (d day) hour(t time.Time) float64 {
	elapsed := t.Sub(d.epoch) % d.length
	return float64(elapsed) / float64(d.length) * 24
}

// hours converts a duration by the clock to simulated hours.
func (d day) hours(duration time.Duration) float64 { return float64(duration) / float64(d.length) * 24 }

// duration converts simulated hours to a duration by the clock.
func (d day) duration(hours float64) time.Duration {
	return time.Duration(hours / 24 * float64(d.length))
}
