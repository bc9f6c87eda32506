"""What the calendar does to an outcome: days of the week, months, holidays, and the trend beneath."""
