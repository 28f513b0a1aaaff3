// Package queue follows the contacts of a list from read to read: who waits for a
// reply, since when, how long replies take, and who joins and leaves the list.
//
// It is a state machine without I/O. A [Queue] takes in complete reads of a list and
// returns what has happened since the read before; what holds at a moment is asked of
// it as gauges.
//
// # Waits
//
// A wait starts with the first unanswered message of a customer, and ends with the
// first message of somebody whose messages are replies, or when the contact leaves the
// list. A customer who writes again, and an ignored sender such as a bot, change
// nothing: nobody has waited any less for that.
//
//	read       1        2        3        4        5
//	message    user     user     bot      user     agent
//	waits      since 1  since 1  since 1  since 1  no; replied after 5 - 1
//
// A read shows only the last message of each contact. So a wait is a lower bound for a
// contact that waits when it is first seen, a wait that begins and ends between two
// reads is not seen, and neither is one whose only trace was overwritten by an ignored
// sender's message.
//
// # Arrivals and departures
//
// On every read and for every group, entered - left is the change of the number of
// contacts. A contact that moves to another group leaves one and enters the other, and
// its wait goes on. So does the wait of a contact that one read does not find and the
// next one does, as happens when contacts move between pages while they are read:
// state is kept for the contacts of the last two reads.
package queue
