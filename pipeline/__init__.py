"""The pure core: stages from raw articles to linked events. Knows no Kafka, no Faust, no clock."""
