"""The contract: records on the topics, their codec, JSON Schemas and topics. Knows no broker and no pipeline."""
