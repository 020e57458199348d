"""`khabar alerts`: rules over the events of a broker, told to webhooks."""
