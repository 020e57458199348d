"""The contract: records on the topics, their codec, JSON Schemas and topic declarations. Knows no broker and no pipeline."""
