"""Events and mentions as flat rows: columns with types, delimited text, GeoJSON."""
