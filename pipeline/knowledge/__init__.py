"""Tables for all languages: countries, places, organisations, groups, office holders, the PLOVER ontology."""
