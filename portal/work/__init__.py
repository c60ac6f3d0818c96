"""What keeps promises on time: the tick, its heartbeat, one submit per form, and the instance mark."""
