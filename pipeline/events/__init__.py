"""From an article to mentions of events: a PLOVER coder driven by the data of lang/ and knowledge/."""
